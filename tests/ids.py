"""Which behaviour, scenario or ruling a test proves, read from the tests' own comments and docstrings: the table in the
README and the list of open scenarios are held against it."""

import re
from pathlib import Path

HERE = Path(__file__).parent
_ID = re.compile(r"\b[A-Z]{1,3}-?[0-9]{1,3}b?\b|\bruling [0-9]{1,2}\b")
_LISTS = re.compile(r"\brulings ([0-9, and]+)")
_TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def tests_of(path: Path) -> dict[str, str]:
    """The text of each test function, from the end of the one before it (its tables and decorators) to its own end."""
    text = path.read_text(encoding="utf-8")
    starts = [(match.start(), match[1]) for match in _TEST.finditer(text)]
    ends = [*(start for start, _ in starts[1:]), len(text)]
    return {name: text[: ends[0]] if at == 0 else text[starts[at][0] : ends[at]] for at, (_, name) in enumerate(starts)}


def ids_in(text: str) -> set[str]:
    """All ids that a text names; "rulings 7, 8" names two."""
    many = {f"ruling {number}" for found in _LISTS.finditer(text) for number in re.findall(r"\d+", found[1])}
    return set(_ID.findall(text)) | many


def files() -> list[Path]:
    """Every file with tests in it."""
    return sorted(path for path in HERE.rglob("test_*.py") if "node_modules" not in path.parts)


def proven() -> dict[str, list[str]]:
    """Where each id is named: `path::test`, or `path` for a word that stands outside a test."""
    found: dict[str, list[str]] = {}
    for path in files():
        place = path.relative_to(HERE.parent).as_posix()
        for name, text in tests_of(path).items():
            for one in ids_in(text):
                found.setdefault(one, []).append(f"{place}::{name}")
    return found
