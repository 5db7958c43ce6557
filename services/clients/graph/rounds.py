"""Puts the rows of one round in order: pages may repeat, contradict and overtake each other (graph.md §2.3). Pure."""

from collections.abc import Mapping, Sequence

from services.clients.graph.seen import Kind, Seen


def contested(rows: Sequence[Seen]) -> tuple[str, ...]:
    """Ids that one round calls both removed and present: only a direct read can tell (ruling 29, CUR-13)."""
    removed = {row.id for row in rows if row.kind is Kind.REMOVED}
    return tuple(dict.fromkeys(row.id for row in rows if row.id in removed and row.kind is not Kind.REMOVED))


def newest(rows: Sequence[Seen], looked: Mapping[str, Seen | None]) -> tuple[Seen, ...]:
    """One row for each id, in the order in which the ids first came: what was looked up, else the newest revision
    (CUR-14). One that was looked up and is gone counts as removed."""
    best: dict[str, Seen] = {}
    for row in rows:
        held = best.get(row.id)
        if held is None or not _older(row, held):
            best[row.id] = row
    best |= {id_: seen or Seen(id_, Kind.REMOVED) for id_, seen in looked.items()}
    return tuple(best.values())


def _older(row: Seen, held: Seen) -> bool:
    """Whether a later row is an earlier revision; where a row has no time, the order of the pages counts."""
    return row.changed_at is not None and held.changed_at is not None and row.changed_at < held.changed_at
