"""Looks on while the product gets up by itself, and remembers how long that took. It helps nobody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.system.chaos.ground import SERVICES
from tests.system.chaos.plan import Fault
from tests.system.hearer import Hearer

Json = dict[str, Any]


@dataclass
class Hurt:
    """Somebody who was struck: `since` is when the accident was over, `before` the replicas that there were, `took`
    the seconds until it was well again."""

    fault: Fault
    since: datetime
    before: frozenset[str]
    took: float | None = None


class Healing:
    """All who were struck; `look` as often as possible."""

    def __init__(self, hearer: Hearer) -> None:
        self._hearer = hearer
        self.hurts: list[Hurt] = []
        self._open: list[Hurt] = []

    def struck(self, fault: Fault, since: datetime, before: frozenset[str]) -> None:
        self.hurts.append(Hurt(fault, since, before))
        self._open.append(self.hurts[-1])

    def look(self, now: datetime) -> None:
        """Note who is well by now."""
        for hurt in [hurt for hurt in self._open if self._well(hurt)]:
            hurt.took = (now - hurt.since).total_seconds()
            self._open.remove(hurt)

    def instances(self) -> frozenset[str]:
        """All replicas ever heard."""
        return frozenset(one["instance"] for one in list(self._hearer.statuses.values()))

    def newest(self) -> dict[str, Json]:
        """The last word of each service."""
        said = sorted(self._hearer.statuses.values(), key=lambda one: str(one["at"]))
        return {one["service"]: one for one in said}

    def peaks(self) -> dict[str, float]:
        """The most memory, in MiB, that any replica of each service has held at once."""
        held = dict[str, float]()
        for one in list(self._hearer.statuses.values()):
            held[one["service"]] = max(held.get(one["service"], 0.0), float(one.get("peak_rss_mib", 0)))
        return held

    def rested(self, since: datetime) -> bool:
        """Whether each service has spoken since then and has nothing left to do."""
        newest = self.newest().values()
        spoke = {one["service"] for one in newest if datetime.fromisoformat(one["at"]) > since}
        return spoke >= set(SERVICES) and not any(one.get("outstanding") for one in newest) and self._hearer.quiet()

    def waiting(self) -> list[str]:
        """Who is not well yet."""
        return [str(hurt.fault) for hurt in self._open]

    def _well(self, hurt: Hurt) -> bool:
        if hurt.fault.whom in {"sandbox", "remotes"}:  # they are well when calsync can read and write them again
            return bool(self._hearer.finished(hurt.since))
        wanted = {hurt.fault.whom} if hurt.fault.whom in SERVICES else set(SERVICES)
        anew = hurt.fault.kind == "kill" and hurt.fault.whom in SERVICES
        heard = {
            one["service"]
            for one in list(self._hearer.statuses.values())
            if one.get("alive", True) and datetime.fromisoformat(one["at"]) > hurt.since
            and not (anew and one["instance"] in hurt.before)
        }  # fmt: skip
        return heard >= wanted
