"""A series in words (R2), the link of a meeting out of text (T1), and text out of HTML."""

from typing import Any

import pytest

from services.clients.graph import text
from tests.decisions.graph_rows import MEETING, master, read

EVERY_DAY = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
FOREVER = {"type": "noEnd", "startDate": "2022-09-22", "endDate": "0001-01-01", "numberOfOccurrences": 0}


def until(day: str) -> dict[str, Any]:
    return {**FOREVER, "type": "endDate", "endDate": day}


def times(count: int) -> dict[str, Any]:
    return {**FOREVER, "type": "numbered", "numberOfOccurrences": count}


def pattern(kind: str, interval: int = 1, **more: Any) -> dict[str, Any]:
    filler = {"month": 0, "dayOfMonth": 0, "index": "first", "firstDayOfWeek": "sunday", "daysOfWeek": []}
    return {"type": kind, "interval": interval, **filler, **more}


WORDS = {
    "EXP-01": (pattern("daily"), until("2022-09-23"), "Daily until 23 Sep 2022"),
    "EXP-02": (pattern("daily", 2), FOREVER, "Every 2 days"),
    "ten times": (pattern("daily"), times(10), "Daily, 10 times"),
    "once": (pattern("daily"), times(1), "Daily, once"),
    "weekly": (pattern("weekly", daysOfWeek=["Monday"]), FOREVER, "Weekly on Mon"),
    "behaviour R2": (pattern("weekly", 2, daysOfWeek=["wednesday", "monday"]), until("2027-06-30"),
                     "Every 2 weeks on Mon, Wed until 30 Jun 2027"),
    "RRU-04": (pattern("weekly", 3, daysOfWeek=["tuesday", "sunday"]), until("2023-03-16"),
               "Every 3 weeks on Tue, Sun until 16 Mar 2023"),
    "RRU-05": (pattern("absoluteMonthly", dayOfMonth=22), until("2023-09-22"), "Monthly on day 22 until 22 Sep 2023"),
    "RRU-06": (pattern("absoluteMonthly", 2, dayOfMonth=22), FOREVER, "Every 2 months on day 22"),
    "RRU-08": (pattern("relativeMonthly", index="last", daysOfWeek=["thursday"]), FOREVER, "Monthly on the last Thu"),
    "RRU-09": (pattern("relativeMonthly", index="first", daysOfWeek=EVERY_DAY), times(48),
               "Monthly on the first day, 48 times"),
    "the last weekday": (pattern("relativeMonthly", index="last", daysOfWeek=EVERY_DAY[1:6]), FOREVER,
                         "Monthly on the last weekday"),
    "a weekend day": (pattern("relativeMonthly", index="second", daysOfWeek=["saturday", "sunday"]), FOREVER,
                      "Monthly on the second weekend day"),
    "the first of two": (pattern("relativeMonthly", index="third", daysOfWeek=["monday", "friday"]), FOREVER,
                         "Monthly on the third Mon or Fri"),
    "RRU-10": (pattern("relativeYearly", index="last", daysOfWeek=["thursday"], month=9), FOREVER,
               "Yearly on the last Thu of Sep"),
    "yearly": (pattern("absoluteYearly", 2, dayOfMonth=29, month=2), FOREVER, "Every 2 years on 29 Feb"),
    "what nobody knows": (pattern("lunar"), FOREVER, "Repeats"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "span", "words"), WORDS.values(), ids=WORDS)
def test_a_series_says_its_rule(rule: dict[str, Any], span: dict[str, Any], words: str) -> None:  # R2
    event = read(master(recurrence={"pattern": rule, "range": span})).event

    assert event is not None
    assert event.recurrence == words


IMPOSSIBLE = {
    "the 13th month": (pattern("absoluteYearly", dayOfMonth=1, month=13), FOREVER),
    "a day that no week has": (pattern("weekly", daysOfWeek=["funday"]), FOREVER),
    "an end that is no date": (pattern("daily"), until("soon")),
    "no pattern": (None, FOREVER),
}


@pytest.mark.parametrize(("rule", "span"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_an_impossible_rule_sets_its_series_aside(rule: dict[str, Any] | None, span: dict[str, Any]) -> None:
    seen = read(master(recurrence={"pattern": rule, "range": span}))

    assert seen.error
    assert seen.event is None


TEAMS = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d"
LINKS = {
    "in angle brackets": (f"Join <{TEAMS}> now", TEAMS),
    "in an href": (f'<a href="{TEAMS}">Join</a>', TEAMS),
    "in markdown": (f"[Join]({TEAMS})", TEAMS),
    "before a full stop": (f"Join at {TEAMS}.", TEAMS),
    "in parentheses": (f"(by {TEAMS})", TEAMS),
    "with parentheses of its own": ("https://zoom.us/j/1?x=(a)", "https://zoom.us/j/1?x=(a)"),
    "with an escaped ampersand": ('<a href="https://zoom.us/j/1?a=1&amp;pwd=2">', "https://zoom.us/j/1?a=1&pwd=2"),
    "of a firm's Zoom": ("https://acme.zoom.us/j/88?pwd=x", "https://acme.zoom.us/j/88?pwd=x"),
    "of Webex": ("https://acme.webex.com/acme/j.php?MTID=m1", "https://acme.webex.com/acme/j.php?MTID=m1"),
    "of Meet": ("https://meet.google.com/abc-defg-hij,", "https://meet.google.com/abc-defg-hij"),
    "of a new Teams meeting": ("https://teams.live.com/meet/93?p=x", "https://teams.live.com/meet/93?p=x"),
    "the second link": (f"See https://example.com/help or {TEAMS}", TEAMS),
    "TMS-04 none": ("See https://example.com and https://help.webex.com/faq", ""),
    "a host that only looks like it": ("https://teams.microsoft.com.evil.example/meet/1", ""),
}


@pytest.mark.parametrize(("written", "link"), LINKS.values(), ids=LINKS)
def test_the_link_of_a_meeting_is_found_in_its_text(written: str, link: str) -> None:  # TMS-03
    in_body = read(MEETING, body={"contentType": "text", "content": written}).event
    in_place = read(MEETING, locations=[{"displayName": written}]).event

    assert in_body is not None
    assert in_place is not None
    assert (in_body.join_url, in_place.join_url) == (link, link)


def test_the_link_that_microsoft_names_comes_first() -> None:  # TMS-01, TMS-04
    both = {
        "body": {"contentType": "text", "content": "https://zoom.us/j/1"},
        "onlineMeetingUrl": "https://x.example/m",
    }

    named = read(MEETING, isOnlineMeeting=True, onlineMeeting={"joinUrl": TEAMS}, **both).event
    old = read(MEETING, **both).event
    none = read(MEETING, body=None, locations=None, location=None).event

    assert named is not None
    assert (named.join_url, named.online) == (TEAMS, True)
    assert old is not None
    assert (old.join_url, old.online) == ("https://x.example/m", False)
    assert none is not None
    assert (none.join_url, none.location, none.body) == ("", "", "")


def test_html_is_read_as_the_text_that_a_person_sees() -> None:
    html = (
        "<html><head><style>p {color: red}</style></head><body><p>Hello&nbsp;<b>John</b>,</p>\r\n"
        "<div>see\r\nyou<br>there</div><script>alert(1)</script></body></html>"
    )

    assert text.plain(html) == "Hello John,\n\nsee you\nthere"
    body = read(MEETING, body={"contentType": "html", "content": html}).event
    assert body is not None
    assert body.body == text.plain(html)
