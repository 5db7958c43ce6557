"""Which actors this replica is: it takes those that fall to it among the living replicas, and gives up what falls to
another. Rendezvous hashing proposes, the lease decides (mqtt.md §6.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.kernel.lease import REPLICA, Leases, chosen
from services.kernel.scope import Scope, scope_of

SCOPE = "scope/"
LANE = "lane/"


@dataclass(slots=True)
class Holding:
    """The leases of one replica: on itself, on its actors and on the lanes that it performs now (with their fences).
    `pins` are the tenants that it serves, none for all; its lease on itself tells the others of them."""

    leases: Leases
    instance: str
    pins: Sequence[str] = ()
    scopes: set[Scope] = field(default_factory=set)
    lanes: dict[str, int] = field(default_factory=dict)
    alive: list[str] = field(default_factory=list)

    async def renew(self, wanted: Iterable[Scope]) -> tuple[set[Scope], set[Scope]]:
        """Renew everything, take and give up actors: which were gained and which are no longer ours."""
        await self.leases.hold("/".join((f"{REPLICA}{self.instance}", *self.pins)))
        self.alive = await self.leases.alive()
        mine = {scope for scope in wanted if self.falls_to_me(str(scope))}
        for scope in self.scopes - mine:
            await self.leases.release(f"{SCOPE}{scope}")
        lanes = list(self.lanes)
        held = await self.leases.hold_many([*(f"{SCOPE}{scope}" for scope in sorted(mine)), *map(_lane, lanes)])
        await self._keep(lanes, held)
        now = {scope_of(name.removeprefix(SCOPE)) for name in held if name.startswith(SCOPE)}
        gained, lost = now - self.scopes, self.scopes - now
        self.scopes = now
        return gained, lost

    def falls_to_me(self, name: str) -> bool:
        """Whether an actor or a lane falls to this one of the replicas that serve its tenant."""
        tenant = name.replace(":", "/").partition("/")[0]
        if self.pins and tenant not in self.pins:
            return False
        serving = [instance for one in self.alive if (instance := _serving(one, tenant))]
        return not serving or chosen(name, serving) == self.instance

    async def take_lane(self, lane: str) -> bool:
        """Hold a lane until `leave_lane`; False when another replica has it."""
        fence = await self.leases.hold(_lane(lane))
        if fence is None:
            return False
        self.lanes[lane] = fence
        return True

    async def keep_lane(self, lane: str) -> bool:
        """Renew a lane for a full term, before each thing that is done in it (ruling 23); False when it was lost."""
        if await self.leases.hold(_lane(lane)) != self.lanes.get(lane, 0):
            self.lanes.pop(lane, None)
        return lane in self.lanes

    async def has_lane(self, lane: str) -> bool:
        """Whether a lane is still ours, and was all the time. Asked inside a transaction it holds until the commit."""
        fence = self.lanes.get(lane)
        return fence is not None and await self.leases.held(_lane(lane), fence)

    async def leave_lane(self, lane: str) -> None:
        self.lanes.pop(lane, None)
        await self.leases.release(_lane(lane))

    async def _keep(self, asked: Sequence[str], held: dict[str, int]) -> None:
        """Forget lanes that were lost meanwhile; give back those that were left while we asked."""
        for lane in asked:
            if lane not in self.lanes:
                await self.leases.release(_lane(lane))
            elif held.get(_lane(lane)) != self.lanes[lane]:
                del self.lanes[lane]


def _serving(replica: str, tenant: str) -> str:
    """The instance of a replica, "" when it is pinned to other tenants."""
    instance, *pins = replica.split("/")
    return "" if pins and tenant not in pins else instance


def _lane(lane: str) -> str:
    return f"{LANE}{lane}"
