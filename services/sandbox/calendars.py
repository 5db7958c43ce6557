"""Events of either side by one set of acts, each shown in its side's own JSON with `id` and `mailbox` added.
Never mixes the two: a side's name decides, and anything else is unclear."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.sandbox import outlook, practifi, values
from services.sandbox.microsoft import ids
from services.sandbox.sides import Sides
from services.sandbox.values import Unclear

Json = dict[str, Any]


def _is_microsoft(side: str) -> bool:
    if side not in {"microsoft", "practifi"}:
        raise Unclear("a side is microsoft or practifi")
    return side == "microsoft"


def add(sides: Sides, side: str, mailbox: str, given: Any, at: datetime) -> Json:
    """The new event."""
    if _is_microsoft(side):
        return _graph(sides, mailbox, outlook.add(sides.microsoft, mailbox, given, at))
    return _row(sides, practifi.add(sides, mailbox, given, at))


def change(sides: Sides, side: str, mailbox: str, event: str, given: Any, at: datetime) -> Json:
    """The changed event; in Practifi the mailbox says who changes it (else its owner)."""
    if _is_microsoft(side):
        mailbox = mailbox or _holder(sides, event)
        return _graph(sides, mailbox, outlook.change(sides.microsoft, mailbox, event, given, at))
    by = practifi.owner(sides, mailbox)["Id"] if mailbox else None
    practifi.change(sides, event, given, at, by)
    return _row(sides, event)


def delete(sides: Sides, side: str, mailbox: str, event: str, at: datetime) -> None:
    """The event goes, as when a person deletes it."""
    if _is_microsoft(side):
        sides.microsoft.delete(mailbox or _holder(sides, event), event, at)
    else:
        sides.salesforce.delete("Event", event, at, by=practifi.owner(sides, mailbox)["Id"] if mailbox else None)


def shown(sides: Sides, ask: Json) -> list[Json]:
    """The events of one mailbox, or of all: with a window Microsoft's series come as occurrences, else as masters."""
    start, end = (_bound(ask, name) for name in ("start", "end"))
    if _is_microsoft(str(ask.get("side"))):
        boxes = [ask["mailbox"]] if ask.get("mailbox") else [one["upn"] for one in sides.microsoft.mailboxes()]
        found = [_graph(sides, box, one) for box in boxes for one in sides.microsoft.events(box, start, end)]
        return sorted(found, key=lambda one: (one["start"]["dateTime"], one["id"]))
    rows = sides.salesforce.rows("Event")
    if ask.get("mailbox"):
        user = practifi.owner(sides, str(ask["mailbox"]))["Id"]
        rows = [row for row in rows if row["OwnerId"] == user]
    children = str(ask.get("children", "0")) in {"1", "true", "True"}
    wanted = [row for row in rows if (children or not row["IsChild"]) and practifi.overlaps(row, start, end)]
    return [_owned(sides, row) for row in sorted(wanted, key=lambda row: (row["StartDateTime"], row["Id"]))]


def mails(sides: Sides) -> list[Json]:
    """The mails that Exchange would have sent, oldest first, with the sender's address."""
    return [
        {**asdict(one), "at": one.at.isoformat(), "mailbox": sides.address(one.mailbox)}
        for one in sides.microsoft.mails
    ]


def _holder(sides: Sides, event: str) -> str:
    """The mailbox to which an event's id belongs."""
    for box in sides.microsoft.tenant.mailboxes.values():
        if ids.read(box.tag, event):
            return box.oid
    raise Unclear("no mailbox holds an event of this id")


def _bound(ask: Json, name: str) -> datetime | None:
    if not ask.get(name):
        return None
    said = values.moment(name, ask[name])
    return values.instant(values.wall(said, values.place("UTC")), values.place("UTC"))


def _graph(sides: Sides, mailbox: str, event: Json) -> Json:
    return {**event, "mailbox": sides.address(mailbox.lower())}


def _row(sides: Sides, event: str) -> Json:
    return _owned(sides, sides.salesforce.row("Event", event))


def _owned(sides: Sides, row: Json) -> Json:
    return {"id": row["Id"], "mailbox": sides.mailbox_of(row["OwnerId"]), **row}
