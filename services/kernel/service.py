"""What a service is to the kernel: a name, a mind, and hands if it acts outside."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import Struct

from services.kernel.decision import Thinks
from services.kernel.lanes import Performs

if TYPE_CHECKING:
    from services.kernel.host import Host


@dataclass(frozen=True, slots=True)
class Service:
    """`private` are the structs that it keeps as effects or hears as answers; `sharded` services have an actor for each
    shard of a tenant, the others one for a tenant. `source` is a task of its own that lets actors hear of the outside
    world (the registry's files); `follows_policy` is false only for the one who owns the policy."""

    name: str
    mind: Thinks
    hands: "Callable[[Host], Performs] | None" = None
    private: tuple[type[Struct], ...] = ()
    sharded: bool = True
    follows_policy: bool = True
    source: "Callable[[Host], Awaitable[None]] | None" = None
