"""Writes the documents that are made from the types: `make contracts`. The only file here that touches a disk."""

import json
from pathlib import Path
from typing import Any

from contracts.document import asyncapi, fact_schemas

HERE = Path(__file__).parent


def documents() -> dict[Path, str]:
    """Every generated file and its text."""
    return {
        HERE / "asyncapi.json": _text(asyncapi()),
        **{HERE / "schemas" / f"{name}.json": _text(schema) for name, schema in fact_schemas().items()},
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (HERE / "schemas").mkdir(exist_ok=True)
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
