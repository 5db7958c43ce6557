"""What an org says of its objects: the describe and the global describe (salesforce.md §5, §8).
Says nothing that a write or a query would contradict: all stand on the same tables."""

from typing import Any

from services.sandbox.salesforce.fields import TEXTS, Child, Field, SObject

_SOAP = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "double": "xsd:double",
    "currency": "xsd:double", "datetime": "xsd:dateTime", "date": "xsd:date",
}  # fmt: skip
_LONG = 255  # characters beyond which a text is a long one


def listed(sobject: SObject, version: str) -> dict[str, Any]:
    """One object in the global describe."""
    calls = sobject.calls
    root = f"/services/data/{version}/sobjects/{sobject.name}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": "C" in calls,
        "custom": sobject.name.endswith("__c"),
        "customSetting": False,
        "deepCloneable": False,
        "deletable": "D" in calls,
        "deprecatedAndHidden": False,
        "feedEnabled": sobject.name in ("Account", "Contact", "User", "Lead"),
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "layoutable": "T" in calls,
        "mergeable": sobject.name in ("Account", "Contact", "Lead", "Individual"),
        "mruEnabled": "T" in calls,
        "name": sobject.name,
        "queryable": True,
        "replicateable": "R" in calls,
        "retrieveable": sobject.view is None,
        "searchable": "T" in calls,
        "triggerable": "T" in calls,
        "undeletable": "N" in calls,
        "updateable": "U" in calls,
        "urls": {"rowTemplate": f"{root}/{{ID}}", "describe": f"{root}/describe", "sobject": root},
    }


def described(sobject: SObject, version: str) -> dict[str, Any]:
    """The whole describe of one object."""
    searched = "T" in sobject.calls
    return {
        **listed(sobject, version),
        "actionOverrides": [],
        "childRelationships": [_child(child) for child in sobject.children],
        "compactLayoutable": searched,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [_field(field) for field in sobject.fields],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [],
        "searchLayoutable": searched,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {sobject.plural.lower()}", "name": "everything"}],
    }


def _child(child: Child) -> dict[str, Any]:
    return {
        "cascadeDelete": child.cascade,
        "childSObject": child.sobject,
        "deprecatedAndHidden": False,
        "field": child.field,
        "junctionIdListNames": list(child.junctions),
        "junctionReferenceTo": list(child.junction_targets),
        "relationshipName": child.relationship,
        "restrictedDelete": False,
    }


def _field(field: Field) -> dict[str, Any]:
    flags = field.flags
    return {
        **_kind(field),
        "aggregatable": "A" in flags,
        "aiPredictionField": False,
        "autoNumber": False,
        "calculated": False,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": None,
        "controllerName": None,
        "createable": "C" in flags,
        "custom": field.custom,
        "defaultValue": field.blank() if field.kind == "boolean" or "D" in flags else None,
        "defaultValueFormula": None,
        "defaultedOnCreate": "D" in flags,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": "E" in flags,
        "filterable": "F" in flags,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": "G" in flags,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": "I" in flags,
        "inlineHelpText": None,
        "label": field.label,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": "M" in flags,
        "nillable": "N" in flags,
        "permissionable": "P" in flags,
        "queryByDistance": False,
        "restrictedDelete": False,
        "searchPrefilterable": False,
        "sortable": "S" in flags,
        "unique": "Q" in flags,
        "updateable": "U" in flags,
        "writeRequiresMasterRead": False,
    }


def _kind(field: Field) -> dict[str, Any]:
    """The keys that follow from a field's kind."""
    reference = field.kind == "reference"
    picks = field.kind in ("picklist", "combobox")
    return {
        "byteLength": field.length * (3 if field.kind in TEXTS else 1),
        "digits": {"int": 8}.get(field.kind, 0),
        "extraTypeInfo": "plaintextarea" if field.kind == "textarea" and field.length > _LONG else None,
        "length": field.length,
        "namePointing": field.polymorphic,
        "picklistValues": [_pick(value, field) for value in field.values] if picks else [],
        "polymorphicForeignKey": field.polymorphic,
        "precision": {"double": 18, "currency": 18}.get(field.kind, 0),
        "referenceTargetField": None,
        "referenceTo": list(field.targets) if reference else [],
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedPicklist": "R" in field.flags,
        "scale": 0,
        "soapType": _SOAP.get(field.kind, "xsd:string"),
        "type": field.kind,
    }


def _pick(value: str, field: Field) -> dict[str, Any]:
    default = value == field.values[0] and "D" in field.flags
    return {"active": True, "defaultValue": default, "label": value, "validFor": None, "value": value}
