"""The memory on disk: a sandbox that was killed comes back as it was, whatever the moment."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.journal import Journal, Unusable
from services.sandbox.wire import Request, Response
from services.sandbox.world import World
from tests.conformance.sandbox.worlds import ADA, BEN, START, add_two, new_world, request, signed_in

EVENTS = f"/v1.0/users/{ADA}/events"


class Life:
    """One process's life with a data folder: asks as the shell does, journal first."""

    def __init__(self, folder: Path, every: int = 1_000) -> None:
        self.journal = Journal(folder, every=every)
        self.world = self.journal.start(lambda: add_two(new_world()))

    def ask(self, asked: Request) -> Response:
        self.journal.note(asked, self.world)
        return self.world.handle(asked)

    def killed(self) -> None:
        """The process is gone: the lock is free, nothing else was done."""
        self.journal.release()


def held(world: World) -> str:
    """All that both sides hold, mails and faults with it."""
    sides = world.sides
    boxes = [sides.microsoft.events(one["upn"]) for one in sides.microsoft.mailboxes()]
    tables = [sides.salesforce.rows(kind, include_deleted=True) for kind in sides.salesforce.memory.tables]
    return json.dumps([boxes, tables, list(map(str, sides.microsoft.mails)), world.faults.shown(), world.faults.struck])


def body(number: int) -> dict[str, Any]:
    times = {
        key: {"dateTime": f"2026-07-01T{hour}:00:00", "timeZone": "UTC"} for key, hour in (("start", 10), ("end", 11))
    }
    return {"subject": f"Event {number}", "attendees": [{"emailAddress": {"address": BEN}}], **times}


def batch() -> dict[str, Any]:
    """Creations whose order Graph is free to choose."""
    json_type = {"Content-Type": "application/json"}
    posts = [
        {"id": str(number), "method": "POST", "url": f"/users/{ADA}/events", "headers": json_type, "body": body(number)}
        for number in range(6)
    ]
    return {"requests": posts}


def day(token: dict[str, str]) -> Iterator[Request]:
    """A day on both sides: reads between writes, batches, faults by chance, acts of people."""
    clock = iter(START + timedelta(minutes=number) for number in range(1, 1_000))

    def sent(method: str, path: str, content: Any = None, **query: Any) -> Request:
        made = request(method, path, content, next(clock), **query)
        return Request(made.method, made.path, made.at, made.query, {**made.headers, **token}, made.body)

    for number in range(5):
        yield sent("GET", EVENTS)
        yield sent("POST", EVENTS, body(number))
        yield sent("POST", "/v1.0/$batch", batch())
        yield sent("GET", "/v1.0/users")
    yield sent("POST", "/sandbox/faults", {"name": "unavailable", "rate": 0.5})
    for _ in range(10):
        yield sent("GET", EVENTS)
        yield sent("POST", EVENTS, body(99))
    yield sent("POST", "/sandbox/events", {"side": "practifi", "mailbox": ADA, "set": {"attendees": BEN}})
    yield sent("POST", "/v1.0/$batch", batch())


@pytest.mark.parametrize("every", [1_000, 4], ids=["from the journal", "with snapshots between"])
def test_killed_at_any_moment_it_comes_back_as_it_was(every: int, tmp_path: Path) -> None:  # O6
    life = Life(tmp_path, every)
    token = signed_in(life.world, "microsoft")
    life.journal.compact(life.world)
    for number, asked in enumerate(list(day(token))):
        life.ask(asked)
        if number % 3 == 0:
            before = held(life.world)
            life.killed()
            life = Life(tmp_path, every)
            assert held(life.world) == before, f"after request {number}"
    life.killed()


def test_a_token_given_before_the_kill_is_good_after_it(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.ask(request("GET", "/v1.0/users"))
    seen = life.world
    life.ask(_token())
    given = dict(seen.sides.microsoft.tenant.tokens)
    life.killed()
    again = Life(tmp_path)
    assert given
    assert again.world.sides.microsoft.tenant.tokens == given
    again.killed()


def _token() -> Request:
    form = b"grant_type=client_credentials&client_id=client&client_secret=secret&scope=https://graph.microsoft.com/.default"
    return Request("POST", "/tenant/oauth2/v2.0/token", START, {}, {}, form)


def test_a_line_that_the_kill_tore_is_left_out(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.ask(_add("whole"))
    before = held(life.world)
    life.killed()
    journal = next(tmp_path.glob("journal-*"))
    with journal.open("ab") as file:
        file.write(journal.read_bytes()[:40])
    again = Life(tmp_path)
    assert held(again.world) == before
    again.killed()


def _add(subject: str) -> Request:
    return request("POST", "/sandbox/events", {"side": "microsoft", "mailbox": ADA, "set": {"subject": subject}})


def test_killed_between_snapshot_and_clean_up_nothing_happens_twice(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.ask(_add("once"))
    kept = {path: path.read_bytes() for path in tmp_path.glob("journal-*")}
    life.journal.compact(life.world)
    life.killed()
    for path, content in kept.items():
        path.write_bytes(content)
    again = Life(tmp_path)
    assert len(again.world.sides.microsoft.events(ADA)) == 1
    again.killed()


def test_killed_before_the_new_snapshot_nothing_is_lost(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.ask(_add("kept"))
    life.killed()
    number = int(next(tmp_path.glob("journal-*")).name.rpartition("-")[2])
    (tmp_path / f"journal-{number + 1}").touch()
    (tmp_path / "snapshot.part").write_bytes(b"half")
    again = Life(tmp_path)
    assert len(again.world.sides.microsoft.events(ADA)) == 1
    again.killed()


def test_a_graceful_end_leaves_an_empty_journal(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.ask(_add("kept"))
    life.journal.stop(life.world)
    assert [path.stat().st_size for path in tmp_path.glob("journal-*")] == [0]
    again = Life(tmp_path)
    assert [one["subject"] for one in again.world.sides.microsoft.events(ADA)] == ["kept"]
    again.killed()


def test_reads_leave_no_trace_on_disk_unless_a_fault_is_on(tmp_path: Path) -> None:
    life = Life(tmp_path)
    journal = next(tmp_path.glob("journal-*"))
    life.ask(request("GET", EVENTS))
    assert journal.stat().st_size == 0
    life.world.faults.set("unavailable", 0.5)
    life.ask(request("GET", EVENTS))
    assert journal.stat().st_size > 0
    life.killed()


def test_two_cannot_share_a_folder(tmp_path: Path) -> None:
    life = Life(tmp_path)
    with pytest.raises(Unusable, match="in use"):
        Life(tmp_path)
    life.killed()


def test_a_snapshot_that_cannot_be_read_is_named_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "snapshot").write_bytes(b"nonsense")
    with pytest.raises(Unusable, match="another version"):
        Life(tmp_path)
    assert (tmp_path / "snapshot").read_bytes() == b"nonsense"


def test_everything_on_disk_is_for_its_owner_only(tmp_path: Path) -> None:  # O7
    life = Life(tmp_path / "data")
    life.ask(_add("private"))
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "data").iterdir()} == {"0o600"}
    life.killed()
