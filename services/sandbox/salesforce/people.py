"""The objects that hold people and their addresses: Account, Contact, Lead, Individual, ContactPointEmail, User
(salesforce.md §4.1). A table only; names and person accounts are kept whole in person.py."""

from services.sandbox.salesforce.fields import Child, SObject, parse
from services.sandbox.salesforce.switches import Switches

_AUDIT = """
OwnerId | reference | CUFSGAD | Owner ID | Owner: User
CreatedDate | datetime | FSAD | Created Date
CreatedById | reference | FSGAD | Created By ID | CreatedBy: User
LastModifiedDate | datetime | FSAD | Last Modified Date
LastModifiedById | reference | FSGAD | Last Modified By ID | LastModifiedBy: User
SystemModstamp | datetime | FSAD | System Modstamp
"""

_CONTACT = """
Id | id | FSGADI | Contact ID
IsDeleted | boolean | FSGD | Deleted
MasterRecordId | reference | NFSGA | Master Record ID | MasterRecord: Contact
AccountId | reference | CUNFSGAP | Account ID | Account: Account
LastName | string 80 | CUFSGA | Last Name
FirstName | string 40 | CUNFSGA | First Name
Salutation | picklist 40 | CUNFSGA | Salutation | Mr., Ms., Mrs., Dr., Prof.
Name | string 121 | FSGAM | Full Name
MailingStreet | textarea 255 | CUNFSGAP | Mailing Street
MailingCity | string 40 | CUNFSGAP | Mailing City
MailingState | string 80 | CUNFSGAP | Mailing State/Province
MailingPostalCode | string 20 | CUNFSGAP | Mailing Zip/Postal Code
MailingCountry | string 80 | CUNFSGAP | Mailing Country
Phone | phone 40 | CUNFSGAP | Business Phone
MobilePhone | phone 40 | CUNFSGAP | Mobile Phone
HomePhone | phone 40 | CUNFSGAP | Home Phone
Email | email 80 | CUNFSGAPI | Email
Title | string 128 | CUNFSGAP | Title
Department | string 80 | CUNFSGAP | Department
Birthdate | date | CUNFSGAP | Birthdate
Description | textarea 32000 | CUNP | Contact Description
EmailBouncedReason | string 255 | CUNFSGA | Email Bounced Reason
EmailBouncedDate | datetime | CUNFSA | Email Bounced Date
IsEmailBounced | boolean | FSGD | Is Email Bounced
LastActivityDate | date | NFSGA | Last Activity
IndividualId | reference | CUNFSGA | Individual ID | Individual: Individual
"""

_ACCOUNT = """
Id | id | FSGADI | Account ID
IsDeleted | boolean | FSGD | Deleted
MasterRecordId | reference | NFSGA | Master Record ID | MasterRecord: Account
Name | string 255 | CUFSGAM | Account Name
Type | picklist 40 | CUNFSGAP | Account Type | Prospect, Customer - Direct, Customer - Channel, \
Channel Partner / Reseller, Installation Partner, Technology Partner, Other
RecordTypeId | reference | CUNFSGA | Record Type ID | RecordType: RecordType
ParentId | reference | CUNFSGAP | Parent Account ID | Parent: Account
BillingStreet | textarea 255 | CUNFSGAP | Billing Street
BillingCity | string 40 | CUNFSGAP | Billing City
BillingState | string 80 | CUNFSGAP | Billing State/Province
BillingPostalCode | string 20 | CUNFSGAP | Billing Zip/Postal Code
BillingCountry | string 80 | CUNFSGAP | Billing Country
Phone | phone 40 | CUNFSGAP | Account Phone
Website | url 255 | CUNFSGAP | Website
AnnualRevenue | currency | CUNFSAP | Annual Revenue
NumberOfEmployees | int | CUNFSGAP | Employees
Description | textarea 32000 | CUNP | Account Description
LastActivityDate | date | NFSGA | Last Activity
{ns}Household_Email__c | email 80 | CUNFSGAP | Household Email
"""

_PERSON = """
LastName | string 80 | CUNFSGA | Last Name
FirstName | string 40 | CUNFSGA | First Name
Salutation | picklist 40 | CUNFSGA | Salutation | Mr., Ms., Mrs., Dr., Prof.
PersonContactId | reference | NFSGA | Contact ID | PersonContact: Contact
IsPersonAccount | boolean | FSGD | Is Person Account
PersonMobilePhone | phone 40 | CUNFSGAP | Mobile
PersonHomePhone | phone 40 | CUNFSGAP | Home Phone
PersonEmail | email 80 | CUNFSGAP | Email
PersonTitle | string 80 | CUNFSGAP | Title
PersonDepartment | string 80 | CUNFSGAP | Department
PersonBirthdate | date | CUNFSGAP | Birthdate
PersonIndividualId | reference | CUNFSGA | Individual ID | PersonIndividual: Individual
"""

_EMAILS = """
{ns}Alternate_Email__{c} | email 80 | CUNFSGAP | Alternate Email
Assistant_Email__{c} | email 80 | CUNFSGAP | Assistant Email
"""

_LEAD = """
Id | id | FSGADI | Lead ID
IsDeleted | boolean | FSGD | Deleted
LastName | string 80 | CUFSGA | Last Name
FirstName | string 40 | CUNFSGA | First Name
Name | string 121 | FSGAM | Full Name
Company | string 255 | CUFSGA | Company
Email | email 80 | CUNFSGAPI | Email
Status | picklist 255 | CUFSGAD | Lead Status | Open - Not Contacted, Working - Contacted, Closed - Converted, \
Closed - Not Converted
IsConverted | boolean | CFSGD | Converted
"""

