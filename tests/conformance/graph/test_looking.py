"""Direct reads: the proof that something is there or gone (X2), many at once, and the people of the directory."""

import asyncio
import json
from datetime import date

import pytest

from contracts.observed import Mailbox
from contracts.policy import PrivateEvents
from services.clients.graph import mapping
from services.kernel.errors import Fatal, Permanent, Transient
from services.sandbox.microsoft import Microsoft
from services.sandbox.wire import Request, Response, answer
from tests.conformance.graph.stage import WEEKLY, WINDOW, Script, Stage, refusal

FULL = PrivateEvents.FULL


async def test_a_look_tells_what_is_there_what_is_gone_and_what_is_no_id(stage: Stage) -> None:  # X2, AUT-04, THR-22
    mike = stage.person("mike")
    there, gone = stage.event(mike), stage.event(mike)
    stage.microsoft.delete(mike, gone, stage.now)

    for ids in ([there, gone, "corrupt"], [there], [gone], ["corrupt"]):
        found = await stage.graph.look(mike, ids, FULL)
        assert list(found) == ids
        for id_, seen in found.items():
            if id_ == there:
                assert seen is not None
                assert seen.event is not None
            elif id_ == gone:
                assert seen is None
            else:
                assert seen is not None
                assert (seen.id, seen.error) == ("corrupt", "ErrorInvalidIdMalformed")


async def test_many_are_looked_at_twenty_at_once(stage: Stage) -> None:
    mike = stage.person("mike")
    ids = [stage.event(mike, subject=f"{n}") for n in range(45)]

    found = await stage.graph.look(mike, [*ids, ids[0]], FULL)

    assert [seen.event.subject for seen in found.values() if seen and seen.event] == [f"{n}" for n in range(45)]
    batches = [one for one in stage.asked if one.path.endswith("$batch")]
    assert [len(json.loads(one.body)["requests"]) for one in batches] == [20, 20, 5]
    assert not stage.calls("/events/")


async def test_nothing_to_look_at_asks_nothing(stage: Stage) -> None:
    assert await stage.graph.look(stage.person("mike"), [], FULL) == {}
    assert stage.asked == []


def throttling(microsoft: Microsoft, ids: set[str], wait: str | None, status: int = 429) -> Script:
    """What makes the named reads of a batch come back throttled."""

    def script(request: Request) -> Response | None:
        if not request.path.endswith("$batch"):
            return None
        said = json.loads(microsoft.handle(request).body)
        asked = {one["id"]: one["url"] for one in json.loads(request.body)["requests"]}
        for one in said["responses"]:
            if any(id_ in asked[one["id"]].replace("%3D", "=") for id_ in ids):
                error = {"error": {"code": "ApplicationThrottled", "message": "Later."}}
                one.update(status=status, headers={"Retry-After": wait} if wait else {}, body=error)
        return answer(200, said)

    return script


@pytest.mark.parametrize("wait", ["0.05", None, "Mon, 02 Mar 2026 12:00:00 GMT"], ids=["THR-13", "no header", "THR-03"])
async def test_only_the_throttled_part_of_a_batch_is_asked_again(stage: Stage, wait: str | None) -> None:
    mike = stage.person("mike")
    ids = [stage.event(mike, subject=f"{n}") for n in range(20)]
    stage.scripts.append((throttling(stage.microsoft, set(ids[3:6]), wait), 1))

    found = await stage.graph.look(mike, ids, FULL)

    assert [seen.event.subject for seen in found.values() if seen and seen.event] == [f"{n}" for n in range(20)]
    assert len(stage.calls("/events/")) == 3


async def test_a_batch_throttled_for_long_goes_back_to_its_lane(stage: Stage) -> None:
    mike = stage.person("mike")
    ids = [stage.event(mike), stage.event(mike)]
    stage.scripts.append((throttling(stage.microsoft, {ids[0]}, "900"), 1))

    with pytest.raises(Transient) as raised:
        await stage.graph.look(mike, ids, FULL)
    assert raised.value.delay is not None
    assert raised.value.delay.total_seconds() == 900


