"""The list of variants."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

Breaks = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Variant:
    """One way to break the product, and a seed whose story shows it."""

    breaks: Breaks
    seed: int


VARIANTS: dict[str, Variant] = {}


def breaks(name: str, seed: int = 0) -> Callable[[Callable[[], Iterator[None]]], Any]:
    """Enter one way to break the product into the list, as a context manager."""

    def keep(make: Callable[[], Iterator[None]]) -> Any:
        VARIANTS[name] = Variant(contextmanager(make), seed)
        return make

    return keep


def put(name: str, where: Any, what: str, instead: Any, seed: int = 0) -> None:
    """Enter one that has a single function replaced."""
    VARIANTS[name] = Variant(lambda: patch.object(where, what, instead), seed)
