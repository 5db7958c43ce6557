"""Ids, change keys and global object ids in the forms that Exchange gives them (graph.md §3.1, §3.5, §3.11).
Every id is computed from the seed and a number, so that nothing random is needed and any id can be read back."""

import base64
import binascii
import hashlib
import re
from datetime import date
from functools import lru_cache
from uuid import UUID

# "AAMk…" and "AAkA…" is what base64 makes of these first bytes.
_MUTABLE = bytes.fromhex("000324003000")
_IMMUTABLE = bytes.fromhex("00090002e000")
_FOLDER = bytes.fromhex("000324003001")
_MIDDLE = bytes.fromhex("0000000000871d840c6aa6719cdbc800aa002f845a0d0046")
_OCCURRENCE = bytes.fromhex("f8801151000888")
_TAG = 16
_HEAD = len(_MUTABLE) + _TAG + len(_MIDDLE)
_CHECK = 4
_NUMBER = 8
_MASTER = _HEAD + _CHECK + _NUMBER
_ETAG_HEAD = bytes.fromhex("0f00000016000000")
_GOID = "040000008200E00074C5B7101A82E008"
_DATED = re.compile(_GOID + r"[0-9A-F]{8}[0-9A-F]+\Z")
CHANGE_BYTES = 22


def digest(size: int, *parts: object) -> bytes:
    """Bytes that depend on the parts alone."""
    return hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=size).digest()


def guid(*parts: object) -> str:
    """A GUID that depends on the parts alone."""
    return str(UUID(bytes=digest(16, *parts), version=4))


@lru_cache(maxsize=65536)
def _check(tag: bytes, key: int) -> bytes:
    return hashlib.blake2b(tag + key.to_bytes(_NUMBER, "big"), digest_size=_CHECK).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def event_id(tag: bytes, key: int, slot: date | None, *, immutable: bool) -> str:
    """The id of an event, or of the occurrence of a series at `slot`, in the mailbox of `tag`."""
    head = _IMMUTABLE if immutable else _MUTABLE
    raw = head + tag + _MIDDLE + _check(tag, key) + key.to_bytes(_NUMBER, "big")
    if slot:
        raw += _OCCURRENCE + slot.toordinal().to_bytes(_NUMBER, "big")
    return _text(raw)


def folder_id(tag: bytes) -> str:
    """The id of a mailbox's calendar; container ids are constant."""
    return _text(_FOLDER + tag + _MIDDLE)


def read(tag: bytes, text: str) -> tuple[int, date | None] | None:
    """Key and slot of an id in either form; None when it is malformed or of another mailbox."""
    try:
        raw = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    if raw[:6] not in {_MUTABLE, _IMMUTABLE} or raw[6:_HEAD] != tag + _MIDDLE or len(raw) < _MASTER:
        return None
    key = int.from_bytes(raw[_HEAD + _CHECK : _MASTER], "big")
    tail = raw[_MASTER:]
    slot = _slot(tail)
    known = raw[_HEAD : _HEAD + _CHECK] == _check(tag, key) and (slot is not None or not tail)
    return (key, slot) if known and event_id(tag, key, slot, immutable=raw[:6] == _IMMUTABLE) == text else None


def _slot(tail: bytes) -> date | None:
    size = len(_OCCURRENCE)
    if not tail.startswith(_OCCURRENCE) or len(tail) < size + _NUMBER:
        return None
    ordinal = int.from_bytes(tail[size : size + _NUMBER], "big")
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def change_key(tag: bytes, change: int) -> str:
    """The 22 bytes of a change key in base64."""
    return base64.b64encode(tag + change.to_bytes(CHANGE_BYTES - _TAG, "big")).decode()


def etag(tag: bytes, change: int) -> str:
    """The etag that a GET gives."""
    return f'W/"{change_key(tag, change)}"'


def delta_etag(tag: bytes, change: int) -> str:
    """The same in the 30-byte form of EWS, as delta gives it."""
    raw = _ETAG_HEAD + tag + change.to_bytes(CHANGE_BYTES - _TAG, "big")
    return f'W/"{base64.b64encode(raw).decode()}"'


def same_change(text: str, tag: bytes, change: int) -> bool:
    """Whether an `If-Match` value names this change: its last 22 decoded bytes count."""
    inner = text.strip().removeprefix("W/").strip('"')
    try:
        raw = base64.b64decode(inner, validate=True)
    except (ValueError, binascii.Error):
        return False
    return raw[-CHANGE_BYTES:] == tag + change.to_bytes(CHANGE_BYTES - _TAG, "big")


def object_uid(*parts: object) -> str:
    """A global object id as `iCalUId` shows it."""
    return f"{_GOID}00000000" + digest(24, *parts).hex().upper()


def dated_uid(uid: str, slot: date) -> str:
    """The global object id of one occurrence: the date stands in it; a foreign UID has no place for one."""
    if not _DATED.match(uid):
        return uid
    size = len(_GOID)
    return f"{_GOID}{slot.year:04X}{slot.month:02X}{slot.day:02X}{uid[size + 8 :]}"
