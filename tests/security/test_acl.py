"""Who reaches whom on the broker of the stack: everybody publishes everywhere and listens to everything, and what
arrives is compared with what the words of the table allow. A granted subscription or an acknowledged publication would
prove nothing: the broker grants and acknowledges what it then withholds."""

import asyncio
from contextlib import AsyncExitStack
from itertools import product
from pathlib import Path

import aiomqtt

from contracts import topics
from services.cli.idle import SERVICES
from tests.security.deployed import Deployed, deployed

FIRM, OTHER = "firm", "other"
READERS = (FIRM, OTHER)
USERS = (*SERVICES, "operator", *READERS)
INBOXES = {name: {topics.inbox(f"{name}/{firm}/0") for firm in READERS} for name in (*SERVICES, "cli")}
POLICIES = {topics.policy(firm) for firm in READERS}
FACTS = {firm: {topics.fact(firm, "created"), topics.fact(firm, "run-finished")} for firm in READERS}
STATUSES = {name: {topics.status(firm, name, "i1") for firm in READERS} for name in SERVICES}
ANSWERS = {topics.answer(firm, "5f2a9c01d3e4") for firm in READERS}
STRANGE = {
    "calsync/v1/firm/in/writer/0/deeper", "calsync/v1/firm/in/writer", "calsync/v1/firm/events/created/deeper",
    "calsync/v1/firm", "calsync/v2/firm/events/created", "somebody/else", "/calsync/v1/firm/policy",
}  # fmt: skip
EVERYTHING = set().union(*INBOXES.values(), POLICIES, *FACTS.values(), *STATUSES.values(), ANSWERS, STRANGE)

SPEAKS_TO: dict[str, set[str]] = {
    "graph-poller": {"graph-poller", "reconciler", "salesforce-watcher", "registry", "feed"},
    "salesforce-watcher": {"reconciler", "graph-poller", "registry"},
    "reconciler": {"reconciler", "graph-poller", "salesforce-watcher", "writer", "registry", "feed"},
    "writer": {"reconciler"},
    "registry": {"graph-poller", "salesforce-watcher", "reconciler", "feed", "cli"},
    "feed": {"graph-poller", "reconciler", "registry"},
    "operator": {"registry"},
    FIRM: set(),
    OTHER: set(),
}
"""Whose inbox each user may write to: those whom it tells something, and those whose messages it receipts."""


def may_say(user: str) -> set[str]:
    """The topics that a user may publish on."""
    own = STATUSES.get(user, set())
    inboxes = set[str]().union(*(INBOXES[name] for name in SPEAKS_TO[user]))
    more = {"registry": POLICIES | ANSWERS, "feed": set[str]().union(*FACTS.values())}
    return inboxes | own | more.get(user, set())


def may_hear(user: str) -> set[str]:
    """The topics that a user may hear."""
    if user in READERS:
        return FACTS[user]
    if user == "operator":
        return set[str]().union(POLICIES, ANSWERS, INBOXES["cli"], *FACTS.values(), *STATUSES.values())
    return INBOXES[user] | (POLICIES if user != "registry" else set())


async def test_every_user_says_and_hears_what_it_may_and_nothing_else(tmp_path: Path) -> None:  # S3, S5
    words = {OTHER: "another-word"}
    async with deployed(tmp_path, words) as stack, AsyncExitStack() as at_end:
        users = {user: await at_end.enter_async_context(stack.client(user, words.get(user))) for user in USERS}
        await asyncio.gather(*(_listen(client) for client in users.values()))
        await asyncio.gather(*(_say_everywhere(client, user) for user, client in users.items()))
        heard = {user: await everything(client) for user, client in users.items()}
    allowed = {
        (hearer, topic, speaker)
        for hearer, speaker in product(USERS, USERS)
        for topic in may_hear(hearer) & may_say(speaker)
    }
    found = {(hearer, topic, speaker) for hearer, said in heard.items() for topic, speaker in said}
    assert found - allowed == set(), "they reach further than they may"
    assert allowed - found == set(), "the product would not work"


async def test_only_the_reconciler_gives_orders(tmp_path: Path) -> None:  # A5, X2
    async with deployed(tmp_path) as stack, stack.client("writer") as writer:
        await writer.subscribe(topics.inbox("writer/firm/0"), qos=0)
        for user in (*SERVICES, "operator", FIRM):
            async with stack.client(user) as forger:
                await forger.publish(topics.inbox("writer/firm/0"), user.encode(), qos=1)
        assert await everything(writer) == {(topics.inbox("writer/firm/0"), "reconciler")}


async def test_a_will_is_no_way_around(tmp_path: Path) -> None:  # S3
    async with deployed(tmp_path) as stack, stack.client("writer") as writer:
        await writer.subscribe("#", qos=0)
        await _die_with_a_will(stack, topics.inbox("writer/firm/0"))
        assert await everything(writer) == set()


async def _die_with_a_will(stack: Deployed, topic: str) -> None:
    dying = stack.client(FIRM)
    dying._client.will_set(topic, b"forged", qos=1)
    async with dying:
        sock = dying._client.socket()
        assert sock is not None
        sock.shutdown(2)
        async with stack.client("operator") as operator:
            await everything(operator)  # by now the broker has noticed


async def _listen(client: aiomqtt.Client) -> None:
    for topic in ("#", "+/+/+/in/+/+", "$share/all/#", *EVERYTHING):
        await client.subscribe(topic, qos=0)


async def _say_everywhere(client: aiomqtt.Client, user: str) -> None:
    for topic in EVERYTHING:
        await client.publish(topic, user.encode(), qos=1)


async def everything(client: aiomqtt.Client) -> set[tuple[str, str]]:
    """All that has reached a client, as (topic, payload). What it heard without acknowledgement comes in order: once a
    new subscription is granted, there is nothing left on the way."""
    await client.subscribe("the/end", qos=0)
    found = set[tuple[str, str]]()
    while len(client.messages):
        message = await anext(aiter(client.messages))
        found.add((str(message.topic), bytes(message.payload).decode()))
    return found
