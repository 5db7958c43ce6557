"""What both remotes answer when all is well: an event of each kind, a row of each object. Made hostile by `spoiled`."""

import json
from typing import Any

from msgspec.structs import replace

from contracts import __main__ as documents
from services.clients.graph import mapping
from services.clients.salesforce.row import Column
from tests.decisions.graph_rows import MEETING, THIN, WEEKLY
from tests.decisions.test_salesforce_mapping import FULL

MESSAGES = {path.stem: json.loads(path.read_bytes()) for path in sorted((documents.HERE / "samples").glob("*.json"))}
"""One of each kind that services say."""

WHEN = {
    name: {"dateTime": f"2026-03-10T{hour}:00:00.0000000", "timeZone": "UTC"}
    for name, hour in (("start", 10), ("end", 11))
}
RICH: dict[str, Any] = {
    **MEETING,
    **WHEN,
    "originalStart": "2026-03-10T10:00:00Z",
    "transactionId": "0123456789abcdef-g1",
    "body": {"contentType": "html", "content": "<p>Bring the <b>figures</b>.</p>"},
    "categories": ["red"],
    "locations": [{"displayName": "", "address": {"street": "Main St 1", "city": "Boston"}}],
    "onlineMeeting": {"joinUrl": "https://teams.microsoft.com/l/meetup-join/x"},
    "singleValueExtendedProperties": [{"id": mapping.STAMP, "value": "link"}],
    "attendees": [
        {
            "emailAddress": {"name": "Ann", "address": "ann@client.example"},
            "type": "required",
            "status": {"response": "accepted"},
        }
    ],
}
MASTER = {**RICH, "id": "AAMk-m", "type": "seriesMaster", "recurrence": WEEKLY}
OF_MASTER = {"seriesMasterId": "AAMk-m", "occurrenceId": "OID.AAMk-m.2026-03-10"}
ROWS = {
    "single": RICH,
    "master": MASTER,
    "thin": {**THIN, **WHEN, **OF_MASTER},
    "exception": {**RICH, **OF_MASTER, "id": "AAMk-x", "type": "exception"},
}

AT = "2026-03-09T10:00:00.000+0000"
EVENT: dict[str, Any] = {
    "attributes": {"type": "Event"},
    "Id": "00U000000000001AAA",
    "SystemModstamp": AT,
    "OwnerId": "005-mike",
    "WhoId": "003A",
    "Subject": "Review",
    "Location": "Room 4",
    "IsAllDayEvent": False,
    "ActivityDate": "2026-03-09",
    "StartDateTime": AT,
    "EndDateTime": "2026-03-09T10:30:00.000+0000",
    "DurationInMinutes": 30,
    "Description": "Figures",
    "IsPrivate": False,
    "ShowAs": "Busy",
    "IsReminderSet": True,
    "ReminderDateTime": "2026-03-09T09:45:00.000+0000",
    "IsChild": False,
    "GroupEventType": None,
    "IsDeleted": False,
    "IsRecurrence": False,
    "IsRecurrence2": False,
    "RecurrenceActivityId": None,
    "CreatedDate": "2026-02-01T10:00:00.000+0000",
    "LastModifiedDate": AT,
    "LastModifiedById": "005ME",
    "M365_Key__c": "key",
    "Recurring_in_Microsoft_365__c": False,
    "Recurrence_in_Microsoft_365__c": None,
    "Teams_URL__c": "https://teams.example",
    "Teams_Meeting__c": True,
    "Attendee_Count__c": 3.0,
    "My_Response__c": "Accepted",
    "Sync_Status__c": "",
    "Rank__c": "High",
    "Guests__c": 5.0,
    "Online__c": True,
}
ALL_DAY = {**EVENT, "IsAllDayEvent": True, "DurationInMinutes": None}
RELATION = {
    "Id": "0RE",
    "EventId": EVENT["Id"],
    "RelationId": "003A",
    "IsDeleted": False,
    "Status": "Accepted",
    "SystemModstamp": AT,
}
CONTACT = {
    "Id": "003A",
    "AccountId": "001A",
    "IsPersonAccount": True,
    "IndividualId": "0PKA",
    "IsDeleted": False,
    "CreatedDate": AT,
    "SystemModstamp": AT,
    "Email": "Ann@Client.example",
}
POINT = {
    "Id": "0PE",
    "ParentId": "0PKA",
    "EmailAddress": "a@home.example",
    "ActiveFromDate": "2020-01-01",
    "ActiveToDate": None,
    "IsDeleted": False,
    "SystemModstamp": AT,
}
USER = {
    "Id": "005A",
    "Username": "a@firm.example",
    "Email": "A@firm.example",
    "FederationIdentifier": "a",
    "IsActive": True,
    "UserType": "Standard",
    "TimeZoneSidKey": "Europe/Berlin",
    "CreatedDate": AT,
}
FIELD = {
    "name": "Rank__c",
    "type": "picklist",
    "label": "Alternate Email",
    "createable": True,
    "updateable": True,
    "length": 255,
    "unique": False,
    "externalId": False,
    "htmlFormatted": False,
    "restrictedPicklist": True,
    "digits": 0,
    "precision": 18,
    "scale": 0,
    "picklistValues": [{"value": "High", "active": True}],
    "referenceTo": ["Contact"],
}
DESCRIBED = {
    "fields": [FIELD, {**FIELD, "name": "Guests__c", "type": "double"}, {**FIELD, "name": "EmailAddress"}],
    "childRelationships": [{"junctionIdListNames": ["EventWhoIds"]}],
}
WIDE = replace(
    FULL,
    columns=(
        Column("importance", "Rank__c", "picklist", 40),
        Column("attendee_count", "Guests__c", "double", 18),
        Column("online", "Online__c", "boolean"),
    ),
    contact_emails=(("Email", 0),),
    contact_point_parents=("ParentId",),
    has_contact_points=True,
    has_individuals=True,
    person_accounts=True,
)
