"""A broker for the one-command start: Mosquitto where it is installed, else one of our own on top of amqtt, run as
`python -m services.kernel.broker --port 1883`. Both listen on loopback only and let everyone on this machine in; they
promise no access control (ruling 34). They must never be offered to a network."""

import argparse
import asyncio
import contextlib
import logging
import signal
from pathlib import Path

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType

LOOPBACK = "127.0.0.1"


def mosquitto_conf(port: int, data_dir: Path) -> str:
    """The configuration file of a local Mosquitto 2. Its memory is a convenience (retained messages over a restart):
    what matters is kept by the services and said again (design §2.2)."""
    return "\n".join([
        "user root",  # matters only when root starts it: it would lose the right to its own folder
        f"listener {port} {LOOPBACK}",
        "allow_anonymous true",
        "persistence true",
        f"persistence_location {data_dir}/",
        "autosave_interval 60",
        "max_queued_messages 100000",
        "max_queued_bytes 268435456",
        "max_inflight_messages 100",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "",
    ])  # fmt: skip


def config(port: int) -> BrokerConfig:
    """The configuration of the embedded broker. All is named here: its own defaults listen everywhere."""
    return BrokerConfig(
        listeners={"default": ListenerConfig(type=ListenerType.TCP, bind=f"{LOOPBACK}:{port}", max_connections=0)},
        plugins={"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    )


async def serve(port: int) -> None:
    """Run the embedded broker until cancelled."""
    broker = Broker(config(port))
    await broker.start()
    try:
        await asyncio.Event().wait()
    finally:
        with contextlib.suppress(TimeoutError):  # it is over either way
            await asyncio.wait_for(broker.shutdown(), 5)


async def _until_told(port: int) -> None:
    task = asyncio.create_task(serve(port))
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):  # told to stop
        await task


def main() -> None:
    parser = argparse.ArgumentParser(description="A small MQTT broker for this machine alone.")
    parser.add_argument("--port", type=int, default=1883, help="TCP port on 127.0.0.1")
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(_until_told(parser.parse_args().port))


if __name__ == "__main__":
    main()
