"""SOQL text into a tree, by recursive descent (salesforce.md, simulator checklist).
Knows the grammar and no object: whether a field exists is asked later."""

import re
from dataclasses import dataclass
from typing import NoReturn

from services.sandbox.salesforce import times
from services.sandbox.salesforce.refused import Refused, bad

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:\\.|[^'\\])*')
    |(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    |(?P<date>\d{4}-\d\d-\d\d)
    |(?P<number>[+-]?\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_][\w.]*(?::\d+)?)
    |(?P<sign><=|>=|!=|<>|[=<>(),]))""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_STOPS = frozenset({"where", "order", "limit", "offset", "for", "all", "group", "having", "with", "using", "and", "or"})


@dataclass(frozen=True, slots=True)
class Value:
    """One literal: kind is string, datetime, date, number or word (true, null, TODAY, LAST_N_DAYS:3)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison; `value` is a literal, a list of them or an inner select."""

    path: str
    sign: str  # = != < <= > >= like in "not in"
    value: "Value | tuple[Value, ...] | Query"


@dataclass(frozen=True, slots=True)
class Junction:
    """`and`, `or` or `not` over its parts."""

    word: str
    parts: "tuple[Junction | Test, ...]"


Condition = Junction | Test


@dataclass(frozen=True, slots=True)
class Order:
    path: str
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Count:
    """COUNT() or COUNT(field)."""

    path: str
    alias: str


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed SELECT."""

    columns: "tuple[str | Count | Query, ...]"
    source: str
    alias: str
    where: Condition | None
    order: tuple[Order, ...]
    limit: int | None
    offset: int


def parse(text: str) -> Query:
    """The tree of a query; Refused MALFORMED_QUERY."""
    parser = _Parser(_tokens(text))
    try:
        query = parser.query()
    except RecursionError:
        raise bad("QUERY_TOO_COMPLICATED", "the query is nested too deeply") from None
    parser.end()
    return query


def malformed(message: str) -> Refused:
    return bad("MALFORMED_QUERY", message)


def _tokens(text: str) -> list[Value]:
    found: list[Value] = []
    place, text = 0, text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise malformed(f"unexpected token: '{text[place : place + 20].strip()}'")
        kind = match.lastgroup or ""
        word = match.group(kind)
        if kind == "string":
            word = _ESCAPE.sub(_unescaped, word[1:-1])
        found.append(Value(kind, word))
        place = match.end()
    return found


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[1], match[1])


def _dated(value: Value) -> Value:
    """A literal whose date exists; Refused."""
    try:
        if value.kind == "datetime":
            times.wire(times.within(times.read(value.text)))
        elif value.kind == "date":
            times.within(times.read_date(value.text))
    except (ValueError, OverflowError):
        raise malformed(f"unexpected token: '{value.text}'") from None
    return value


class _Parser:
    def __init__(self, tokens: list[Value]) -> None:
        self.tokens, self.place = tokens, 0

    def peek(self, ahead: int = 0) -> Value:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else Value("end", "<EOF>")

    def take(self) -> Value:
        token = self.peek()
        self.place += 1
        return token

    def at(self, *words: str) -> bool:
        token = self.peek()
        return token.kind in ("word", "sign") and token.text.lower() in words

    def maybe(self, word: str) -> bool:
        if self.at(word):
            self.place += 1
            return True
        return False

    def need(self, word: str) -> None:
        if not self.maybe(word):
            self.refuse()

    def refuse(self) -> NoReturn:
        raise malformed(f"unexpected token: '{self.peek().text}'")

    def word(self) -> str:
        if self.peek().kind != "word":
            self.refuse()
        return self.take().text

    def number(self) -> int:
        if self.peek().kind != "number" or not self.peek().text.isdigit():
            self.refuse()
        return int(self.take().text)

    def end(self) -> None:
        if self.peek().kind != "end":
            self.refuse()

    def query(self) -> Query:
        """SELECT columns FROM source [alias] [WHERE …] [ORDER BY …] [LIMIT n] [OFFSET n]."""
        self.need("select")
        columns = [self.column()]
        while self.maybe(","):
            columns.append(self.column())
        self.need("from")
        source = self.word()
        alias = self.word() if self.peek().kind == "word" and self.peek().text.lower() not in _STOPS else ""
        where = self.condition() if self.maybe("where") else None
        order = self.orders()
        limit = self.number() if self.maybe("limit") else None
        offset = self.number() if self.maybe("offset") else 0
        return Query(tuple(columns), source, alias, where, order, limit, offset)

    def column(self) -> "str | Count | Query":
        """A field, COUNT([field]) [alias], FIELDS(…), or a query of a relationship in parentheses."""
        if self.maybe("("):
            inner = self.query()
            self.need(")")
            return inner
        name = self.word()
        if not self.maybe("("):
            return name
        path = self.word() if self.peek().kind == "word" else ""
        self.need(")")
        if name.lower() == "fields":
            return f"FIELDS({path.upper()})"
        if name.lower() != "count":
            raise malformed(f"unexpected token: '{name}'")
        alias = self.word() if self.peek().kind == "word" and not self.at("from") else ""
        return Count(path, alias)

    def condition(self) -> Condition:
        """Parts that are joined by AND, or by OR."""
        parts = [self.negation()]
        joint = self.peek().text.lower()
        if not self.at("and", "or"):
            return parts[0]
        while self.maybe(joint):
            parts.append(self.negation())
        return Junction(joint, tuple(parts))  # a mixture needs parentheses: the other word is unexpected here

    def negation(self) -> Condition:
        """[NOT] a test, or a condition in parentheses."""
        if self.maybe("not"):
            return Junction("not", (self.negation(),))
        if self.maybe("("):
            inner = self.condition()
            self.need(")")
            return inner
        return self.test()

    def test(self) -> Test:
        """A field, a sign, and one value, or several after IN."""
        path = self.word()
        sign = self.take().text.lower()
        if sign == "not":
            self.need("in")
            sign = "not in"
        sign = "!=" if sign == "<>" else sign
        if sign in ("in", "not in"):
            return Test(path, sign, self.several())
        if sign not in ("=", "!=", "<", "<=", ">", ">=", "like"):
            self.place -= 1
            self.refuse()
        return Test(path, sign, self.value())

    def several(self) -> "tuple[Value, ...] | Query":
        """Values, or a query that brings them, in parentheses."""
        self.need("(")
        inner: tuple[Value, ...] | Query
        if self.at("select"):
            inner = self.query()
        else:
            values = [self.value()]
            while self.maybe(","):
                values.append(self.value())
            inner = tuple(values)
        self.need(")")
        return inner

    def value(self) -> Value:
        if self.peek().kind not in ("string", "datetime", "date", "number", "word"):
            self.refuse()
        return _dated(self.take())

    def orders(self) -> tuple[Order, ...]:
        """[ORDER BY field, …]; without it there is no order."""
        if not self.maybe("order"):
            return ()
        self.need("by")
        orders = [self.order()]
        while self.maybe(","):
            orders.append(self.order())
        return tuple(orders)

    def order(self) -> Order:
        """A field [ASC | DESC] [NULLS FIRST | LAST]."""
        path = self.word()
        descending = self.maybe("desc")
        if not descending:
            self.maybe("asc")
        last = False
        if self.maybe("nulls"):
            last = self.maybe("last")
            if not last:
                self.need("first")
        return Order(path, descending, last)
