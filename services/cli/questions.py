"""`calsync attention`, `conflicts`, `unmatched`, … : what the reconcilers know, for a person or a machine. It changes
nothing."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from contracts.asked import Question
from services.cli.answers import plain
from services.cli.asking import asked
from services.cli.listen import broker
from services.cli.options import CLOCK, HERE, Data, Json
from services.cli.place import Place
from services.cli.progress import terminal
from services.cli.tables import show

app = typer.Typer()
Firm = Annotated[str | None, typer.Argument(metavar="[TENANT]", help="One firm; without it, all of them.")]


@app.command()
def attention(tenant: Firm = None, as_json: Json = False, data: Data = HERE) -> None:
    """Events that wait for a person: held for consent, refused, parked, barred, and why."""
    _ask(Question.ATTENTION, tenant, "", data, as_json=as_json)


@app.command()
def conflicts(tenant: Firm = None, as_json: Json = False, data: Data = HERE) -> None:
    """Fields that both sides had changed in the last 30 days, with both values; `calsync turn` takes the other one."""
    _ask(Question.CONFLICTS, tenant, "", data, as_json=as_json)


@app.command()
def unmatched(tenant: Firm = None, as_json: Json = False, data: Data = HERE) -> None:
    """Invited addresses that no Individual, Contact or User in Practifi has: add one, and it is attached by itself."""
    _ask(Question.UNMATCHED, tenant, "", data, as_json=as_json)


@app.command()
def deleted(tenant: Firm = None, as_json: Json = False, data: Data = HERE) -> None:
    """Practifi Events that were erased because Microsoft's was gone, for 15 days; `calsync restore` brings one back."""
    _ask(Question.DELETED, tenant, "", data, as_json=as_json)


@app.command()
def who(
    address: str,
    tenant: Annotated[str | None, typer.Option(help="Only in this firm.")] = None,
    as_json: Json = False,
    data: Data = HERE,
) -> None:
    """Whom an address means in Practifi: the chosen person, the others who have it, and what decided."""
    _ask(Question.WHO, tenant, address.lower(), data, as_json=as_json)


@app.command()
def private(tenant: Firm = None, as_json: Json = False, data: Data = HERE) -> None:
    """How many private events show their text in Practifi: a stricter `private_events` would purge it."""
    _ask(Question.PRIVATE, tenant, "", data, as_json=as_json)


def _ask(question: Question, tenant: str | None, about: str, data: Path, *, as_json: bool) -> None:
    found = asyncio.run(asked(broker(Place(data), CLOCK), tenant, question, about, CLOCK))
    if as_json:
        sys.stdout.write(json.dumps(plain(found), indent=1) + "\n")
    else:
        show(question, found, terminal())
