"""The envelope of everything that is said: CloudEvents 1.0, structured JSON. Decoding is strict: an unknown kind, a
missing field, a wrong type or a time without zone is an error, never a guess."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from contracts import asked, control, facts, meeting, observed, person, policy, status, write
from contracts.calendar import Instant

KINDS: dict[str, type[Struct]] = {
    "calsync.observed.v1": observed.Observed,
    "calsync.made.v1": observed.Made,
    "calsync.believed.v1": observed.Believed,
    "calsync.homes.v1": observed.Homes,
    "calsync.unreadable.v1": observed.Unreadable,
    "calsync.mailboxes.v1": observed.Mailboxes,
    "calsync.undirected.v1": observed.Undirected,
    "calsync.paired.v1": observed.Paired,
    "calsync.read-done.v1": observed.ReadDone,
    "calsync.own.v1": meeting.Own,
    "calsync.people.v1": person.People,
    "calsync.orders.v1": write.Orders,
    "calsync.outcomes.v1": write.Outcomes,
    "calsync.policy.v1": policy.PolicyNow,
    "calsync.sync-now.v1": control.SyncNow,
    "calsync.pause.v1": control.Pause,
    "calsync.resume.v1": control.Resume,
    "calsync.turn.v1": control.Turn,
    "calsync.restore.v1": control.Restore,
    "calsync.backfill.v1": control.Backfill,
    "calsync.ask.v1": asked.Ask,
    "calsync.answer.v1": asked.Answer,
    "calsync.run-due.v1": control.RunDue,
    "calsync.run-settled.v1": control.RunSettled,
    "calsync.receipt.v1": control.Receipt,
    "calsync.known.v1": control.Known,
    "calsync.again.v1": control.Again,
    "calsync.said.v1": facts.Said,
    "calsync.fact.v1": facts.Published,
    "calsync.status.v1": status.Status,
}
_NAMES = {kind: name for name, kind in KINDS.items()}
_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}


class Message(Struct, frozen=True):
    """One thing said. `key` names what it is about, `cause` the message that led to it, `run` the run it belongs to.

    `sender` is the address that wants the receipt, `store` its memory, `number` the message's place in what that
    memory has said, `floor` the lowest number that it still keeps: all below may be forgotten (ruling 21), `receipted`
    the last number for which it has this receiver's receipt: who does not know that one has lost its memory since
    (ruling 6). A level (policy, status, fact) has number 0 and gets no receipt.
    """

    id: str
    tenant: str
    sent_at: Instant
    body: Any
    key: str = ""
    cause: str = ""
    run: str = ""
    sender: str = ""
    store: str = ""
    number: int = 0
    floor: int = 0
    receipted: int = 0


class Malformed(ValueError):
    """What arrived is not a message of ours; `reason` says why without quoting its content."""


_Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""What a store can keep."""


class _Wire(Struct, frozen=True, omit_defaults=True):
    specversion: str
    id: str
    source: str
    type: str
    time: Instant
    tenant: str
    data: Raw
    datacontenttype: str = "application/json"
    subject: str = ""
    cause: str = ""
    run: str = ""
    store: str = ""
    number: _Number = 0
    floor: _Number = 0
    receipted: _Number = 0


_ENCODER = msgspec.json.Encoder()
_KEEPER = msgspec.msgpack.Encoder()
_WIRE = msgspec.json.Decoder(_Wire)


def kind_of(body: Struct) -> str:
    """The CloudEvents type of a body; KeyError for one that is not in `KINDS`."""
    return _NAMES[type(body)]


def encode_body(body: Struct) -> bytes:
    """The body alone, as it is kept until it is said."""
    return _ENCODER.encode(body)


def encode(message: Message) -> bytes:
    """The message as CloudEvents JSON."""
    return frame(message, kind_of(message.body), encode_body(message.body))


def frame(envelope: Message, kind: str, data: bytes) -> bytes:
    """The envelope around an encoded body, as CloudEvents JSON; `envelope.body` is not looked at."""
    return _ENCODER.encode(
        _Wire(
            specversion="1.0", id=envelope.id, source=f"/{envelope.sender}", type=kind, time=envelope.sent_at,
            tenant=envelope.tenant, data=Raw(data), subject=envelope.key, cause=envelope.cause, run=envelope.run,
            store=envelope.store, number=envelope.number, floor=envelope.floor, receipted=envelope.receipted,
        )
    )  # fmt: skip


def decode(payload: bytes) -> Message:
    """The message in a payload. Raises Malformed."""
    try:
        wire = _WIRE.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not an envelope: {error}") from error
    decoder = _DECODERS.get(wire.type)
    if decoder is None or wire.specversion != "1.0":
        raise Malformed(f"unknown kind {wire.type[:80]!r}, specversion {wire.specversion[:8]!r}")
    try:
        body = decoder.decode(wire.data)
        _KEEPER.encode(body)  # numbers of a hundred digits and times before the calendar decode, and cannot be kept
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise Malformed(f"{wire.type}: {error}") from error
    return Message(
        id=wire.id, tenant=wire.tenant, sent_at=_aware(wire.time), body=body, key=wire.subject, cause=wire.cause,
        run=wire.run, sender=wire.source.removeprefix("/"), store=wire.store, number=wire.number, floor=wire.floor,
        receipted=wire.receipted,
    )  # fmt: skip


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise Malformed("time without zone")
    return at
