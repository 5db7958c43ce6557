"""How far an answer in pages is followed: every page names the next one, and a remote that never stops must not fill
our memory nor keep a lane for ever."""

from dataclasses import dataclass, field

from services.kernel.errors import Permanent, Transient

MOST_PAGES = 20_000
"""Twice as many as 100,000 events fill where Microsoft can only make pages of ten."""
MOST_BYTES = 1024**3
"""Of all pages of one answer: about 200,000 events."""


@dataclass(slots=True)
class Pages:
    """The pages of one answer so far; `whose` says who answers, `seen` begins with the address of the first page."""

    whose: str
    seen: set[str] = field(default_factory=set)
    size: int = 0

    def on(self, link: str | None, body: bytes) -> str:
        """Where to read on after a page with this body, "" at the end. Raises Transient for a link that was followed
        already, Permanent when there have been too many."""
        self.size += len(body)
        if not link:
            return ""
        if link in self.seen:
            raise Transient(f"{self.whose}'s pages lead in a circle")
        if len(self.seen) >= MOST_PAGES or self.size > MOST_BYTES:
            raise Permanent("endless_pages", f"{self.whose}'s pages do not end; the rest was not read")
        self.seen.add(link)
        return link
