"""A remote whose pages never end: at some point we have read enough, say so, and go on with everybody else."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from contracts.policy import PrivateEvents
from services.clients import pages
from services.kernel.errors import Permanent, Transient
from services.sandbox.wire import Request, Response, answer
from tests.conformance.graph.stage import WINDOW, Stage

FULL = PrivateEvents.FULL
FAR = 50


@pytest.fixture(autouse=True)
def soon_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bounds, nearer."""
    monkeypatch.setattr(pages, "MOST_PAGES", FAR)
    monkeypatch.setattr(pages, "MOST_BYTES", 200_000)


def ever_new(root: str, size: int = 0) -> Callable[[Request], Response]:
    """Pages without an end, each with a link of its own."""
    numbers = count()
    rows = [{"id": "x" * size}] if size else []
    return lambda _: answer(200, {"value": rows, "@odata.nextLink": f"{root}/v1.0/delta?$skiptoken={next(numbers)}"})


ANSWERS = {"many": (0, FAR), "large": (50_000, 4)}


@pytest.mark.parametrize(("size", "most"), ANSWERS.values(), ids=ANSWERS)
async def test_pages_of_a_calendar_that_do_not_end_are_left(stage: Stage, size: int, most: int) -> None:
    mike = stage.person("mike")
    endless = ever_new(stage.root, size)
    stage.scripts.append((lambda request: endless(request) if "/delta" in request.path else None, 1_000_000))
    with pytest.raises(Permanent) as raised:
        await stage.graph.round(mike, "", WINDOW, FULL)
    assert raised.value.code == "endless_pages"
    assert len(stage.calls("/delta")) == most


async def test_a_directory_that_does_not_end_is_left(stage: Stage) -> None:
    stage.person("mike")
    endless = ever_new(stage.root)
    stage.scripts.append((lambda request: None if "token" in request.path or "openid" in request.path
                          else endless(request), 1_000_000))  # fmt: skip
    with pytest.raises(Permanent, match="do not end"):
        await stage.graph.mailboxes()


PLACES: dict[str, tuple[Callable[[int], str], type[Exception]]] = {
    "the same page again": (lambda _: "/services/data/v57.0/query/01g-1", Transient),
    "ever new pages": (lambda number: f"/services/data/v57.0/query/01g-{number}", Permanent),
}


@pytest.mark.parametrize(("place_of", "error"), PLACES.values(), ids=PLACES)
async def test_rows_of_an_org_that_do_not_end_are_left(
    org_opened: Any,
    place_of: Callable[[int], str],
    error: type[Exception],
) -> None:  # SFD-09
    place, numbers = await org_opened(), count()
    more = {"totalSize": 1, "done": False, "records": []}

    def spoil(request: Request) -> Response | None:
        if "/query/" in request.path:
            return answer(200, {**more, "nextRecordsUrl": place_of(next(numbers))})
        if "/composite" not in request.path:
            return None
        said = json.loads(place.salesforce.handle(request).body)
        said["compositeResponse"][0]["body"] |= {"done": False, "nextRecordsUrl": place_of(next(numbers))}
        return answer(200, said)

    place.spoil = spoil
    with pytest.raises(error):
        await place.read()
    assert place.calls <= FAR + 2
    place.spoil = lambda _: None
    await place.read()
