"""The repeating appointments of a made-up firm: each pattern that Exchange knows, bounded and endless.
Few of them are endless and frequent, so that two years of a firm stay a few thousand occurrences."""

from datetime import date, datetime, time, timedelta
from typing import Any

from services.sandbox.agenda import Diary, days, guest, timed
from services.sandbox.people import Person

Json = dict[str, Any]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def repeated(event: Json, pattern: Json, closing: Json, zone: str) -> Json:
    """An event with its recurrence; it begins on the day of its start."""
    begin = event["start"]["dateTime"][:10]
    span = {"type": "noEnd", "startDate": begin, "recurrenceTimeZone": zone, **closing}
    return {**event, "recurrence": {"pattern": {"interval": 1, **pattern}, "range": span}}


def times(count: int) -> Json:
    return {"type": "numbered", "numberOfOccurrences": count}


def until(last: date) -> Json:
    return {"type": "endDate", "endDate": last.isoformat()}


def own(diary: Diary, person: Person, number: int) -> list[Json]:
    """The series of one person: every pattern once; the `number` of the person decides who has the endless ones."""
    zone = person.zone

    def at(day: date, minutes: int = 30, **said: Any) -> Json:
        return {**timed(datetime.combine(day, diary.hour()), minutes, zone), **said}

    monday = diary.today - timedelta(days=diary.today.weekday())
    day = monday + timedelta(days=7 * diary.chance.randint(1, 8) + number % 5)
    past = monday - timedelta(days=70 - number % 5)
    named = WEEKDAYS[day.weekday()]
    made = [
        repeated(at(day, subject="Weekly planning"), {"type": "weekly", "daysOfWeek": [named]},
                 times(12 + number % 5), zone),
        repeated(at(monday, subject="Prospecting hour"), {"type": "weekly", "daysOfWeek": ["monday", "thursday"]},
                 until(monday + timedelta(days=49)), zone),
        repeated(at(past, 60, subject="Mentoring"), {"type": "weekly", "daysOfWeek": [WEEKDAYS[past.weekday()]]},
                 until(past + timedelta(days=7 * 17)), zone),
        repeated(at(day.replace(day=1 + number), subject="Billing run"),
                 {"type": "absoluteMonthly", "dayOfMonth": 1 + number}, {} if number % 2 else times(9), zone),
        repeated(at(_nth(day), 60, subject="Model portfolio meeting"),
                 {"type": "relativeMonthly", "daysOfWeek": ["tuesday"], "index": "second"}, times(12), zone),
        repeated({**days(day, 1, zone), "subject": "Wedding anniversary", "showAs": "free", "sensitivity": "private"},
                 {"type": "absoluteYearly", "dayOfMonth": day.day, "month": day.month}, {}, zone),
        repeated(at(_last_friday(diary.today.year), 120, subject="Year-end dinner"),
                 {"type": "relativeYearly", "daysOfWeek": ["friday"], "index": "last", "month": 11}, {}, zone),
        repeated(at(day, subject="Software rollout"), {"type": "daily"}, times(5 + number % 4), zone),
    ]  # fmt: skip
    if number % 3 == 0:
        rule = {"type": "weekly", "interval": 2, "daysOfWeek": [named]}
        made.append(repeated(at(day, 45, subject="One to one", isOnlineMeeting=True), rule, {}, zone))
    if number == 1:
        made.append(repeated(at(monday, 15, subject="Inbox zero"), {"type": "daily", "interval": 3}, {}, zone))
    return made


def team(diary: Diary, person: Person, colleagues: list[Person]) -> list[Json]:
    """What a whole office has together: weekly for 36 weeks, which no summer time outlasts."""
    monday = diary.today - timedelta(days=diary.today.weekday() - 7)
    weekly = {"type": "weekly", "daysOfWeek": ["monday"]}
    guests = [guest(one.address) for one in colleagues]
    begin = datetime.combine(monday, time(9, 0))
    event = {"subject": "Office meeting", "attendees": guests, **timed(begin, 30, person.zone)}
    return [repeated(event, weekly, times(36), person.zone)]


def everybody(diary: Diary, person: Person, colleagues: list[Person]) -> Json:
    """The endless monthly meeting of all advisors, on Teams."""
    first = (diary.today.replace(day=1) + timedelta(days=32)).replace(day=15)
    event = {
        "subject": "All advisors", "attendees": [guest(one.address) for one in colleagues], "isOnlineMeeting": True,
        **timed(datetime.combine(first, time(15, 0)), 60, person.zone),
    }  # fmt: skip
    return repeated(event, {"type": "absoluteMonthly", "dayOfMonth": 15}, {}, person.zone)


def _nth(day: date) -> date:
    """The second Tuesday of the month."""
    first = day.replace(day=1)
    return first + timedelta(days=(1 - first.weekday()) % 7 + 7)


def _last_friday(year: int) -> date:
    """The last Friday of November."""
    last = date(year, 11, 30)
    return last - timedelta(days=(last.weekday() - 4) % 7)
