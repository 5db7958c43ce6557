"""A key of the policy's mapping that the org cannot follow is shown with its reason, until it is mended (F2)."""

from msgspec.structs import replace

from contracts.policy import Mapped
from contracts.status import Problem
from services.clients.salesforce.row import Column
from tests.decisions.salesforce_watcher.org import TWO_WAY, Watcher, row

MAPPED = replace(TWO_WAY, mapping={"categories": Mapped("Tags__c"), "importance": Mapped("Weight__c")})
TAGS, WEIGHT = "problem/mapping/categories", "problem/mapping/importance"
WRONG = (Column("categories", why="Event has no such field: it is left out"),
         Column("importance", "Weight__c", "string", 80))  # fmt: skip


def test_what_does_not_fit_is_named_with_its_key() -> None:
    watcher = Watcher(MAPPED)
    assert len(watcher.reads(row(), columns=WRONG)) == 1, "the reading goes on without it"
    problem = watcher.row(TAGS, Problem)
    assert problem
    assert problem.where == "firm.toml [policy.mapping.categories]"
    assert problem.what == "field Tags__c: Event has no such field: it is left out"
    assert (bool(problem.mend), problem.heals) == (True, False)
    assert watcher.row(WEIGHT, Problem) is None


def test_the_word_goes_away_when_it_was_mended() -> None:
    watcher = Watcher(MAPPED)
    watcher.reads(columns=WRONG)
    watcher.reads(columns=(Column("categories", "Tags__c", "string", 80), Column("importance", why="gone")))
    assert watcher.row(TAGS, Problem) is None
    assert watcher.row(WEIGHT, Problem)
    watcher.govern(TWO_WAY)
    watcher.reads()
    assert watcher.row(WEIGHT, Problem) is None


def test_a_field_of_the_package_that_is_of_the_wrong_type_is_named_too() -> None:
    watcher = Watcher()
    watcher.reads(columns=(Column("online", why="Teams_Meeting__c is of type string: it is left out"),))
    problem = watcher.row("problem/mapping/online", Problem)
    assert problem
    assert problem.what == "Teams_Meeting__c is of type string: it is left out"


def test_the_org_is_read_by_the_mapping_of_the_policy() -> None:
    (order,) = Watcher(MAPPED).due()
    assert order.mapping == MAPPED.mapping
