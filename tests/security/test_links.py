"""A remote that sends us elsewhere: nothing that it answers makes us speak to another host, and least of all with a
token or a secret. What listens elsewhere tells whether we did."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contracts.policy import PrivateEvents
from services.clients.http import Http
from services.kernel.errors import Fatal, Permanent, Transient
from services.sandbox.wire import Request, Response, answer
from tests.conformance.graph.stage import WINDOW, Stage
from tests.conformance.graph.test_token import token_of
from tests.security.remote import NOW, Remote, remote

FULL = PrivateEvents.FULL


@pytest.fixture
async def elsewhere() -> AsyncIterator[Remote]:
    """Another host, which would take anything."""

    async def talk(writer: Any) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n" + b'{"value":[]}')

    async with remote(talk) as it:
        yield it


def links(root: str, evil: str) -> list[str]:
    """Ways to name another host so that it looks like ours, or like none."""
    here, there = root.partition("//")[2], evil.partition("//")[2]
    return [
        f"{evil}/x", f"{root}@{there}/x", f"{root}\\@{there}/x", f"http://{here}#@{there}/x", f"http://user@{here}/x",
        f"http://{there}\t/x", f"http://{here}.{there}/x", f"//{there}/x", f"/\\{there}/x", f"http:/{there}/x",
        f"{root}/x\r\nHost: {there}", f"https://{here}/x", f"file://{here}/etc/passwd", f"http://[{there}/x", "\ud800",
    ]  # fmt: skip


async def test_no_link_however_odd_leads_to_another_host(stage: Stage, elsewhere: Remote) -> None:
    http = Http(stage.root, where="a remote", now=lambda: NOW)
    for link in links(stage.root, elsewhere.root):
        with suppress(Permanent):  # refused, or it only looked like a link to there
            await http.send("GET", link, headers={"Authorization": "Bearer t"})
    await http.close()
    assert elsewhere.heard == []


PAGES = {"the next page": "@odata.nextLink", "the next round": "@odata.deltaLink"}


@pytest.mark.parametrize("name", PAGES.values(), ids=PAGES)
async def test_a_page_that_names_another_host_is_no_answer_and_costs_no_place(
    stage: Stage, elsewhere: Remote, name: str
) -> None:  # CUR-11
    mike = stage.person("mike")
    cursor = (await stage.graph.round(mike, "", WINDOW, FULL)).cursor
    event = stage.event(mike)
    stage.answers("/delta", answer(200, {"value": [], name: f"{elsewhere.root}/x"}))

    with pytest.raises(Permanent, match="another host"):
        await stage.graph.round(mike, cursor, WINDOW, FULL)

    assert [row.id for row in (await stage.graph.round(mike, cursor, WINDOW, FULL)).rows] == [event]
    assert elsewhere.heard == []


async def test_people_are_not_looked_for_at_another_host(stage: Stage, elsewhere: Remote) -> None:
    stage.person("mike")
    stage.answers("/users", answer(200, {"value": [], "@odata.nextLink": f"{elsewhere.root}/x"}))
    with pytest.raises(Permanent, match="another host"):
        await stage.graph.mailboxes()
    assert elsewhere.heard == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_by_a_question_nor_by_a_write(
    stage: Stage, elsewhere: Remote, status: int
) -> None:
    mike = stage.person("mike")
    event = stage.event(mike)
    stage.always("/events/", Response(status, headers={"Location": f"{elsewhere.root}/x"}))
    with pytest.raises(Permanent, match="redirects"):
        await stage.graph.delete(mike, event)
    with pytest.raises(Permanent, match="redirects"):
        await stage.graph.look(mike, [event], FULL)
    assert elsewhere.heard == []


async def test_the_sign_in_cannot_send_the_secret_to_another_host(
    stage: Stage, elsewhere: Remote, tmp_path: Path
) -> None:  # O7
    stage.person("mike")
    found = {"issuer": stage.root, "authorization_endpoint": f"{stage.root}/a"}
    there = elsewhere.root.replace("http:", "https:")
    for endpoint in (f"{there}/token", f"{elsewhere.root}/token"):
        stage.answers("/openid-configuration", answer(200, {**found, "token_endpoint": endpoint}))
        with pytest.raises(Fatal, match="authority"):
            await token_of(stage, tmp_path).value()
    stage.answers("/openid-configuration", Response(302, headers={"Location": f"{elsewhere.root}/x"}))
    with pytest.raises(Fatal, match="redirects"):
        await token_of(stage, tmp_path).value()
    assert elsewhere.heard == []
    assert await token_of(stage, tmp_path).value(), "and it works once the answer is right again"


async def test_rows_are_not_read_on_at_another_host(org_opened: Any, elsewhere: Remote) -> None:
    place = await org_opened()
    place.event()

    def spoil(request: Request) -> Response | None:
        """The org's own answer, but for where its rows go on."""
        if "/composite" not in request.path:
            return None
        said = json.loads(place.salesforce.handle(request).body)
        for part in said["compositeResponse"]:
            part["body"] |= {"done": False, "nextRecordsUrl": f"{elsewhere.root}/x"}
        return answer(200, said)

    place.spoil = spoil
    with pytest.raises((Permanent, Transient)):
        await place.read()
    place.spoil = lambda _: None
    assert len((await place.read()).rows) == 1
    assert elsewhere.heard == []
