"""The rows of one object with the orders and look-ups that the API needs to be quick about.
Rows are replaced, never changed in place, so that an earlier one can be put back."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import Any

Row = dict[str, Any]  # wire values by field name; names with a leading underscore never leave the org


class Table:
    """Rows by 18-character id, ordered by (SystemModstamp, Id), with look-ups by value for some fields."""

    def __init__(self, indexes: tuple[str, ...] = ()) -> None:
        self.rows: dict[str, Row] = {}
        self.stamps: list[tuple[str, str]] = []
        self.indexes: dict[str, dict[Any, dict[str, None]]] = {field: {} for field in indexes}

    def put(self, row: Row) -> Row | None:
        """Keep a row; answers the one that it replaces."""
        key: str = row["Id"]
        old = self.rows.get(key)
        if old is None or old["SystemModstamp"] != row["SystemModstamp"]:
            if old is not None:
                self._unstamp(old)
            insort(self.stamps, (row["SystemModstamp"], key))
        for field, index in self.indexes.items():
            before, after = old and _folded(old[field]), _folded(row[field])
            if before != after:
                self._unlist(index, before, key)
                if after is not None:
                    index.setdefault(after, {})[key] = None
        self.rows[key] = row
        return old

    def drop(self, key: str) -> None:
        """Forget a row wholly."""
        old = self.rows.pop(key)
        self._unstamp(old)
        for field, index in self.indexes.items():
            self._unlist(index, _folded(old[field]), key)

    def _unstamp(self, row: Row) -> None:
        place = bisect_left(self.stamps, (row["SystemModstamp"], row["Id"]))
        del self.stamps[place]

    @staticmethod
    def _unlist(index: dict[Any, dict[str, None]], value: object, key: str) -> None:
        if value is not None and value in index:
            index[value].pop(key, None)
            if not index[value]:
                del index[value]

    def where(self, field: str, value: object) -> list[Row]:
        """The rows, deleted ones too, whose indexed field holds the value, whatever its case."""
        return [self.rows[key] for key in self.indexes[field].get(_folded(value), ())]

    def within(self, field: str, values: Iterable[object]) -> Iterator[Row]:
        """As `where`, for any of several values; each row once."""
        index = self.indexes[field]
        found = {key: None for value in values for key in index.get(_folded(value), ())}
        return (self.rows[key] for key in found)

    def since(self, stamp: str) -> Iterator[Row]:
        """The rows whose SystemModstamp is `stamp` or later, in that order."""
        rows = self.rows
        return (rows[key] for _, key in self.stamps[bisect_left(self.stamps, (stamp, "")) :])


def _folded(value: object) -> Any:
    return value.lower() if isinstance(value, str) else value
