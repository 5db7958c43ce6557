"""The whole product at work, talkative, through a mistake and a crash; then everything that it left behind or shows is
searched for what nobody but it may know: its secrets, and the tokens that it was given for them."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.security.test_acl import SPEAKS_TO
from tests.system.product import QUICK, Product, processes_of, until

WRONG = "a-secret-that-is-not-the-right-one"
TOKENS = re.compile(
    rb"eyJ[\w-]{10,}\.[\w-]{10,}|00D\w{12,15}![\w.]{10,}|[Bb]earer [\w.-]{10,}|BEGIN [A-Z ]*PRIVATE KEY"
)
"""A token or an assertion of Microsoft's kind, a session of Salesforce's, either in a header, a key."""
Shown = dict[str, bytes]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """By where it stands: all that the product wrote, said, or shows of itself."""
    policy = {**QUICK, "mailboxes": ["dana.lukasik@firm.example"]}  # whose meetings they are does not matter here
    with Product(tmp_path_factory.mktemp("secrets"), policy, CALSYNC_LOG_LEVEL="debug", PYTHONFAULTHANDLER="1") as it:
        it.first_run()
        found = _shown(it)
        _mistake(it)
        _crash(it)
        for where, what in _shown(it).items():
            found[where] = found.get(where, b"") + what
        found["what it must not show"] = b"\n".join(_words(it.place.secrets))
        yield found


def _mistake(it: Product) -> None:
    """Both secrets become wrong ones, and somebody hears of it."""
    for name in ("client-secret", "salesforce.key"):
        (it.place.secrets / name).rename(it.place.secrets / f"{name}.right")
        (it.place.secrets / name).write_text(WRONG)
    for name in ("graph-poller", "salesforce-watcher"):
        it.kill(name)  # it holds a token still
    it.ask_for_run()
    words = ("client secret is wrong", "private key")
    it.hearer.until(lambda: all(word in str(it.hearer.problems()) + it.logs() for word in words), "the mistakes", 30)


def _crash(it: Product) -> None:
    """A service dies with a trace of where it was."""
    (pid,) = it.pids("graph-poller")
    os.kill(pid, signal.SIGABRT)
    until(lambda: "Fatal Python error: Aborted" in it.logs(), "a trace of the crash")


def _words(secrets: Path) -> list[bytes]:
    """The secrets, those of several lines line by line."""
    files = [one for one in secrets.iterdir() if not one.name.endswith(".pub")]
    return [line for one in files for line in one.read_bytes().splitlines() if len(line) > 20 and b"---" not in line]


def _shown(it: Product) -> Shown:
    data, found = it.place.data, {"its terminal": it.output.read_bytes()}
    for path in data.rglob("*"):
        if path.is_file() and not {"secrets", "sandbox"} & {*path.relative_to(data).parts[:1]}:
            with suppress(FileNotFoundError):  # SQLite's own come and go
                found[str(path.relative_to(data))] = path.read_bytes()
    found["the broker"] = b"\n".join(topic.encode() + payload for topic, payload in it.hearer.messages)
    for pid, words in processes_of(data):
        with suppress(FileNotFoundError, ProcessLookupError):
            found[f"the process list: {words[-60:]}"] = Path(f"/proc/{pid}/cmdline").read_bytes()
            found[f"the environment of: {words[-60:]}"] = Path(f"/proc/{pid}/environ").read_bytes()
    return found


def test_there_was_something_to_look_at(shown: Shown) -> None:
    assert {f"store/{name}.sqlite3" for name in ("writer", "graph-poller", "reconciler")} <= shown.keys()
    assert any(name.endswith("-wal") for name in shown)
    assert {"logs/graph-poller.log", "logs/broker.log", "broker/mosquitto.conf"} <= shown.keys()
    assert len(shown["the broker"]) > 100_000
    assert sum("the process list" in name for name in shown) >= 7
    assert len(shown["what it must not show"].splitlines()) > 20


def test_no_secret_is_in_a_log_a_store_a_message_or_the_process_list(shown: Shown) -> None:  # O7, P3
    words = [*shown["what it must not show"].splitlines(), WRONG.encode()]
    leaks = {where for where, what in shown.items() for word in words if word in what}
    assert leaks == {"what it must not show"}


def test_no_token_is_in_a_log_a_store_a_message_or_the_process_list(shown: Shown) -> None:  # O7
    assert {where: found[0][:12] for where, what in shown.items() if (found := TOKENS.findall(what))} == {}


SAID = re.compile(rb'calsync/v1/firm/in/([a-z-]+)/\d+\{[^\n]{0,200}?"source":"/([a-z-]+)/')


def test_the_broker_of_the_stack_would_let_through_all_that_was_said(shown: Shown) -> None:
    heard = {(speaker.decode(), hearer.decode()) for hearer, speaker in SAID.findall(shown["the broker"])}
    assert {("reconciler", "writer"), ("graph-poller", "reconciler"), ("registry", "graph-poller")} <= heard
    assert {
        (speaker, hearer) for speaker, hearer in heard if speaker != "cli" and hearer not in SPEAKS_TO[speaker]
    } == set()
