"""Four errors, four fates (design §2.8). Whatever a library raises becomes one of these at the door of a client or of
the kernel; nothing else passes. Messages never hold secrets, subjects, bodies or addresses."""

from datetime import timedelta


class Transient(Exception):
    """It may work later. `delay` is what the other side asked for (Retry-After), None for our own back-off."""

    def __init__(self, what: str, delay: timedelta | None = None) -> None:
        super().__init__(what)
        self.delay = delay


class Conflict(Exception):
    """The thing has moved on since we looked: look again."""


class Permanent(Exception):
    """It will not work until a person changes something. `code` is the remote's own."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{code}: {what}" if code else what)
        self.code = code
        self.what = what


class Fatal(Exception):
    """The whole lane or service cannot go on: wrong secret, missing consent, store of a newer version.
    `where` names file and key or mailbox, `mend` what a person has to do."""

    def __init__(self, where: str, what: str, mend: str) -> None:
        super().__init__(f"{where}: {what}. {mend}")
        self.where = where
        self.what = what
        self.mend = mend
