"""What of a read is news. Every read looks back a little (SFD-02), so most of what it brings has been said before: it
is known by its marks, and must not be said again in each run."""

from msgspec.structs import replace

from services.clients.salesforce.row import Row
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.rows import OrgRead, Reader, RowsLooked
from services.salesforce_watcher.settle import settling


def of(draft: Draft, before: Reader, read: OrgRead) -> list[Row]:
    """The rows that were not said before as they are now."""
    rows, kept_back = read.round.rows, settling(draft)
    known = {**before.recent, **before.reading} if _alike(before, read) else {}
    return [row for row in rows if known.get(row.id) != row.mark or row.id in kept_back]


def said(before: Reader, read: OrgRead) -> tuple[dict[str, str], dict[str, str]]:
    """The marks of what the look-back will bring again, and of the read that is under way. Of a first read, which is as
    large as the org and old, the last piece is enough."""
    marks, alike = {row.id: row.mark for row in read.round.rows}, _alike(before, read)
    if alike and before.cursors.events:
        marks = {**before.reading, **marks}
    return (before.recent if alike else {}, marks) if read.round.going else (marks, {})


def looked(before: Reader, found: RowsLooked) -> Reader:
    """What was looked at by itself was said as it was then, and no more as it had been read before."""
    recent, reading = ({id_: mark for id_, mark in one.items() if id_ not in found.ids}
                       for one in (before.recent, before.reading))  # fmt: skip
    return replace(before, recent=recent | {row.id: row.mark for row in found.rows}, reading=reading)


def _alike(before: Reader, read: OrgRead) -> bool:
    """Whether a row of this read would be said as it was before."""
    return read.privacy == before.privacy and read.round.cursors.shape == before.cursors.shape
