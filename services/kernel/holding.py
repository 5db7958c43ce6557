"""Which actors this replica is: it takes those that fall to it among the living replicas, and gives up what falls to
another. Rendezvous hashing proposes, the lease decides (mqtt.md §6.3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.kernel.lease import REPLICA, Leases, chosen
from services.kernel.scope import Scope, scope_of

SCOPE = "scope/"


@dataclass(slots=True)
class Holding:
    """The leases of one replica: on itself, on its actors and on the lanes it performs now."""

    leases: Leases
    instance: str
    scopes: set[Scope] = field(default_factory=set)
    lanes: set[str] = field(default_factory=set)
    alive: list[str] = field(default_factory=list)

    async def renew(self, wanted: Iterable[Scope]) -> tuple[set[Scope], set[Scope]]:
        """Renew everything, take and give up actors: which were gained and which are no longer ours."""
        await self.leases.hold(REPLICA + self.instance)
        self.alive = await self.leases.alive()
        mine = {scope for scope in wanted if self.falls_to_me(str(scope))}
        for scope in self.scopes - mine:
            await self.leases.release(f"{SCOPE}{scope}")
        names = [f"{SCOPE}{scope}" for scope in sorted(mine)]
        held = await self.leases.hold_many([*names, *(f"lane/{lane}" for lane in sorted(self.lanes))])
        now = {scope_of(name.removeprefix(SCOPE)) for name in held if name.startswith(SCOPE)}
        gained, lost = now - self.scopes, self.scopes - now
        self.scopes = now
        return gained, lost

    def falls_to_me(self, name: str) -> bool:
        return not self.alive or chosen(name, self.alive) == self.instance

    async def take_lane(self, lane: str) -> bool:
        """Hold a lane until `leave_lane`; False when another replica has it."""
        if await self.leases.hold(f"lane/{lane}") is None:
            return False
        self.lanes.add(lane)
        return True

    async def leave_lane(self, lane: str) -> None:
        self.lanes.discard(lane)
        await self.leases.release(f"lane/{lane}")
