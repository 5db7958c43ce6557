"""What was published once keeps its meaning: frozen samples, strict decoding, documents that follow the types."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from contracts import __main__ as documents
from contracts.document import fact_kinds, fact_schemas
from contracts.message import KINDS, Malformed, decode, encode

SAMPLES = Path(documents.HERE) / "samples"
FILES = sorted(SAMPLES.glob("*.json"))


def test_every_kind_and_every_public_fact_has_a_frozen_sample() -> None:  # S1
    named = {path.stem for path in FILES}
    facts = {f"calsync.fact.v1.{kind}" for kind in fact_kinds()}
    assert named == (set(KINDS) - {"calsync.fact.v1"}) | facts


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_frozen_sample_is_still_understood_and_said_the_same_way(path: Path) -> None:  # S1
    sample = json.loads(path.read_bytes())
    assert within(sample, json.loads(encode(decode(path.read_bytes()))))


def within(old: Any, new: Any) -> bool:
    """Whether all that was said is said still; a new key beside it harms nobody."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and within(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(within, old, new))
    return bool(old == new)


BROKEN = {
    "a kind that nobody knows": {"type": "calsync.observed.v9"},
    "a time without a zone": {"time": "2026-11-25T09:00:00"},
    "another CloudEvents version": {"specversion": "2.0"},
    "data of another kind": {"data": {"who": 7}},
    "data that lacks a field": {"data": {"side": "microsoft"}},
    "no tenant": {"tenant": None},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_a_message_is_refused_with(change: dict[str, Any]) -> None:
    sample = json.loads((SAMPLES / "calsync.observed.v1.json").read_bytes())
    with pytest.raises(Malformed):
        decode(msgspec.json.encode(sample | change))


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b"[]", b"{", b'"x"', b"\x00" * 10, b'{"data":' * 2000])
def test_what_is_no_json_object_is_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode(payload)


def test_a_time_inside_an_event_needs_its_zone() -> None:  # Z1
    text = (SAMPLES / "calsync.observed.v1.json").read_text().replace('"start": "2026-11-25T09:00:00Z"',
                                                                      '"start": "2026-11-25T09:00:00"')  # fmt: skip
    with pytest.raises(Malformed):
        decode(text.encode())


def test_the_documents_follow_the_types() -> None:
    stale = [path.name for path, text in documents.documents().items()
             if not path.exists() or path.read_text(encoding="utf-8") != text]  # fmt: skip
    assert stale == [], "run `make contracts`"


@pytest.mark.parametrize("kind", sorted(fact_kinds()))
def test_a_public_fact_fits_its_json_schema(kind: str) -> None:  # S2
    schema = fact_schemas()[kind]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads((SAMPLES / f"calsync.fact.v1.{kind}.json").read_bytes()), schema)


def test_a_fact_of_another_kind_does_not_fit() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            json.loads((SAMPLES / "calsync.fact.v1.created.json").read_bytes()), fact_schemas()["conflict"]
        )
