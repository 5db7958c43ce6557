"""A process killed at any point of a turn leaves all of the turn or nothing (O6)."""

import asyncio
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from services.kernel.driver import Connect
from tests.conformance.kernel.stores import DRIVERS, SCOPE, opened

TURN = textwrap.dedent("""
    import asyncio, os, signal, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from services.kernel.store import Store
    from tests.conformance.kernel.stores import DRIVERS, SCOPE, effect

    path, driver, fatal = Path(sys.argv[1]), DRIVERS[sys.argv[2]], int(sys.argv[3])

    class Dying(driver):
        statements = 0

        def tick(self):
            Dying.statements += 1
            if Dying.statements == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

        async def fetch(self, sql, args=()):
            self.tick()
            return await super().fetch(sql, args)

        async def many(self, sql, rows):
            self.tick()
            await super().many(sql, rows)

    async def main():
        store = await Store.open(path, lambda: datetime.now(UTC), lambda: "s1", connect=Dying)
        Dying.statements = 0
        async with store.transaction() as tx:
            await tx.see(SCOPE, "a@b", [5, 6], 5)
            await tx.put(SCOPE, {"gone": None, "new": b"x" * 50_000})
            await tx.add([effect(f"e{n}") for n in range(50)])
            await tx.dead(SCOPE, "m1", "Observed", b"raw", "why", datetime.now(UTC))
        Dying.statements += 1
        if fatal == 0:
            print(Dying.statements)
        os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(main())
""")


async def turn(path: Path, driver: str, fatal: int) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-c", TURN, str(path), driver, str(fatal), stdout=subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == -signal.SIGKILL
    return out


async def left(path: Path, connect: Connect) -> tuple[bool, ...]:
    async with opened(path, connect) as store, store.transaction() as tx:
        rows = await tx.rows(SCOPE, ["gone", "new"])
        return (
            bool(await tx.seen(SCOPE, "a@b", [5, 6])), rows["gone"] is None, rows["new"] is not None,
            await store.outstanding(SCOPE) == 50, await store.dead_count(SCOPE) == 1, await tx.commits() == 2,
        )  # fmt: skip


@pytest.mark.parametrize("driver", DRIVERS)
async def test_a_turn_killed_before_any_of_its_statements_is_all_or_nothing(tmp_path: Path, driver: str) -> None:
    async def fresh(name: str) -> Path:
        path = tmp_path / name
        async with opened(path, DRIVERS[driver]) as store, store.transaction() as tx:
            await tx.put(SCOPE, {"gone": b"1"})
        return path

    whole = await fresh("whole.db")
    statements = int(await turn(whole, driver, 0))
    assert all(await left(whole, DRIVERS[driver])), "a commit outlives the kill that follows it"
    assert statements > 8
    for fatal in range(1, statements):
        path = await fresh(f"{fatal}.db")
        await turn(path, driver, fatal)
        assert not any(await left(path, DRIVERS[driver])), f"killed before statement {fatal}"