async def test_a_refusal_proves_nothing(stage: Stage) -> None:  # ruling 29, E3
    mike = stage.person("mike")
    ids = [stage.event(mike), stage.event(mike)]
    stage.microsoft.change_user(mike, kind="out_of_scope")

    for some in (ids, ids[:1]):
        with pytest.raises(Permanent) as raised:
            await stage.graph.look(mike, some, FULL)
        assert raised.value.code == "ErrorAccessDenied"


async def test_a_mailbox_that_is_away_is_not_an_event_that_is_gone(stage: Stage) -> None:  # AUT-03, X2
    mike = stage.person("mike")
    event = stage.event(mike)
    stage.microsoft.change_user(mike, kind="unlicensed")

    graph = stage.graph
    for reading in (
        graph.look(mike, [event], FULL), graph.look(mike, [event, "x"], FULL),
        graph.instances(mike, event, WINDOW, FULL), graph.round(mike, "", WINDOW, FULL),
    ):  # fmt: skip
        with pytest.raises(Permanent) as raised:
            await reading
        assert raised.value.code == "MailboxNotEnabledForRESTAPI"


async def test_a_series_is_read_with_all_its_occurrences(stage: Stage) -> None:  # ruling 29
    mike = stage.person("mike")
    series = stage.event(mike, **WEEKLY)
    stage.microsoft.delete(mike, stage.microsoft.occurrence_id(mike, series, date(2026, 3, 16)), stage.now)

    rows = await stage.graph.instances(mike, series, WINDOW, FULL)

    assert rows is not None
    assert [row.slot for row in rows] == ["2026-03-09", "2026-03-23", "2026-03-30"]
    assert all(row.event and row.event.subject == "Portfolio review" for row in rows)
    stage.microsoft.delete(mike, series, stage.now)
    assert await stage.graph.instances(mike, series, WINDOW, FULL) is None


async def test_our_stamp_is_read_back(stage: Stage) -> None:  # ruling 1
    mike = stage.person("mike")
    stamped = [{"id": mapping.STAMP, "value": "0f3a9c0d5e7b4a61"}]
    event = stage.event(mike, singleValueExtendedProperties=stamped)

    seen = (await stage.graph.look(mike, [event], FULL))[event]

    assert seen is not None
    assert seen.stamp == "0f3a9c0d5e7b4a61"


async def test_never_more_than_four_requests_into_one_mailbox(stage: Stage) -> None:  # graph.md §4.2, THR-11
    mike, john = stage.person("mike"), stage.person("john")
    ids = [stage.event(mike, subject=f"{n}") for n in range(30)]

    await asyncio.gather(
        *(stage.graph.look(mike, [id_], FULL) for id_ in ids),
        stage.graph.look(mike, ids, FULL),
        *(stage.graph.round(box, "", WINDOW, FULL) for box in (mike, john)),
    )

    assert 1 < stage.most_open <= 4


async def test_members_are_mailboxes_and_guests_are_not(stage: Stage) -> None:
    mike = stage.person("mike", mail="Mike@Organizer.com", aliases=("mk@contoso.example",))
    gone = stage.person("gone", kind="disabled")
    users = [
        {"id": "g", "userPrincipalName": "g#EXT#@x", "mail": "g@x", "userType": "Guest"},
        {"id": "p", "userPrincipalName": "p@x", "proxyAddresses": ["smtp:b@x", "X500:/o=x", "SIP:s@x", "SMTP:A@x"]},
    ]
    link = f"{stage.root}/v1.0/users?$select=id,displayName,mail,userPrincipalName,proxyAddresses,accountEnabled&$top=1"
    stage.answers("/users", answer(200, {"value": users, "@odata.nextLink": link}))

    found = {one.id: one for one in await stage.graph.mailboxes()}

    assert found["p"] == Mailbox("p", "p@x", addresses=("a@x", "b@x"))
    assert found[mike] == Mailbox(mike, "mike@contoso.example", "Mike", ("mike@organizer.com", "mk@contoso.example"))
    assert (found[gone].enabled, "g" in found) == (False, False)


async def test_a_directory_that_may_not_be_read_names_the_permission(stage: Stage) -> None:
    stage.answers("/users", refusal(403, "Authorization_RequestDenied"))

    with pytest.raises(Fatal, match=r"User\.Read\.All"):
        await stage.graph.mailboxes()
