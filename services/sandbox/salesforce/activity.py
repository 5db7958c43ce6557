"""The objects of a calendar: Event, its relations, public calendars (salesforce.md §2.1, §2.4).
A table only; what a write may do with it stands in event.py and relation.py."""

from services.sandbox.salesforce.fields import Child, Field, SObject, parse
from services.sandbox.salesforce.switches import Amended, Switches

_EVENT = """
Id | id | FSGADI | Activity ID
WhoId | reference | CUNFSGAP | Name ID | Who: Contact, Lead
WhatId | reference | CUNFSGAP | Related To ID | What: Account, Opportunity
Subject | combobox 255 | CUNFSAM | Subject | Call, Email, Meeting, Send Letter/Quote, Other
Location | string 255 | CUNFSGAP | Location
IsAllDayEvent | boolean | CUFSGPD | All-Day Event
ActivityDateTime | datetime | CUNFSA | Due Date Time
ActivityDate | date | CUNFSG | Due Date Only
DurationInMinutes | int | CUNFSGA | Duration
StartDateTime | datetime | CUNFSA | Start Date Time
EndDateTime | datetime | CUNFSA | End Date Time
EndDate | date | NFSGA | End Date
Description | textarea 32000 | CUNP | Description
AccountId | reference | NFSGA | Account ID | Account: Account
OwnerId | reference | CUFSGAD | Assigned To ID | Owner: Calendar, User
IsPrivate | boolean | CUFSGD | Private
ShowAs | picklist 40 | CUNFSGADR | Show Time As | Busy, OutOfOffice, Free
IsDeleted | boolean | FSGD | Deleted
IsChild | boolean | FSGD | Is Child
IsGroupEvent | boolean | FSGD | Is Group Event
GroupEventType | picklist 40 | NFSGADR | Group Event Type | 0, 1, 2, 3
CreatedDate | datetime | FSAD | Created Date
CreatedById | reference | FSGAD | Created By ID | CreatedBy: User
LastModifiedDate | datetime | FSAD | Last Modified Date
LastModifiedById | reference | FSGAD | Last Modified By ID | LastModifiedBy: User
SystemModstamp | datetime | FSAD | System Modstamp
IsArchived | boolean | FSGD | Archived
RecurrenceActivityId | reference | NFSGA | Recurrence Activity ID | : Event
IsRecurrence | boolean | CFSGD | Create Recurring Series of Events
RecurrenceStartDateTime | datetime | CUNFSA | Recurrence Start
RecurrenceEndDateOnly | date | CUNFSGA | Recurrence End
RecurrenceTimeZoneSidKey | picklist 40 | CUNFSGAR | Recurrence Time Zone
RecurrenceType | picklist 40 | CUNFSGAR | Recurrence Type | RecursDaily, RecursEveryWeekday, RecursMonthly, \
RecursMonthlyNth, RecursWeekly, RecursYearly, RecursYearlyNth
RecurrenceInterval | int | CUNFSGA | Recurrence Interval
RecurrenceDayOfWeekMask | int | CUNFSGA | Recurrence Day of Week Mask
RecurrenceDayOfMonth | int | CUNFSGA | Recurrence Day of Month
RecurrenceInstance | picklist 40 | CUNFSGAR | Recurrence Instance | First, Second, Third, Fourth, Last
RecurrenceMonthOfYear | picklist 40 | CUNFSGAR | Recurrence Month of Year | January, February, March, April, May, \
June, July, August, September, October, November, December
ReminderDateTime | datetime | CUNFSA | Reminder Date/Time
IsReminderSet | boolean | CUFSGD | Reminder Set
EventSubtype | picklist 40 | CNFSGAR | Event Subtype | Event
IsRecurrence2Exclusion | boolean | FSGD | Historical Event, Not Following Recurrence
Recurrence2PatternText | textarea 512 | CN | Recurrence Pattern
Recurrence2PatternVersion | picklist 40 | NFSGAR | Pattern Version | 1, 2
IsRecurrence2 | boolean | FSGD | Repeat
IsRecurrence2Exception | boolean | FSGD | Is Exception
Recurrence2PatternStartDate | datetime | NFSA | Recurrence Pattern Start Date
Recurrence2PatternTimeZone | string 255 | NFSGA | Recurrence Pattern Time Zone Reference
"""

_SHARED = """
WhoCount | int | NFSG | Relation Count
WhatCount | int | NFSG | Related To Count
"""

