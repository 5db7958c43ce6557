"""The accidents themselves. `strike` does one on the ground and returns when it is over; nobody is helped up."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.system.chaos.ground import SERVICES, Ground
from tests.system.chaos.plan import Fault

Wait = Callable[[float], None]
LONGEST_DOWN = 40
"""Seconds for which somebody who was struck may be down."""


def strike(fault: Fault, ground: Ground, wait: Wait) -> None:
    """One accident, from its beginning to its end; `wait` passes time."""
    ACTS[fault.kind](fault, ground, wait)


def _signal(ground: Ground, name: str, sign: signal.Signals, wait: Wait) -> list[int]:
    """To every process of that name; those that were there. One that is down is waited for, to be struck again."""
    for _ in range(LONGEST_DOWN * 10):
        if pids := ground.pids(name):
            break
        wait(0.1)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
    return pids


def _kill(fault: Fault, ground: Ground, wait: Wait) -> None:
    _signal(ground, fault.whom, signal.SIGKILL, wait)


def _wipe(fault: Fault, ground: Ground, wait: Wait) -> None:
    _signal(ground, fault.whom, signal.SIGKILL, wait)
    for kept in (ground.place.data / "broker").glob("*.db*"):
        kept.unlink()


def _freeze(fault: Fault, ground: Ground, wait: Wait) -> None:
    frozen = _signal(ground, fault.whom, signal.SIGSTOP, wait)
    try:
        wait(fault.seconds)
    finally:
        _thaw(frozen)


def _thaw(frozen: list[int]) -> None:
    for pid in frozen:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _takeover(fault: Fault, ground: Ground, wait: Wait) -> None:
    """The first replica sleeps longer than its leases and wakes up while the second does its work; then the second
    dies."""
    second = ground.second(fault.whom)
    try:
        wait(1.5)
        frozen = [pid for pid in ground.pids(fault.whom) if pid != second]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            wait(fault.seconds)
        finally:
            _thaw(frozen)
        wait(1.0)
    finally:
        ground.end_second(second)


def _fill(fault: Fault, ground: Ground, wait: Wait) -> None:
    names = SERVICES if fault.whom == "everybody" else (fault.whom,)
    ballast = [ground.disks[name] / "ballast" for name in names]
    try:
        for file in ballast:
            _until_full(file)
        wait(fault.seconds)
    finally:
        for file in ballast:
            file.unlink(missing_ok=True)


def _until_full(file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        for piece in (b"\0" * 1024 * 1024, b"\0" * 4096):
            with suppress(OSError):  # there is no room for another piece
                while out.write(piece) == len(piece):
                    pass


def _cut(fault: Fault, ground: Ground, wait: Wait) -> None:
    _wire(fault, ground, wait, lambda wire: wire.cut())


def _slow(fault: Fault, ground: Ground, wait: Wait) -> None:
    _wire(fault, ground, wait, lambda wire: wire.slow(0.15))


def _swallow(fault: Fault, ground: Ground, wait: Wait) -> None:
    _wire(fault, ground, wait, lambda wire: wire.swallow())


def _forget(fault: Fault, ground: Ground, wait: Wait) -> None:
    wire = ground.wires[fault.whom]
    wire.swallow()
    wire.mend(told=False)


def _wire(fault: Fault, ground: Ground, wait: Wait, act: Callable[..., None]) -> None:
    wire = ground.wires[fault.whom]
    act(wire)
    try:
        wait(fault.seconds)
    finally:
        wire.mend()


ACTS: dict[str, Callable[[Fault, Ground, Wait], None]] = {
    "kill": _kill, "kill and wipe": _wipe, "freeze": _freeze, "freeze beside a second": _takeover,
    "fill the disk": _fill, "cut": _cut, "slow": _slow, "half-open": _swallow, "half-open for good": _forget,
}  # fmt: skip
