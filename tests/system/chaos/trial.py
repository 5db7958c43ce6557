"""One run: people work, accidents happen one after another, and after every few of them all is left alone until it has
come to rest by itself, and is judged. It never takes longer than its limit and always comes back with what it saw."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from random import Random
from time import monotonic
from typing import Any

from services.kernel.errors import Fatal, Transient
from tests.system.chaos.crowd import Crowd
from tests.system.chaos.diary import Diary, tag_of
from tests.system.chaos.faults import strike
from tests.system.chaos.ground import Ground
from tests.system.chaos.healing import Healing
from tests.system.chaos.judge import judge, learn
from tests.system.chaos.plan import Fault
from tests.system.oracle import differences, keys_twice

Json = dict[str, Any]
ROUND = 25
"""Accidents between two quiet points."""
PATIENCE = 90.0
"""Seconds within which everything has to be well and agreed again."""
EVERY = 2.5
"""Seconds between two runs that somebody asks for."""


class Trial:
    """`play` the faults on a ground after its first run; then `wrong` says what was wrong."""

    def __init__(self, ground: Ground, seed: int, limit: float, say: Callable[[str], None]) -> None:
        self.ground = ground
        self._say = say
        self.diary = Diary(seed)
        self.healing = Healing(ground.hearer)
        self.quiet: list[float] = []
        self.wrong: list[str] = []
        self.mails: list[Json] = []
        self._end = monotonic() + limit
        self._known = self._problems()
        self._pause = Random(f"pauses {seed}")
        self._tick = threading.Event()
        self._over = threading.Event()
        self._busy = threading.Event()

    def play(self, faults: Sequence[Fault]) -> None:
        """All faults, or as many as the limit allows; it ends at the first quiet point where something is wrong."""
        crowd = Crowd(self.ground, self.diary)
        asking = threading.Thread(target=self._ask_on, daemon=True)
        asking.start()
        try:
            for first in range(0, len(faults), ROUND):
                crowd.resume()
                self._busy.set()
                self._round(faults[first : first + ROUND])
                self._busy.clear()
                self._settle(crowd)
                if self.wrong:
                    return
            self._idle()
        finally:
            self._over.set()
            crowd.end()
            asking.join(30)

    def wait(self, seconds: float) -> None:
        """Let time pass with open eyes."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            self.healing.look(datetime.now(UTC))
            self._tick.wait(min(left, 0.1))

    def _round(self, faults: Sequence[Fault]) -> None:
        for fault in faults:
            if monotonic() > self._end:
                self.wrong.append(f"the time was over after {len(self.healing.hurts)} faults")
                return
            self._say(f"{datetime.now(UTC):%H:%M:%S} {fault}")
            before = self.healing.instances()
            strike(fault, self.ground, self.wait)
            self.healing.struck(fault, datetime.now(UTC), before)
            self.wait(self._pause.uniform(0.1, 0.4))

    def _settle(self, crowd: Crowd) -> None:
        """A quiet point: nobody does anything, and everything has to agree before PATIENCE is over."""
        began = monotonic()
        if not crowd.pause(PATIENCE):
            self.wrong.append(f"people got no answer for {PATIENCE:.0f} s")
            return
        found, late = ["nothing was judged"], list[str]()
        while found and monotonic() - began < PATIENCE:
            try:
                found = found if (late := self._run(began + PATIENCE)) else self._judged()
            except (Fatal, HTTPException) as error:
                late = [f"the sandbox does not answer: {error}"]
        self.wrong += [*found, *late] if found else []
        self.quiet.append(monotonic() - began)
        self._say(f"{datetime.now(UTC):%H:%M:%S} quiet after {self.quiet[-1]:.1f} s, {len(found)} wrong")

    def _run(self, end: float) -> list[str]:
        """One run that sees all, finished and at rest; else why not."""
        since = datetime.now(UTC)
        asked = self._asked(end)
        while monotonic() < end:
            self.wait(0.2)
            done = asked and self.ground.hearer.finished(asked)
            if done and not self.healing.waiting() and self.healing.rested(since):
                return []
            if datetime.now(UTC) - since > timedelta(seconds=20):
                break
        late = [f"not well: {name}" for name in self.healing.waiting()]
        return [*late, f"not at rest\n{self.ground.hearer.picture()}"]

    def _asked(self, end: float) -> datetime | None:
        while monotonic() < end:
            with suppress(Fatal, Transient):
                return self.ground.ask_for_run()
        return None

    def _judged(self) -> list[str]:
        """What is wrong at a moment when everything is at rest."""
        ground = self.ground
        here, there = ground.events("microsoft"), ground.events("practifi")
        self.mails = list(ground.ask("GET", "mails")["mails"])
        wrong = [*self.diary.wrong, *judge(self.diary, here, there, self.mails)]
        wrong += [f"more than one Practifi Event has a key: {key[:16]}…" for key in keys_twice(ground)]
        wrong += [f"the sides differ: {one}" for one in differences(ground) if not tag_of(one)]
        wrong += [
            f"{one['service']}: {one['dead']} set aside" for one in self.healing.newest().values() if one.get("dead")
        ]
        wrong += [f"a problem stays: {one}" for one in self._problems() - self._known]
        wrong += [] if ground.alive() else ["calsync up has ended"]
        if not wrong:
            learn(self.diary, here, there)
        return wrong

    def _problems(self) -> set[tuple[str, str]]:
        return {
            (one["where"], one["what"].partition(" (request ")[0])
            for said in self.healing.newest().values()
            for one in said.get("problems", ())
        }

    def _idle(self) -> None:
        """At the end nothing is left to do: one more run writes nothing."""
        before = self._written()
        self.wrong += self._run(monotonic() + PATIENCE)
        if (after := self._written()) != before:
            self.wrong.append(f"a run without cause wrote: {before} requests before it, {after} after it")

    def _written(self) -> dict[str, int]:
        counters = self.ground.ask("GET", "requests", last=1)["counters"]
        return {side: counted["write"] for side, counted in counters.items()}

    def _ask_on(self) -> None:
        """Somebody asks for a run, again and again, so that every accident comes in the middle of work."""
        while not self._over.wait(EVERY):
            if self._busy.is_set():
                with suppress(Fatal, Transient):
                    self.ground.ask_for_run()
