"""Whose actor: one shard of one tenant. Its rows, its inbox and its effects never mix with another's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    tenant: str
    shard: int = 0

    def __str__(self) -> str:
        return f"{self.tenant}/{self.shard}"


def scope_of(name: str) -> Scope:
    """The scope that `str` spelled."""
    tenant, shard = name.split("/")
    return Scope(tenant, int(shard))
