"""One line for each thing worth telling: time, level, event, then what it is about. Lines must never hold a secret, a
subject, a body or an address (P3, O7): values under such names are hidden, and of a foreign exception only its class
and place are told, because its text may quote anything."""

import logging
import sys
import traceback
from collections.abc import Iterable
from typing import Any, Literal, TextIO

from services.kernel.errors import Conflict, Fatal, Permanent, Transient

_rich = sys.modules.get("rich")
sys.modules["rich"] = None  # type: ignore[assignment]  # structlog would load all of rich, 0.1 s, for tracebacks we never print
import structlog  # noqa: E402

if _rich is None:
    del sys.modules["rich"]
else:
    sys.modules["rich"] = _rich

Logger = structlog.typing.FilteringBoundLogger
HIDDEN = ("secret", "password", "token", "authorization", "private_key", "assertion", "credential")
"""Any name that contains one of these is hidden."""
PERSONAL = frozenset({"subject", "body", "address", "addresses", "email", "payload", "principal", "location"})
"""These names are hidden as they are."""
OURS = (Transient, Conflict, Permanent, Fatal)
"""Errors whose text is written to be shown."""


def logger(name: str, **about: Any) -> Logger:
    """A logger that tells `part=name` and `about` in every line; it follows `set_up` whenever that comes."""
    bound: Logger = structlog.get_logger(part=name, **about)
    return bound


def set_up(level: str, form: Literal["json", "console"], out: TextIO | None = None) -> None:
    """Write lines of at least `level` (debug, info, warning, error) to `out` (standard error). Libraries that log by
    themselves are heard from warnings on."""
    stream = out or sys.stderr
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _error, _hide,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"), *_renderer(form, stream),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )  # fmt: skip
    logging.basicConfig(handlers=[_Libraries()], level=max(least, logging.WARNING), force=True)


def place(error: BaseException) -> str:
    """Class of an error and where it was raised; its text too if it is one of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {'/'.join(frames[-1].filename.split('/')[-2:])}:{frames[-1].lineno}" if frames else ""
    text = f": {error}" if isinstance(error, OURS) else ""
    return f"{type(error).__name__}{at}{text}"


def _renderer(form: str, stream: TextIO) -> Iterable[structlog.typing.Processor]:
    if form == "json":
        return [structlog.processors.JSONRenderer(default=str)]
    return [structlog.dev.ConsoleRenderer(colors=stream.isatty(), timestamp_key="time")]


def _error(_: Any, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["error"] = place(error)
    return line


def _hide(_: Any, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for name in line:
        if name in PERSONAL or any(word in name.lower() for word in HIDDEN):
            line[name] = "(hidden)"
    return line


class _Libraries(logging.Handler):
    """Lets a library's warning through as one line: the first line of its template, never what it filled in."""

    def emit(self, record: logging.LogRecord) -> None:
        first = str(record.msg).partition("\n")[0][:120]
        line = logger(record.name, error=place(record.exc_info[1]) if record.exc_info and record.exc_info[1] else "")
        line.log(record.levelno, first)