_PACKAGE = """
M365_Key__c | string 255 | CUNFSGAPIE{unique} | Microsoft 365 Key
Recurring_in_Microsoft_365__c | boolean | CUFSGPD | Recurring in Microsoft 365
Recurrence_in_Microsoft_365__c | string 255 | CUNFSGAP | Recurrence in Microsoft 365
Teams_URL__c | textarea 2000 | CUNP | Teams Meeting URL
Teams_Meeting__c | boolean | CUFSGPD | Teams Meeting
Attendee_Count__c | double | CUNFSGAP | Attendee Count
Sync_Status__c | string 255 | CUNFSGAP | Sync Status
My_Response__c | picklist 255 | CUNFSGAPR | My Response | None, Accepted, Declined, Tentative
"""

_RELATION = """
Id | id | FSI | Event Relation ID
RelationId | reference | CFSG | Relation ID | Relation: Calendar, Contact, Lead, User{more}
EventId | reference | CFSG | Event ID | Event: Event
{shared}
Status | picklist 40 | CUNFSGR | Status | New, Declined, Accepted
RespondedDate | datetime | CUNFS | Response Date
Response | string 255 | CUNFSG | Comment
CreatedDate | datetime | FSD | Created Date
CreatedById | reference | FSD | Created By ID | CreatedBy: User
LastModifiedDate | datetime | FSD | Last Modified Date
LastModifiedById | reference | FSD | Last Modified By ID | LastModifiedBy: User
SystemModstamp | datetime | FSD | System Modstamp
IsDeleted | boolean | FSD | Deleted
"""

_RELATION_SHARED = """
IsWhat | boolean | CFSGD | Is What
IsParent | boolean | CUFSGD | Is Parent
IsInvitee | boolean | CUFSGD | Is Invitee
AccountId | reference | NFSG | Account ID | Account: Account
""".strip()

_WHO = """
Id | id | FS | Event Who Relation ID
EventId | reference | NFSG | Event ID | Event: Event
RelationId | reference | NFSG | Relation ID | Relation: Contact, Lead
Type | string | NFSG | Type
IsDeleted | boolean | FSD | Deleted
SystemModstamp | datetime | FSD | System Modstamp
"""

_CALENDAR = """
Id | id | FSD | Calendar ID
Name | string 80 | FSM | Name
Type | picklist 40 | FSR | Type | Public, Resource, Holiday
IsActive | boolean | FSD | Active
CreatedDate | datetime | FSD | Created Date
LastModifiedDate | datetime | FSD | Last Modified Date
SystemModstamp | datetime | FSD | System Modstamp
"""

_WHO_JUNCTION = Child("EventWhoRelation", "EventId", "EventWhoRelations", junctions=("EventWhoIds",),
                      junction_targets=("Contact", "Lead"))  # fmt: skip


def _event_fields(switches: Switches, amended: Amended) -> tuple[Field, ...]:
    shared = _SHARED if switches.shared_activities else ""
    package = _PACKAGE.format(unique="Q" if switches.key_unique else "") if switches.package else ""
    return sum((parse(table) for table in (_EVENT, shared, package, *amended.made) if table), ())


def activity(switches: Switches, amended: Amended) -> tuple[SObject, ...]:
    """The calendar objects of an org with these switches, as its administrators have amended it."""
    shared = switches.shared_activities
    fields = _event_fields(switches, amended)
    event = SObject(
        "Event", "Event", "Events", "00U", "CUDNRT", tuple(one for one in fields if one.name not in amended.hidden),
        (Child("EventRelation", "EventId", "EventRelations", cascade=True), *((_WHO_JUNCTION,) if shared else ()),
         Child("Event", "RecurrenceActivityId", "RecurringEvents")),
        ("M365_Key__c", "OwnerId", "WhoId", "WhatId") if switches.package else ("OwnerId", "WhoId", "WhatId"),
    )  # fmt: skip
    event.blank.update((one.name, one.blank()) for one in fields)  # what is hidden is there all the same
    relation = _RELATION.format(shared=_RELATION_SHARED if shared else "", more=", Account" if shared else "")
    relations = SObject("EventRelation", "Event Relation", "Event Relations", "0RE", "CUDR",
                        parse(relation.replace("\n\n", "\n")), indexes=("EventId", "RelationId"))  # fmt: skip
    calendar = SObject("Calendar", "Calendar", "Calendars", "023", "", parse(_CALENDAR))
    who = SObject("EventWhoRelation", "Event Who Relation", "Event Who Relations", None, "", parse(_WHO),
                  indexes=("EventId", "RelationId"), view="EventRelation")  # fmt: skip
    return (event, relations, calendar, who) if shared else (event, relations, calendar)