_INDIVIDUAL = """
Id | id | FSGADI | Individual ID
IsDeleted | boolean | FSGD | Deleted
LastName | string 80 | CUFSGA | Last Name
FirstName | string 40 | CUNFSGA | First Name
Name | string 121 | FSGAM | Name
"""

_POINT = """
Id | id | FSGADI | Contact Point Email ID
IsDeleted | boolean | FSGD | Deleted
Name | string 255 | NFSGIM | Name
ParentId | reference | CUNFSG | Parent ID | Parent: Account, Individual
EmailAddress | email 80 | CUFSG | Email Address
EmailDomain | string 250 | CUNFSG | Email Domain
EmailMailBox | string 250 | CUNFSG | Email Mailbox
EmailLatestBounceDateTime | datetime | CUNFS | Email Latest Bounce Date Time
EmailLatestBounceReasonText | string 250 | CUNFSG | Email Latest Bounce Reason Text
ActiveFromDate | date | CUNFSG | Active From Date
ActiveToDate | date | CUNFSG | Active To Date
IsPrimary | boolean | CUFSGD | Is Primary
UsageType | picklist 40 | CUNFSG | Usage Type | Home, Temp, Work
"""

_USER = """
Id | id | FSGADI | User ID
Username | string 80 | CUFSGAI | Username
LastName | string 80 | CUFSGA | Last Name
FirstName | string 40 | CUNFSGA | First Name
Name | string 121 | FSGAM | Full Name
Email | email 128 | CUFSGAI | Email
Alias | string 8 | CUFSGA | Alias
Title | string 80 | CUNFSGA | Title
Department | string 80 | CUNFSGA | Department
IsActive | boolean | CUFSGD | Active
TimeZoneSidKey | picklist 40 | CUFSGA | Time Zone
UserType | picklist 40 | NFSGA | User Type | Standard, PowerPartner, CspLitePortal, CustomerSuccess, \
PowerCustomerSuccess, CsnOnly, Guest, AutomatedProcess
FederationIdentifier | string 512 | CUNFSGA | SAML Federation ID
ProfileId | reference | CUFSGA | Profile ID
LastLoginDate | datetime | NFSA | Last Login
CreatedDate | datetime | FSAD | Created Date
CreatedById | reference | FSGAD | Created By ID | CreatedBy: User
LastModifiedDate | datetime | FSAD | Last Modified Date
LastModifiedById | reference | FSGAD | Last Modified By ID | LastModifiedBy: User
SystemModstamp | datetime | FSAD | System Modstamp
"""


_ACTION = """
Id | id | FSGADI | Record ID
IsDeleted | boolean | FSGD | Deleted
Name | string 80 | CUNFSGAIM | Action
"""


def _contact(switches: Switches) -> SObject:
    person = "IsPersonAccount | boolean | FSGD | Is Person Account\n" if switches.person_accounts else ""
    emails = _EMAILS.format(ns=switches.namespace, c="c")
    children = (Child("Event", "WhoId", "Events"), Child("EventRelation", "RelationId", "EventRelations"))
    fields = parse(_CONTACT + _AUDIT.lstrip() + person + emails.lstrip())
    indexes = ("AccountId", "Email", "IndividualId")
    return SObject("Contact", "Contact", "Contacts", "003", "CUDNRT", fields, children, indexes)


def _account(switches: Switches) -> SObject:
    person = (
        _PERSON.lstrip() + _EMAILS.lstrip().format(ns=switches.namespace, c="pc") if switches.person_accounts else ""
    )
    table = _ACCOUNT.format(ns=switches.namespace) + _AUDIT.lstrip() + person
    children = (Child("Contact", "AccountId", "Contacts", cascade=True), Child("Event", "WhatId", "Events"),
                Child("ContactPointEmail", "ParentId", "ContactPointEmails", cascade=True))  # fmt: skip
    return SObject("Account", "Account", "Accounts", "001", "CUDNRT", parse(table), children)


def people(switches: Switches) -> tuple[SObject, ...]:
    """The objects of people of an org with these switches."""
    audit = _AUDIT.lstrip()
    points = (Child("ContactPointEmail", "ParentId", "ContactPointEmails", cascade=True),)
    action = SObject(f"{switches.namespace}Action__c", "Action", "Actions", "a01", "CUDNRT", parse(_ACTION + audit))
    return (
        *((action,) if switches.namespace else ()),  # by its name the package of Practifi shows itself
        _contact(switches),
        _account(switches),
        SObject("Lead", "Lead", "Leads", "00Q", "CUDNRT", parse(_LEAD + audit), (Child("Event", "WhoId", "Events"),),
                ("Email",)),
        SObject("Individual", "Individual", "Individuals", "0PK", "CUDNRT", parse(_INDIVIDUAL + audit), points),
        SObject("ContactPointEmail", "Contact Point Email", "Contact Point Emails", "9Vl", "CUDNRT",
                parse(_POINT + audit), indexes=("ParentId", "EmailAddress")),
        SObject("User", "User", "Users", "005", "CURT", parse(_USER), indexes=("Username", "Email")),
    )  # fmt: skip
