"""`calsync sandbox …`: play a person on either side, make things go wrong, and see what was asked and mailed."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from services.cli.people import ask, encoded, values
from services.cli.place import Place
from services.cli.progress import terminal
from services.kernel.errors import Fatal

app = typer.Typer(no_args_is_help=True, help="Play with the sandbox's calendars.")

Data = Annotated[Path, typer.Option("--data", help="The folder that `calsync up` uses.")]
Side = Annotated[str, typer.Option("--side", help="microsoft or practifi")]
Mailbox = Annotated[str, typer.Option("--mailbox", help="A mailbox's address.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="field=value, as often as needed")]
Json = Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")]
HERE = Path(".calsync")


@app.command("import")
def import_(file: Path, mailbox: Mailbox, data: Data = HERE) -> None:
    """Put the events of an iCalendar file into a mailbox."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Fatal(str(file), f"it cannot be read ({error.strerror})", "Name an .ics file") from error
    _print(ask(Place(data), "POST", "import", {"mailbox": mailbox}, content))


@app.command()
def events(
    side: Side, mailbox: Mailbox = "", start: str = "", end: str = "", as_json: Json = False, data: Data = HERE
) -> None:
    """The events of a side; with --start and --end the occurrences between them."""
    query = {"side": side, "mailbox": mailbox, "start": start, "end": end}
    found = ask(Place(data), "GET", "events", query)["events"]
    if as_json:
        _print(found)
        return
    table = Table("start", "subject", "mailbox", "id", box=None, padding=(0, 2))
    for event in found:
        table.add_row(_start(event), _subject(event), event["mailbox"], event["id"])
    terminal().print(table)


@app.command()
def add(side: Side, mailbox: Mailbox, set_: Set = None, data: Data = HERE) -> None:
    """Create an event as its owner would; prints it, with its id."""
    _print(ask(Place(data), "POST", "events", None, encoded(side=side, mailbox=mailbox, set=values(set_ or []))))


@app.command()
def change(
    side: Side, id_: Annotated[str, typer.Option("--id")], mailbox: Mailbox = "", set_: Set = None, data: Data = HERE
) -> None:
    """Change fields of an event; prints it as it is now."""
    body = encoded(side=side, mailbox=mailbox or None, id=id_, set=values(set_ or []))
    _print(ask(Place(data), "PATCH", "events", None, body))


@app.command()
def delete(side: Side, id_: Annotated[str, typer.Option("--id")], mailbox: Mailbox = "", data: Data = HERE) -> None:
    """Delete an event, as a person would."""
    ask(Place(data), "DELETE", "events", {"side": side, "mailbox": mailbox, "id": id_})
    sys.stdout.write(f"deleted {id_}\n")


@app.command()
def fault(name: str, rate: float | None = None, count: int | None = None, off: bool = False, data: Data = HERE) -> None:
    """Make a side misbehave: each request with a chance of --rate, --count times; --off ends it ("all": every one)."""
    if off:
        ask(Place(data), "DELETE", "faults", {"name": name})
    else:
        ask(Place(data), "POST", "faults", None, encoded(name=name, rate=rate, count=count))
    _print(ask(Place(data), "GET", "faults")["faults"])


@app.command()
def mails(as_json: Json = False, data: Data = HERE) -> None:
    """The mails that Exchange would have sent."""
    found = ask(Place(data), "GET", "mails")["mails"]
    if as_json:
        _print(found)
        return
    for mail in found:
        sys.stdout.write(" ".join(str(value) for value in mail.values()) + "\n")


@app.command()
def requests(as_json: Json = False, data: Data = HERE) -> None:
    """What both sides were asked so far."""
    found = ask(Place(data), "GET", "requests")
    _print(found if as_json else found["counters"])


@app.command()
def people(as_json: Json = False, data: Data = HERE) -> None:
    """Who has a mailbox, who is a user, who is a client."""
    found = ask(Place(data), "GET", "people")
    if as_json:
        _print(found)
        return
    table = Table("kind", "name", "address", box=None, padding=(0, 2))
    for box in found["mailboxes"]:
        table.add_row("mailbox", str(box.get("name", "")), str(box.get("mail") or box.get("upn")))
    for kind in ("users", "contacts"):
        for row in found[kind]:
            table.add_row(kind[:-1], str(row["Name"]), str(row.get("Email") or row.get("PersonEmail") or ""))
    terminal().print(table)


def _print(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def _start(event: dict[str, Any]) -> str:
    if "StartDateTime" in event:
        return str(event["StartDateTime"])[:16]
    return str(datetime.fromisoformat(event["start"]["dateTime"][:19]))[:16]


def _subject(event: dict[str, Any]) -> str:
    return str(event.get("Subject") or event.get("subject") or "")
