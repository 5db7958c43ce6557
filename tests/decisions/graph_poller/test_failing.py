"""Each of Microsoft's documented refusals has its named state, its reason and its mend, and heals when the cause is
gone (O4, E3, E8)."""

import pytest

from contracts.facts import MailboxState, Said
from contracts.observed import ReadDone
from contracts.status import Problem
from services.clients.graph.refusal import refusal
from services.clients.http import Reply
from services.graph_poller.failing import REFUSED, disconnected, later, refused, set_aside
from services.graph_poller.rows import Root, Unread
from services.kernel.errors import Conflict, Fatal, Permanent, Transient
from tests.decisions.graph_poller.mailbox import JOHN, MIKE, Poller, single


def hears(unread: Unread) -> Poller:
    """A poller that has said an event, and then cannot read the mailbox."""
    poller = Poller()
    poller.reads(single(), fresh=True)
    poller.due("mike@firm.example")
    poller.hear(unread)
    return poller


def shown(poller: Poller) -> tuple[MailboxState, Problem]:
    (fact,) = [fact for said in poller.told(Said, "feed") for fact in said.facts]
    problem = poller.row(f"problem/{MIKE}", Problem)
    assert isinstance(fact, MailboxState)
    assert problem is not None
    return fact, problem


def answered(status: int, code: str) -> Unread:
    """What the poller makes of an answer of Microsoft's."""
    body = f'{{"error": {{"code": "{code}", "message": "About mike@firm.example", "innerError": {{}}}}}}'.encode()
    error = refusal(Reply(status, {"request-id": "r-1"}, body), "firm.toml [microsoft] client_id")
    if isinstance(error, Permanent):
        return refused(MIKE, error)
    assert isinstance(error, Fatal)
    return disconnected(MIKE, error)


ANSWERS = {
    "AUT-03 no mailbox in Exchange Online": (404, "MailboxNotEnabledForRESTAPI", "excluded", "licence"),
    "the same, spelled otherwise": (403, "mailboxNotEnabledForRestApi", "excluded", "licence"),
    "out of the application's scope": (403, "ErrorAccessDenied", "excluded", "scope"),
    "nobody of that id": (404, "ErrorInvalidUser", "excluded", "left"),
    "nobody in the directory": (404, "Request_ResourceNotFound", "excluded", "left"),
    "a distribution list": (404, "ResourceNotFound", "excluded", "licence"),
    "a full mailbox": (403, "ErrorQuotaExceeded", "attention", "room"),
    "AUT-04 a calendar that is not found": (404, "ErrorItemNotFound", "attention", "code"),
    "what is not documented": (400, "ErrorOfTomorrow", "attention", "code"),
    "AUT-01 a new token is refused too": (401, "InvalidAuthenticationToken", "paused", "Entra"),
    "the directory may not be read": (403, "Authorization_RequestDenied", "paused", "User.Read.All"),
}


@pytest.mark.parametrize(("status", "code", "state", "mend"), ANSWERS.values(), ids=ANSWERS)
def test_a_refusal_has_its_state_and_its_mend(status: int, code: str, state: str, mend: str) -> None:  # E3, O4
    fact, problem = shown(hears(answered(status, code)))
    assert (fact.mailbox, fact.state, problem.where) == (MIKE, state, MIKE)
    assert code.casefold() in problem.what.casefold()
    assert mend in problem.mend
    assert problem.mend in fact.reason, "whoever listens hears what is to be done (E8)"
    assert not problem.heals
    assert "mike@" not in fact.reason, "P3"


def test_a_connection_that_has_to_be_renewed_says_so() -> None:  # AUT-01
    error = Fatal("firm.toml [microsoft] client_secret_file", "the client secret has expired", "Create a new one")
    fact, problem = shown(hears(disconnected(MIKE, error)))
    assert fact.state == "paused"
    assert fact.reason.startswith("reconnect needed: firm.toml [microsoft] client_secret_file: the client secret has")
    assert problem.mend == "Create a new one"


@pytest.mark.parametrize("error", [Transient("throttled"), Conflict("412")])
def test_what_heals_by_itself_waits_and_asks_nobody(error: Exception) -> None:  # AUT-05
    fact, problem = shown(hears(later(MIKE, error)))
    assert (fact.state, problem.heals, problem.mend) == ("waiting", True, "")


def test_our_own_mistake_names_where_to_look() -> None:  # O5
    fact, problem = shown(hears(set_aside(MIKE, "a mistake of our own: KeyError")))
    assert (fact.state, "KeyError" in problem.what, "dead letters" in problem.mend) == ("attention", True, True)


STATES = {code: state for code, (state, _, _) in REFUSED.items()}


@pytest.mark.parametrize("code", STATES)
def test_nothing_is_taken_for_gone_and_the_mailbox_is_read_on_once_it_works(code: str) -> None:  # AUT-03, SAF-09
    poller = hears(refused(MIKE, Permanent(code, "Microsoft answered")))
    assert poller.heard().vanished == ()
    assert poller.row(f"known/{MIKE}/s1", Root) is not None
    failed = [done.failed for done in poller.told(ReadDone)]
    assert failed == [() if STATES[code] == "excluded" else (MIKE,)], "what cannot be synced is no failure of the run"
    assert [order.cursor for order in poller.due("mike@firm.example")] == ["c1"], "asked again with each run"
    poller.brings()
    facts = [fact for said in poller.told(Said) for fact in said.facts]
    assert facts == [MailboxState(MIKE, "healthy")]
    assert poller.row(f"problem/{MIKE}", Problem) is None


def test_a_state_is_told_once() -> None:  # E8
    poller = hears(later(MIKE, Transient("throttled")))
    poller.due()
    poller.hear(later(MIKE, Transient("throttled")))
    assert poller.told(Said) == []
    poller.hear(later(JOHN, Transient("throttled")))
    assert len(poller.told(Said)) == 1
