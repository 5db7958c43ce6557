"""The wire of a chaos run: it carries, cuts, slows and swallows as it was told."""

import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from tests.system.chaos.proxy import Proxy

HOME = "127.0.0.1"


@pytest.fixture
def wire() -> Iterator[Proxy]:
    """A wire before a server that says back what it hears."""
    server = socket.create_server((HOME, 0))
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    with socket.create_server((HOME, 0)) as probe:
        here = probe.getsockname()[:2]
    proxy = Proxy(here, server.getsockname()[:2]).start()
    yield proxy
    proxy.stop()
    server.close()


def _serve(server: socket.socket) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_echo, args=(caller,), daemon=True).start()


def _echo(caller: socket.socket) -> None:
    with caller:
        try:
            while heard := caller.recv(1024):
                caller.sendall(heard)
        except OSError:
            return


def call(wire: Proxy) -> socket.socket:
    return socket.create_connection(wire.here, 5)


def said(caller: socket.socket) -> bytes:
    """What comes back of a word; b"" for a connection that was ended."""
    try:
        caller.sendall(b"word")
        return caller.recv(1024)
    except ConnectionError:
        return b""


def test_it_carries_both_ways(wire: Proxy) -> None:
    with call(wire) as caller:
        assert said(caller) == b"word"
        assert said(caller) == b"word"


def test_cut_it_resets_who_is_there_and_who_comes_until_it_is_mended(wire: Proxy) -> None:
    with call(wire) as caller:
        assert said(caller) == b"word"
        wire.cut()
        assert said(caller) == b""
        with call(wire) as other:
            assert said(other) == b""
        wire.mend()
        with call(wire) as other:
            assert said(other) == b"word"


def test_slow_it_takes_its_time(wire: Proxy) -> None:
    with call(wire) as caller:
        wire.slow(0.1)
        began = monotonic()
        assert said(caller) == b"word"
        assert monotonic() - began >= 0.2


@pytest.mark.parametrize("told", [True, False])
def test_half_open_it_swallows_and_tells_nobody_before_it_is_mended(told: bool, wire: Proxy) -> None:
    with call(wire) as caller:
        assert said(caller) == b"word"
        wire.swallow()
        caller.settimeout(0.2)
        with pytest.raises(TimeoutError):
            said(caller)
        wire.mend(told=told)
        if told:
            assert said(caller) == b""
        else:
            with pytest.raises(TimeoutError):
                said(caller)
        with call(wire) as other:
            assert said(other) == b"word"
