"""What each tenant hears of its file."""

from contracts.policy import Policy
from services.registry.news import broken_slug, news

ON, OFF = Policy(enabled=True), Policy()


def told(policies: dict[str, Policy]) -> dict[str, str]:
    return {slug: file.digest for slug, file in news({}, policies, (), policies).items()}


def test_the_first_look_is_a_start_and_the_next_without_a_change_is_no_news() -> None:
    first = news({}, {"firm": ON}, (), ["firm"])
    assert first["firm"].start
    assert first["firm"].policy == ON
    assert news(told({"firm": ON}), {"firm": ON}, (), ["firm"]) == {}


def test_a_changed_file_is_news_but_no_start() -> None:  # D1
    changed = news(told({"firm": ON}), {"firm": OFF}, (), ["firm"])
    assert (changed["firm"].policy, changed["firm"].start) == (OFF, False)


def test_a_broken_file_leaves_its_tenant_as_it_was_and_harms_no_other() -> None:  # O5
    before = told({"firm": ON, "other": ON})
    assert list(news(before, {"other": OFF}, ["firm"], ["firm", "other"])) == ["other"]


def test_a_file_that_is_gone_is_news() -> None:  # D2
    (gone,) = news(told({"firm": ON}), {}, (), ["firm"]).values()
    assert (gone.policy, gone.start) == (None, False)
    assert news({"firm": gone.digest}, {}, (), ["firm"]) == {}, "once"


def test_tenants_of_other_replicas_are_theirs() -> None:  # S5
    assert news({}, {"firm": ON, "other": ON}, (), ["other"]).keys() == {"other"}


def test_a_mistake_names_its_tenant() -> None:
    assert broken_slug("firm.toml [policy] direction") == "firm"
