"""Starts one replica of a service and ends it cleanly: the one place where the kernel's parts meet. An end without
this cleanliness costs a lease's time, never a message."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any

from services.kernel import logs
from services.kernel.clock import WallClock
from services.kernel.crew import Crew
from services.kernel.errors import Fatal, Transient
from services.kernel.health import answering
from services.kernel.host import Host
from services.kernel.metrics import Metrics
from services.kernel.mqtt import MqttBus
from services.kernel.report import Report
from services.kernel.service import Service
from services.kernel.settings import Settings, read_settings
from services.kernel.store import Store

FAREWELL = timedelta(seconds=3)
"""How long the last words to broker and store may take."""


def run(service: Service) -> None:
    """Live until SIGTERM or SIGINT; a Fatal ends the process with code 2 and one line that says what to do."""
    clock = WallClock()
    try:
        settings = read_settings(clock.fresh)
        logs.set_up(settings.log_level, settings.log_format)
        asyncio.run(live(service, settings, clock))
    except Fatal as error:
        logs.logger(service.name).error(error.what, where=error.where, mend=error.mend)
        sys.exit(2)


async def live(service: Service, settings: Settings, clock: WallClock) -> None:
    """One replica, from opening its store to giving up its leases."""
    log = logs.logger(service.name)
    bus = MqttBus(settings.broker_url(), f"{service.name}-{settings.instance}", ca_file=settings.broker_ca_file)
    store = await Store.open(settings.store / f"{service.name}.sqlite3", clock.now, clock.fresh)
    host = Host(service, store, bus, clock, settings, log, Metrics(service.name))
    crew = Crew(host, service.hands(host)) if service.hands else None
    report = Report(host, crew)
    async with AsyncExitStack() as at_end:
        at_end.push_async_callback(store.close)
        if settings.health_port:
            await at_end.enter_async_context(
                answering(settings.health_host, settings.health_port, lambda: wrong(host), host.metrics.text)
            )
        await _work(host, crew, report)


async def _work(host: Host, crew: Crew | None, report: Report) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    host.log.info("started", instance=host.instance)
    bus = asyncio.ensure_future(host.bus.run())
    await host.remember()
    parts: list[Awaitable[object]] = [host.listen(), host.keep_leases(), host.work(), report.keep(), stop.wait()]
    parts += [crew.work()] if crew else []
    parts += [host.service.source(host)] if host.service.source else []
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        await asyncio.wait([bus, *tasks], return_when=asyncio.FIRST_COMPLETED)
        _raise_first([bus, *tasks])
    finally:
        await _end(tasks, crew)
        await _part(host, report, bus)


async def _end(tasks: Sequence[asyncio.Future[Any]], crew: Crew | None) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if crew:
        await crew.close()


async def _part(host: Host, report: Report, bus: asyncio.Future[Any]) -> None:
    """Say that this replica is gone and give up its leases, so that another need not wait for them."""
    with suppress(TimeoutError, Transient):
        async with asyncio.timeout(FAREWELL.total_seconds()):
            for tenant in list(host.policies):
                await report.say(tenant, alive=False)
    await host.holding.leases.release_all()
    bus.cancel()
    await asyncio.gather(bus, return_exceptions=True)
    host.log.info("stopped", instance=host.instance)


def _raise_first(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """What ended a part of the replica by itself ends the replica, visibly."""
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error


def wrong(host: Host) -> list[str]:
    """Why this replica is not healthy; empty when it is."""
    return [] if host.bus.connected.is_set() else ["not connected to the broker"]
