"""Looks at the tenants' files every few seconds and lets each tenant's actor hear what is new there; keeps the policies
known to the broker, which may forget them. It decides nothing and changes no file."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from contracts import topics
from contracts.message import Message, encode
from contracts.policy import Policy, PolicyNow
from contracts.status import Problem
from services.kernel.clock import Clock
from services.kernel.errors import Fatal, Transient
from services.kernel.host import Host
from services.kernel.scope import Scope
from services.kernel.tenants import read_policies
from services.registry.news import broken_slug, news

LOOK = timedelta(seconds=2)
SOON = timedelta(seconds=0.2)
"""At a start, until a first tenant is served, but no longer than SETTLE."""
SETTLE = timedelta(seconds=20)
SAY_AGAIN = timedelta(seconds=30)
"""How often the policies are said anew, whether or not somebody needs it."""
FILE = "file"
"""The place of a file's problem among a tenant's problems."""


class Watch:
    """The files of one replica's tenants."""

    def __init__(self, host: Host, folder: Path) -> None:
        self._host = host
        self._folder = folder
        self._told: dict[str, str] = {}
        self._epoch = -1
        self._missing = False

    async def run(self) -> None:
        """Look and tell, for ever."""
        again = self._host.clock.now()
        settled = again + SETTLE
        while True:
            await self._look()
            now = self._host.clock.now()
            if now >= again or self._epoch != self._host.bus.epoch:
                again, self._epoch = now + SAY_AGAIN, self._host.bus.epoch
                await self._say()
            await self._host.clock.sleep(LOOK if self._told or now > settled else SOON)

    async def _look(self) -> None:
        """One look. A folder that is not there says nothing about any tenant (X4: an empty read is an error)."""
        if self._absent():
            return
        policies, wrong = await asyncio.to_thread(read_policies, self._folder)
        broken = {broken_slug(error.where): error for error in wrong}
        await self._follow(policies, broken)
        self._show(broken)
        held = self._held()
        self._told = {slug: digest for slug, digest in self._told.items() if slug in held}
        for slug, file in news(self._told, policies, broken, held).items():
            self._told[slug] = file.digest
            self._host.hear(Scope(slug), file)

    def _absent(self) -> bool:
        missing = not (self._folder / "tenants").is_dir()
        if missing and not self._missing:
            self._host.log.error("the folder of the tenants' files is not there", folder=str(self._folder / "tenants"),
                                 mend="Create it, or correct CALSYNC_CONFIG")  # fmt: skip
        self._missing = missing
        return missing

    async def _follow(self, policies: dict[str, Policy], broken: dict[str, Fatal]) -> None:
        """Serve every tenant that has a file, a broken one too: its problem has to be seen."""
        for slug in sorted({*policies, *broken} - self._host.policies.keys()):
            if topics.SLUG.fullmatch(slug):
                await self._host.follow(slug, PolicyNow(0, active=False, policy=policies.get(slug) or Policy()))

    def _show(self, broken: dict[str, Fatal]) -> None:
        """A mistake is shown while it lasts and logged once."""
        shown = self._host.problems
        for slug, error in broken.items():
            problem = Problem(where=error.where, what=error.what, mend=error.mend)
            if shown.get((slug, FILE)) != problem:
                shown[slug, FILE] = problem
                self._host.log.error(error.what, tenant=slug, where=error.where, mend=error.mend)
        for slug, place in [key for key in shown if key[1] == FILE and key[0] not in broken]:
            self._host.log.info("the file is in order again", tenant=slug)
            del shown[slug, place]

    async def _say(self) -> None:
        """Say each tenant's policy as its actor has decided it, if it has."""
        for slug in self._held():
            async with self._host.store.transaction() as tx:
                raw = (await tx.rows(str(Scope(slug)), ["policy"])).get("policy")
            policy = msgspec.msgpack.decode(raw, type=PolicyNow) if raw else None
            if policy and policy.version:
                try:
                    await self._host.bus.publish(*level(slug, policy, self._host.clock), retain=True)
                except Transient:
                    self._epoch = -1
                    return

    def _held(self) -> Sequence[str]:
        return sorted(scope.tenant for scope in self._host.holding.scopes)


def level(tenant: str, policy: PolicyNow, clock: Clock) -> tuple[str, bytes]:
    """Topic and payload of a policy."""
    message = Message(id=clock.fresh(), tenant=tenant, sent_at=clock.now(), body=policy, sender="registry")
    return topics.policy(tenant), encode(message)
