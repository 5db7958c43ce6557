"""What people do in the sandbox's calendars, from the command line: each command is one request to its control paths.
Speaks to the sandbox alone, never to a real side."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from services.cli.place import Place
from services.kernel.errors import Fatal

PATIENCE = 60.0


def address(place: Place) -> str:
    """Where the sandbox of this folder listens. Raises Fatal when none was started here."""
    for name in ("sandbox/sandbox.json", "sandbox.json"):
        url = place.read(name).get("url")
        if isinstance(url, str) and url.startswith("http://"):
            return url
    raise Fatal(str(place.data), "no sandbox runs here", "Start it with `calsync up`, or name its folder with --data")


def ask(place: Place, method: str, name: str, query: Mapping[str, Any] | None = None, body: bytes | None = None) -> Any:
    """The sandbox's answer, None when it is empty. Raises Fatal when it refuses or is not there."""
    given = {key: value for key, value in (query or {}).items() if value not in (None, "")}
    url = f"{address(place)}/sandbox/{name}" + (f"?{urlencode(given)}" if given else "")
    request = Request(url, method=method, data=body)  # noqa: S310 - `address` lets http alone pass
    try:
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            raw = answer.read()
    except HTTPError as error:
        raise Fatal("sandbox", _reason(error), "Correct the command") from error
    except (URLError, OSError) as error:
        raise Fatal("sandbox", "it does not answer", "Is `calsync up` running?") from error
    return json.loads(raw) if raw else None


def values(pairs: Sequence[str]) -> dict[str, str]:
    """`field=value` words as an object. Raises Fatal for a word without `=`."""
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise Fatal("--set", f"{wrong[0]!r} is not field=value", "For example: --set subject=Lunch")
    return dict(pair.split("=", 1) for pair in pairs)


def encoded(**fields: Any) -> bytes:
    """A JSON body of the fields that are given."""
    return json.dumps({key: value for key, value in fields.items() if value is not None}).encode()


def _reason(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"]).rstrip(".")
    except (ValueError, KeyError, TypeError):
        return f"it answered {error.code}"
