"""What an org showed, already neutral. Never holds raw Salesforce JSON, nor the text of a private event when the policy
redacts (ruling 20)."""

from datetime import datetime

from msgspec import Struct

from contracts.calendar import CalendarEvent, Response
from contracts.person import Person


class Row(Struct, frozen=True, omit_defaults=True):
    """One Event row, or what is left of it (`deleted`, then `event` is None).

    `mark` changes with the row and with who is on it. `edited_at` is LastModifiedDate, Salesforce's time (of what is
    deleted, no earlier than that), and `joined_at` when one of its people came or answered last, which does not move
    the former. `ours` says that the integration user made the last change: a hint, never a proof (SFD-14). `people` are
    the related Contacts (and Leads), `invitees` the invited Users. `child` marks Salesforce's read-only copy for an
    invitee (I1), `native_series` an occurrence of Practifi's own recurrence (R6). `skipped` marks a private row that
    the policy leaves out (P1); like a `redacted` one it shows only its time, and `covers` says that more stands there.
    `error` says why a row could not be understood; one that is `unseen` is shown neither as there nor as deleted.
    `status` is our own word on the Event; `answers` are those of its people who have answered. `places` as in `Item`.
    """

    id: str
    mark: str
    owner: str = ""
    event: CalendarEvent | None = None
    stamp: str = ""
    people: tuple[str, ...] = ()
    invitees: tuple[str, ...] = ()
    created_at: datetime | None = None
    edited_at: datetime | None = None
    joined_at: datetime | None = None
    ours: bool = False
    deleted: bool = False
    child: bool = False
    native_series: bool = False
    redacted: bool = False
    skipped: bool = False
    covers: bool = False
    unseen: bool = False
    error: str = ""
    status: str = ""
    answers: tuple[tuple[str, Response], ...] = ()
    places: tuple[tuple[str, str], ...] = ()


class Bearing(Struct, frozen=True):
    """Who bears keys of ours, by key: the ids of those that stand (`there`), and of those that somebody else than us
    has deleted, when the newest one was made (`deleted`)."""

    there: dict[str, str] = {}
    deleted: dict[str, datetime] = {}


class OrgUser(Struct, frozen=True, omit_defaults=True):
    """A Salesforce user, as far as pairing needs it (M7)."""

    id: str
    username: str
    email: str = ""
    federation_id: str = ""
    active: bool = True
    standard: bool = True
    zone: str = ""


class Cursors(Struct, frozen=True, omit_defaults=True):
    """Up to which SystemModstamp each kind of row was read ("" for never); opaque to everybody but the client. `shape`
    and `book` tell by which columns of Event, and by which addresses, that was."""

    events: str = ""
    relations: str = ""
    contacts: str = ""
    contact_points: str = ""
    users: str = ""
    shape: str = ""
    book: str = ""


class Place(Struct, frozen=True, omit_defaults=True):
    """Where the reading of one kind stands that takes several pieces: `began` is Salesforce's time at the first of
    them, `stamp` and `id` are those of the last row so far. Empty: it is still to begin."""

    began: str = ""
    stamp: str = ""
    id: str = ""


class OrgRound(Struct, frozen=True, omit_defaults=True):
    """One piece of a read of the org: what changed since the cursors, and the next cursors. `now` is Salesforce's own
    time at the read. Rows of relations that changed bring their Event row along. `going` are the kinds that are not yet
    read to their end, to be given back for the next piece; without any the read is complete."""

    rows: tuple[Row, ...]
    people: tuple[Person, ...]
    users: tuple[OrgUser, ...]
    cursors: Cursors
    now: datetime
    going: dict[str, Place] = {}


class Column(Struct, frozen=True, omit_defaults=True):
    """The column of Event in which the policy's mapping puts a neutral `field` (F2): its `name`, `kind` and `length` as
    describe tells them. Without a name the field is left out, and `why` says what is wrong with the column."""

    field: str
    name: str = ""
    kind: str = ""
    length: int = 0
    why: str = ""


class Shape(Struct, frozen=True, omit_defaults=True):
    """What the org is like, found by describe: SELECTs are built from it, never from a constant (salesforce.md §2.1).

    `event_fields` can be read, `event_writable` can be set on creation and update. `contact_emails` are the names of
    Contact fields of type email with their rank (`contracts.person.Source`). `contact_point_parents` are the fields of
    ContactPointEmail that name its person. `join_url_length` is how long a link Teams_URL__c takes, 0 for none.
    `columns` are the fields that do not stand in their default column."""

    org_id: str
    user_id: str
    namespace: str = ""
    shared_activities: bool = False
    person_accounts: bool = False
    event_fields: tuple[str, ...] = ()
    event_writable: tuple[str, ...] = ()
    contact_emails: tuple[tuple[str, int], ...] = ()
    contact_point_parents: tuple[str, ...] = ()
    has_individuals: bool = False
    has_contact_points: bool = False
    has_key: bool = False
    join_url_length: int = 0
    columns: tuple[Column, ...] = ()


class Result(Struct, frozen=True, omit_defaults=True):
    """What became of one row of a collection: its id, or the code and text of Salesforce's refusal.

    Two codes are ours: NOT_SENT (the row never left, nothing happened) and UNKNOWN_OUTCOME (read before repeating)."""

    id: str = ""
    created: bool = False
    code: str = ""
    reason: str = ""
