"""Record ids: 15 characters that are case-sensitive, and three more that make them safe where case is lost.
Never draws a number at random: an org's seed and a counter decide."""

from hashlib import sha256

from services.sandbox.salesforce.refused import bad

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHORT, LONG = 15, 18


def checksum(short: str) -> str:
    """The three characters that tell the case of the fifteen before them."""
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, char in enumerate(short[start : start + 5]) if "A" <= char <= "Z")
        suffix += CHECK[bits]
    return suffix


def numeral(number: int, width: int) -> str:
    """`number` in base 62, `width` digits."""
    text = ""
    for _ in range(width):
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return text


def pod(seed: int) -> str:
    """The two characters that all ids of one org share."""
    return numeral(int.from_bytes(sha256(f"pod {seed}".encode()).digest()[:4], "big"), 2)


def mint(prefix: str, pod_of: str, number: int) -> str:
    """The 18-character id number `number` of the type with this key prefix."""
    short = f"{prefix}{pod_of}0{numeral(number, 9)}"
    return short + checksum(short)


def full(value: object) -> str:
    """The 18-character form of an id in either form; Refused MALFORMED_ID."""
    if isinstance(value, str) and value.isascii() and value.isalnum():
        if len(value) == SHORT:
            return value + checksum(value)
        if len(value) == LONG and checksum(value[:SHORT]) == value[SHORT:].upper():
            return value[:SHORT] + value[SHORT:].upper()
    raise bad("MALFORMED_ID", f"malformed id {value}", "Id")
