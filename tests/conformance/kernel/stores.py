"""A store over each driver, and how effects look when a test does not care."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.kernel.driver import Connect, DirectDriver, ThreadDriver
from services.kernel.effects import NewEffect
from services.kernel.store import Store

DRIVERS: dict[str, Connect] = {"aiosqlite": ThreadDriver, "sqlite3": DirectDriver}
T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCOPE = "firm/0"
READER = "reconciler/firm/0"


class Time:
    """A clock that a test turns by hand."""

    def __init__(self, at: datetime = T0) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **length: float) -> None:
        self.at += timedelta(**length)


@asynccontextmanager
async def opened(
    path: Path, connect: Connect, *, now: Callable[[], datetime] | None = None, name: str = "s1"
) -> AsyncIterator[Store]:
    store = await Store.open(path, now or Time(), lambda: name, connect=connect)
    try:
        yield store
    finally:
        await store.close()


def effect(id_: str, **other: Any) -> NewEffect:
    plain: dict[str, Any] = {
        "scope": SCOPE, "lane": READER, "kind": "say", "key": "", "cause": "m1", "run": "", "body_kind": "x",
        "body": b"{}", "due": T0,
    }  # fmt: skip
    return NewEffect(id=id_, **(plain | other))
