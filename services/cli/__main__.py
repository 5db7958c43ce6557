"""`calsync`: the command line. It starts, shows and asks; it never decides what is synced."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.control import Pause, Resume, SyncNow
from contracts.message import Message
from services.cli import acts, commands, questions, sandbox, stores
from services.cli.control import tell, who
from services.cli.listen import broker
from services.cli.options import CLOCK, HERE, Data, Json
from services.cli.place import Place
from services.cli.progress import Progress, terminal
from services.cli.status import last_runs, look, report, show
from services.cli.tail import plain, readable
from services.cli.tail import tail as tail_facts
from services.cli.up import Plan
from services.cli.up import up as start
from services.kernel import logs
from services.kernel.errors import Fatal, Permanent, Transient

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Keeps Microsoft 365 calendars and Practifi in sync.")  # fmt: skip
app.add_typer(questions.app)
app.add_typer(acts.app)
app.add_typer(stores.app)
app.add_typer(sandbox.app, name="sandbox")


@app.command()
def up(
    config: Annotated[Path | None, typer.Option(help="A folder with tenants/<slug>.toml: real sides.")] = None,
    data: Data = HERE,
    no_sandbox: Annotated[bool, typer.Option("--no-sandbox", help="Do not start the sandbox.")] = False,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="End after one whole run, with a summary.")] = False,
) -> None:
    """Start everything on this machine; without --config with a sandbox to play with."""
    place = Place(data.absolute())
    folder = config.absolute() if config else place.config
    plan = Plan(place, folder, sandbox=config is None and not no_sandbox, until_idle=until_idle)
    raise typer.Exit(asyncio.run(start(plan, Progress(terminal(stderr=True)), CLOCK)))


@app.command(context_settings={"ignore_unknown_options": True})
def run(name: Annotated[str, typer.Argument(metavar="SERVICE")], arguments: list[str] | None = None) -> None:
    """Be one service, set up by the environment (CALSYNC_…), or `sandbox` or `broker`, set up by arguments."""
    if name not in commands.MODULES:
        raise Fatal(name, "there is no such service", f"Known: {', '.join(commands.MODULES)}")
    command = commands.service(name, *(arguments or []))
    os.execv(command[0], command)  # noqa: S606 - our own interpreter and a name of the list


@app.command()
def status(as_json: Json = False, data: Data = HERE) -> None:
    """How tenants and services do, and what a person has to mend."""
    place = Place(data)
    told = report(asyncio.run(look(broker(place, CLOCK), CLOCK)), last_runs(place), CLOCK.now())
    if as_json:
        _print(told)
    else:
        show(told, terminal())


@app.command()
def tail(tenant: str | None = None, as_json: Json = False, data: Data = HERE) -> None:
    """The public sync events, as they happen."""

    def line(message: Message) -> None:
        sys.stdout.write((plain if as_json else readable)(message) + "\n")
        sys.stdout.flush()

    asyncio.run(tail_facts(broker(Place(data), CLOCK), tenant, CLOCK, line))


@app.command()
def sync(
    tenant: Annotated[str | None, typer.Argument()] = None,
    mailbox: Annotated[str, typer.Option(help="Only the mailbox of this address.")] = "",
    data: Data = HERE,
) -> None:
    """Run now, without waiting for the interval."""
    _say(tenant, SyncNow(who(), mailbox.lower()), data, "a run begins as soon as the last one is finished")


@app.command()
def pause(tenant: str, data: Data = HERE) -> None:
    """Stop a tenant's syncing until it is resumed."""
    _say(tenant, Pause(who()), data, "paused")


@app.command()
def resume(tenant: str, data: Data = HERE) -> None:
    """Go on after a pause, or after a brake that waits for consent."""
    _say(tenant, Resume(who()), data, "resumed")


def _say(tenant: str | None, body: Any, data: Path, done: str) -> None:
    for slug in asyncio.run(tell(broker(Place(data), CLOCK), tenant, body, CLOCK)):
        sys.stdout.write(f"{slug}: {done}\n")


def _print(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=1) + "\n")


def main() -> None:
    """The entry point: every expected error is one line on standard error and exit code 2."""
    logs.set_up("error", "console")
    try:
        app()
    except (Fatal, Permanent, Transient) as error:
        sys.stderr.write(f"calsync: {error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
