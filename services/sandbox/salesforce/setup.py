"""The objects that tell what kind of org this is: Organization, record types, licences and permissions
(salesforce.md §5: how another sync engine shows itself). A table only."""

from services.sandbox.salesforce.fields import SObject, parse

_STAMPS = """
CreatedDate | datetime | FSD | Created Date
LastModifiedDate | datetime | FSD | Last Modified Date
SystemModstamp | datetime | FSD | System Modstamp
"""

_ORGANIZATION = """
Id | id | FSD | Organization ID
Name | string 80 | FSM | Name
OrganizationType | picklist 40 | NFS | Edition
IsSandbox | boolean | FSD | Is Sandbox
InstanceName | string 5 | NFS | Instance Name
NamespacePrefix | string 15 | NFS | Namespace Prefix
TimeZoneSidKey | picklist 40 | FS | Time Zone
DefaultLocaleSidKey | picklist 40 | FS | Locale
LanguageLocaleKey | picklist 40 | FS | Language
"""

_RECORD_TYPE = """
Id | id | FSD | Record Type ID
Name | string 80 | FSM | Name
DeveloperName | string 80 | FS | Record Type Name
NamespacePrefix | string 15 | NFS | Namespace Prefix
SobjectType | picklist 40 | FS | SObject Type Name
IsActive | boolean | FSD | Active
IsPersonType | boolean | FSD | Is Person Type
"""

_LICENSE = """
Id | id | FSD | Permission Set License ID
DeveloperName | string 80 | FS | Permission Set License Name
MasterLabel | string 255 | FSM | Label
Status | picklist 40 | FSDR | Status | Active, Disabled
TotalLicenses | int | NFS | Total Licenses
UsedLicenses | int | NFS | Used Licenses
MaximumPermissionsAutomaticActivityCapture | boolean | FSD | Use Einstein Activity Capture
"""

_PERMISSION_SET = """
Id | id | FSD | Permission Set ID
Name | string 80 | FSM | Permission Set Name
Label | string 80 | FS | Permission Set Label
NamespacePrefix | string 15 | NFS | Namespace Prefix
PermissionsAutomaticActivityCapture | boolean | FSD | Use Einstein Activity Capture
PermissionsStdAutomaticActivityCapture | boolean | FSD | Use Einstein Activity Capture Standard
"""

_ASSIGNMENT = """
Id | id | FSD | PermissionSetAssignment ID
PermissionSetId | reference | CFS | PermissionSet ID | PermissionSet: PermissionSet
AssigneeId | reference | CFS | Assignee ID | Assignee: User
IsActive | boolean | FSD | Is Active
"""


def setup() -> tuple[SObject, ...]:
    """The setup objects; the API reads them, a person in the org fills them."""
    tables = (
        ("Organization", "00D", _ORGANIZATION),
        ("RecordType", "012", _RECORD_TYPE),
        ("PermissionSetLicense", "0PL", _LICENSE),
        ("PermissionSet", "0PS", _PERMISSION_SET),
        ("PermissionSetAssignment", "0Pa", _ASSIGNMENT),
    )
    return tuple(
        SObject(name, name, f"{name}s", prefix, "", parse(table + _STAMPS.lstrip())) for name, prefix, table in tables
    )
