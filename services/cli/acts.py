"""`calsync turn`, `restore` and `backfill`: what a person wants done about what the reconcilers know. Each looks first
whether there is such a thing, so that a slip of the pen is an error and not silence."""

import asyncio
import json
import sys
from typing import Annotated

import typer

from contracts.asked import Erased, Line, Overridden, Preview, Question
from contracts.calendar import Side
from contracts.control import Backfill, Restore, Turn
from services.cli.answers import Told, plain
from services.cli.asking import asked
from services.cli.control import tell, who
from services.cli.listen import broker
from services.cli.options import CLOCK, HERE, Data, Json
from services.cli.place import Place
from services.cli.progress import terminal
from services.cli.tables import show
from services.kernel.errors import Fatal

app = typer.Typer()
Only = Annotated[str | None, typer.Option("--tenant", help="Only in this firm.")]


@app.command()
def turn(
    conflict: Annotated[str, typer.Argument(help="Its id, or enough of its beginning, from `calsync conflicts`.")],
    tenant: Only = None,
    as_json: Json = False,
    data: Data = HERE,
) -> None:
    """Turn a conflict round: the value that lost is put back and goes to the other side, as if it had just been
    entered. Where that would mail guests it waits for `calsync resume`."""
    at = broker(Place(data), CLOCK)
    slug, line = _one(asyncio.run(asked(at, tenant, Question.CONFLICTS, conflict, CLOCK)), conflict, "conflict")
    assert isinstance(line, Overridden)
    asyncio.run(tell(at, slug, Turn(who(), line.conflict), CLOCK))
    lost = line.winner.other.value.capitalize()
    _done(slug, f"{line.field} is set back to {lost}'s value", {"conflict": line.conflict}, as_json=as_json)


@app.command()
def restore(
    link: Annotated[str, typer.Argument(help="Its id, or enough of its beginning, from `calsync deleted`.")],
    tenant: Only = None,
    as_json: Json = False,
    data: Data = HERE,
) -> None:
    """Take an erased Practifi Event out of the recycle bin; where the policy writes to Microsoft it is created there
    anew, after `calsync resume` if that would mail guests."""
    at = broker(Place(data), CLOCK)
    slug, line = _one(asyncio.run(asked(at, tenant, Question.DELETED, link, CLOCK)), link, "erased Event")
    assert isinstance(line, Erased)
    asyncio.run(tell(at, slug, Restore(who(), line.about.link), CLOCK))
    _done(slug, f"{line.about.practifi_id} is being restored", {"link": line.about.link}, as_json=as_json)


@app.command()
def backfill(
    tenant: str,
    to: Annotated[Side, typer.Option("--to", help="The side that gets what the other has already.")],
    mailbox: Annotated[str, typer.Option(help="Only the mailbox of this address.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only counted.")] = False,
    as_json: Json = False,
    data: Data = HERE,
) -> None:
    """Send what existed before the sync and nobody has touched since. Without --yes nothing is sent: it is counted,
    with the people whom Microsoft would mail."""
    at = broker(Place(data), CLOCK)
    found = asyncio.run(asked(at, tenant, Question.BACKFILL, mailbox.lower(), CLOCK))
    if mailbox and not found[tenant].lines:
        raise Fatal(mailbox, "no synced mailbox has this address", "See `calsync status`, and the pairing of its user")
    if yes:
        asyncio.run(tell(at, tenant, Backfill(who(), to, mailbox.lower()), CLOCK))
    if as_json:
        sys.stdout.write(json.dumps({**plain(found), "to": to.value, "begun": yes}, indent=1) + "\n")
    elif to is Side.MICROSOFT:
        _to_microsoft(tenant, found, yes=yes)
    else:
        _to_practifi(tenant, found[tenant], yes=yes)


def _to_microsoft(tenant: str, found: dict[str, Told], *, yes: bool) -> None:
    show(Question.BACKFILL, found, terminal())
    lines = [line for line in found[tenant].lines if isinstance(line, Preview)]
    create, mail = sum(line.creations for line in lines), sum(line.mailed for line in lines)
    if create:
        then = "begun" if yes else "not begun: add --yes"
        sys.stdout.write(f"{tenant}: {create} to create, 0 to update, {mail} invitations; {then}\n")
    if create and mail and yes:
        sys.stdout.write('What mails guests waits for `calsync resume`, unless invitations = "always"\n')


def _to_practifi(tenant: str, found: Told, *, yes: bool) -> None:
    then = "begun" if yes else "not begun: add --yes"
    many = len(found.lines)
    boxes = "1 mailbox is" if many == 1 else f"{many} mailboxes are"
    what = "read again from the beginning; what Practifi lacks is created where the policy writes there, without mail"
    sys.stdout.write(f"{tenant}: {boxes} {what}; {then}\n")


def _one(found: dict[str, Told], named: str, what: str) -> tuple[str, Line]:
    """The tenant and the line that a name means. Raises Fatal unless it is exactly one."""
    lines = [(slug, line) for slug, told in found.items() for line in told.lines]
    if not lines or not named:
        raise Fatal(named or what, f"there is no such {what}", "Look it up: `calsync conflicts`, `calsync deleted`")
    if len(lines) > 1:
        raise Fatal(named, f"{len(lines)} begin like this", "Give more of its id")
    return lines[0]


def _done(slug: str, text: str, ids: dict[str, str], *, as_json: bool) -> None:
    told = json.dumps({"tenant": slug, **ids}) if as_json else f"{slug}: {text}"
    sys.stdout.write(told + "\n")
