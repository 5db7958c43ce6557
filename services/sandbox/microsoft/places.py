"""Locations: one `location` and the list `locations` say the same, whichever of them was written (graph.md §3.1)."""

from typing import Any

from services.sandbox.microsoft.refused import bad_body
from services.sandbox.microsoft.state import Json

NOWHERE: Json = {
    "displayName": "",
    "locationType": "default",
    "uniqueIdType": "unknown",
    "address": {},
    "coordinates": {},
}
_TYPES = (
    *("default", "conferenceRoom", "homeAddress", "businessAddress", "geoCoordinates", "streetAddress", "hotel"),
    *("restaurant", "localBusiness", "postalAddress"),
)
_KEYS = {
    *("displayName", "locationType", "uniqueId", "uniqueIdType", "address", "coordinates"),
    *("locationEmailAddress", "locationUri"),
}


def placed(value: Any) -> Json:
    """Both properties for a written `location`: it replaces the list."""
    one = _place(value)
    if one is None:
        return {"location": NOWHERE, "locations": []}
    return {"location": one, "locations": [one]}


def listed(value: Any) -> Json:
    """Both properties for a written `locations`: the single one names them all."""
    if not isinstance(value, list):
        raise bad_body("'locations' must be a collection.")
    places = [place for place in map(_place, value) if place]
    if len(places) <= 1:
        return {"location": places[0] if places else NOWHERE, "locations": places}
    names = "; ".join(place["displayName"] for place in places)
    joined = {"displayName": names, "locationType": "default", "uniqueId": names, "uniqueIdType": "private"}
    return {"location": {**joined, "address": {}, "coordinates": {}}, "locations": places}


def _place(value: Any) -> Json | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_body("A location must be an object.")
    for name in value:
        if name not in _KEYS and "@" not in name:
            raise bad_body(f"The property '{name}' does not exist on type 'microsoft.graph.location'.")
    name = value.get("displayName") or ""
    address, spot = value.get("address") or {}, value.get("coordinates") or {}
    mail, link = value.get("locationEmailAddress"), value.get("locationUri")
    if not isinstance(name, str) or not isinstance(address, dict) or not isinstance(spot, dict):
        raise bad_body("A location has a displayName, an address and coordinates.")
    if not (name or address or spot or mail or link):
        return None
    extra = {key: one for key, one in (("locationUri", link), ("locationEmailAddress", mail)) if one}
    return {
        "displayName": name,
        **extra,
        "locationType": _kind(value.get("locationType")),
        "uniqueId": value.get("uniqueId") or name,
        "uniqueIdType": value.get("uniqueIdType") or "private",
        "address": address,
        "coordinates": spot,
    }


def _kind(value: Any) -> str:
    for one in _TYPES:
        if str(value or "default").lower() == one.lower():
            return one
    raise bad_body(f"Requested value '{value}' was not found in 'locationType'.")
