"""Nobody gets mail whom the policy does not let us mail (A5, ruling 16), whatever a person does in Practifi; and every
mail is told with the number of people and its cause."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.control import Backfill
from contracts.policy import Invitations
from contracts.write import Cause
from services.sandbox.wire import Request, Response
from tests.conformance.calendars.firm import WHO, firm
from tests.conformance.calendars.meetings import BOSS, CLIENTS, FREE, Mailed, Meetings

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ACTIONS = 60
ALWAYS, NEVER, ON_CREATE = Invitations.ALWAYS, Invitations.NEVER, Invitations.ON_CREATE


def guests(chance: Random) -> list[str]:
    return chance.sample(CLIENTS, chance.randint(1, 3))


def act(some: Meetings, chance: Random, number: int) -> list[Mailed]:
    """A person does one thing in Practifi. Whom that mails where the policy does not forbid it: the guests of what is
    new, and the guests of an own event that is changed for everybody or called off (A3, A4, graph.md §3.9)."""
    here = {str(row["id"]): some.people(str(row["Subject"])) for row in some.rows()}
    deed = chance.choice(("meet", "alone", "delete", "edit", "move", "answer", "invite", "remind"))
    if deed in {"meet", "alone"} or not here:
        invited = guests(chance) if deed == "meet" else []
        some.meet(f"Meeting {number}", invited)
        return _mail("invitation", len(invited))
    one = chance.choice(list(here))
    if deed == "delete":
        some.delete(one)
        return _mail("cancellation", here[one])
    day = f"2026-03-{chance.randint(10, 28)}"
    changes: dict[str, dict[str, object]] = {
        "edit": {"subject": f"Edited {number}", "location": f"Room {number}"},
        "move": {"start": f"{day}T09:{number:02}:00", "end": f"{day}T10:{number:02}:00"},
        "answer": {"My_Response__c": chance.choice(("Accepted", "Declined", "Tentative"))},
        "invite": {"attendees": guests(chance)},
        "remind": {"ShowAs": "OutOfOffice"},
    }
    some.change(one, **changes[deed])
    return _mail("update", here[one]) if deed in {"edit", "move"} else []


def _mail(kind: str, people: int) -> list[Mailed]:
    return [(kind, people)] if people else []


@pytest.mark.parametrize("seed", range(2))
async def test_with_never_nothing_that_a_person_does_in_practifi_mails_anybody(seed: int, tmp_path: Path) -> None:
    """A5, ruling 16."""
    chance = Random(seed)
    async with firm(tmp_path, NOW, replace(FREE, invitations=NEVER)) as it:
        some = Meetings(it)
        await some.listen()
        for number in range(6):
            some.outlook(f"Theirs {number}", guests(chance))
            some.outlook(f"Invited {number}", [CLIENTS[0], "ann@firm.example"], organizer=BOSS)
        await it.sync()
        for number in range(ACTIONS):
            act(some, chance, number)
            it.town.time.turn(minutes=1)
            if number % 4 == 0:
                await it.sync()
        await it.sync()
        await it.sync()
        assert (some.mails(), some.told()) == ([], [])
        assert some.written > 15, "what mails nobody is sent"


@pytest.mark.parametrize("seed", range(2))
async def test_with_on_create_exactly_the_persons_own_deeds_mail_and_are_told(seed: int, tmp_path: Path) -> None:
    """A3, A5, ruling 16."""
    chance = Random(seed)
    async with firm(tmp_path, NOW, replace(FREE, invitations=ON_CREATE)) as it:
        some = Meetings(it)
        await some.listen()
        for number in range(4):
            some.outlook(f"Theirs {number}", guests(chance))
        await it.sync()
        assert some.mails() == []
        expected = list[Mailed]()
        for number in range(ACTIONS):
            expected += act(some, chance, number)
            await it.sync()
            assert some.mails() == expected, f"after deed {number}"
        assert some.told() == expected
        assert {fact.cause for fact in some.facts() if fact.mailed} == {Cause.EDIT.value}
        assert {kind for kind, _ in expected} == {"invitation", "update", "cancellation"}


@pytest.mark.parametrize("invitations", [ON_CREATE, ALWAYS])
async def test_what_is_no_persons_own_deed_waits_for_consent_unless_always(
    invitations: Invitations, tmp_path: Path
) -> None:  # A5, D10, ruling 16
    policy = replace(FREE, invitations=invitations)
    async with firm(tmp_path, NOW, policy) as it:
        some = Meetings(it, policy)
        await some.listen()
        some.meet("Old", CLIENTS[:2])
        await it.sync()
        assert some.mails() == [], "nobody has touched it since outbound was switched on (D7)"
        some.wish(Backfill("ann", Side.MICROSOFT))
        await it.sync()
        if invitations is ON_CREATE:
            assert some.mails() == []
            await some.consent()
            await it.sync()
        assert some.mails() == some.told() == [("invitation", 2)]
        assert [fact.cause for fact in some.facts()] == [Cause.BACKFILL.value]


@pytest.mark.parametrize("invitations", list(Invitations))
async def test_nobody_is_mailed_about_the_past(invitations: Invitations, tmp_path: Path) -> None:  # A5
    policy = replace(FREE, invitations=invitations)
    async with firm(tmp_path, NOW, policy) as it:
        some = Meetings(it, policy)
        for number, day in enumerate((-20, -3, -1)):
            some.outlook(f"Past {number}", CLIENTS[:2], day=day)
        await it.sync()
        some.change(some.row("Past 0"), subject="Edited")
        some.change(some.row("Past 1"), start="2026-03-20T09:00:00", end="2026-03-20T10:00:00")
        some.delete(some.row("Past 2"))
        some.meet("Too late", CLIENTS[:1], day=-1)
        await it.sync()
        await it.sync()
        assert some.mails() == []


async def test_an_hours_cap_holds_a_flood_of_mails_until_somebody_consents(tmp_path: Path) -> None:  # A5, ruling 16
    policy = replace(FREE, mail_cap_per_hour=10)
    async with firm(tmp_path, NOW, policy) as it:
        some = Meetings(it, policy)
        await some.listen()
        await it.sync()
        for number in range(8):
            some.meet(f"Meeting {number}", CLIENTS[:3])
        await it.sync()
        assert some.mails() == [("invitation", 3)] * 3
        (shown,) = await some.problems()
        assert "`mail_cap_per_hour` is 10" in shown.what
        await some.restart(tmp_path)
        it.town.time.turn(hours=2)
        some.meet("Alone")
        some.meet("One more", CLIENTS[:1])
        await it.sync()
        assert some.mails() == [("invitation", 3)] * 3, "it stands over a restart, and when the hour is over"
        assert "Alone" in {one["subject"] for one in some.sides.microsoft.events(WHO)}
        await some.consent()
        await it.sync()
        assert sorted(some.mails()) == sorted(some.told()) == [("invitation", 1)] + [("invitation", 3)] * 8
        assert await some.problems() == []


async def test_a_row_that_practifi_will_not_take_makes_no_second_invitation(tmp_path: Path) -> None:  # OUT-33, O5
    async with firm(tmp_path, NOW, FREE) as it:
        some = Meetings(it)
        await it.sync()
        some.meet("Meeting", CLIENTS[:2])
        some.sides.salesforce.fail_rows("UNABLE_TO_LOCK_ROW", 20)
        for _ in range(4):
            await it.sync()
        assert some.mails() == [("invitation", 2)]
        (row,) = some.rows()
        assert row["Attendee_Count__c"] == 2, "what Microsoft has told stands there once the row takes it"


async def test_an_edit_that_comes_while_a_write_is_tried_again_is_the_last_word(tmp_path: Path) -> None:  # OUT-23
    async with firm(tmp_path, NOW, FREE) as it:
        some = Meetings(it)
        await it.sync()
        event = some.meet("Meeting", CLIENTS[:2])
        await it.sync()
        some.change(event, subject="Second")
        failing = [True]

        def fails(request: Request) -> Response:
            if request.method == "PATCH" and failing:
                failing.pop()
                return Response(500)
            return it.world.handle(request)

        it.door = fails
        it.begin()
        await it.town.settle()
        assert not failing
        it.town.time.turn(seconds=2)
        some.change(event, subject="Third")
        await it.sync()
        await it.sync()
        assert [one["subject"] for one in some.sides.microsoft.events(WHO)] == ["Third"]
        assert [row["Subject"] for row in some.rows()] == ["Third"]
