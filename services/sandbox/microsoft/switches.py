"""What the reference calls unknown or configurable about Microsoft, each with its likelier value (graph.md §8).
Must never hold a fault: faults are the shell's."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """One guess per field; the defaults are what graph.md thinks most likely."""

    if_match: bool = True
    """A stale `If-Match` answers 412 (§3.11); False: ignored."""
    thin_exceptions: bool = False
    """Exceptions in delta carry the seven thin fields only (§2.4 leaves it open)."""
    empty_first_page: bool = False
    """A first delta page without items and with a nextLink (§2.3)."""
    delta_select: Literal["ignored", "refused"] = "ignored"
    """`$select` on delta (§2.2)."""
    delta_lifetime: timedelta = timedelta(days=30)
    """Older delta tokens are evicted: 410 (§2.5 names no figure)."""
    resync_location: bool = False
    """The 410 carries a `Location` to start again from (§2.5)."""
    local_patch_mails: bool = False
    """A PATCH of organiser-local fields alone mails the attendees (§3.9)."""
    keeps_exceptions: bool = False
    """Exceptions outlive a change of the series' time or pattern (§3.5)."""
    occurrence_uids: bool = True
    """`iCalUId` differs for each occurrence (§3.1, D5); False: the series' own."""
    duplicate_status: Literal[400, 409] = 400
    """The status of ErrorDuplicateTransactionId (§3.6)."""
    concurrency: Literal["mailbox", "app"] = "mailbox"
    """What the limit of open requests counts (§4.2)."""
    concurrent_limit: int = 4
    request_limit: int = 10_000
    """Requests per mailbox in ten minutes (§4.2)."""
    page: int = 10
    """Items on a page when nobody asks for another number (§3.2)."""
    shuffle_batch: bool = True
    """Answers of a batch, and requests that do not depend on each other, come in a seeded free order (§4.1)."""
    transaction_filter: bool = False
    """`$filter=transactionId eq '…'` works; no source says so."""
