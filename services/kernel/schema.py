"""The tables of a store, as numbered steps: a step once released never changes, a new one is added behind it.

Times are whole microseconds since 1970, UTC. A row belongs to a scope (one actor); an effect to a lane of its scope.
"""

_FIRST = """
CREATE TABLE memory (
    one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, commits INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE TABLE row (
    scope TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID;
CREATE TABLE seen (
    scope TEXT NOT NULL, sender TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (scope, sender, number)) WITHOUT ROWID;
CREATE TABLE watermark (
    scope TEXT NOT NULL, sender TEXT NOT NULL, floor INTEGER NOT NULL, PRIMARY KEY (scope, sender)) WITHOUT ROWID;
CREATE TABLE effect (
    number INTEGER PRIMARY KEY, scope TEXT NOT NULL, lane TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    key TEXT NOT NULL, cause TEXT NOT NULL, run TEXT NOT NULL, body_kind TEXT NOT NULL, body BLOB NOT NULL,
    due INTEGER NOT NULL, quiet INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',
    UNIQUE (scope, id));
CREATE INDEX effect_scope ON effect (scope, kind, lane, number, quiet);
CREATE INDEX effect_lane ON effect (kind, lane, number, due);
CREATE INDEX effect_due ON effect (due) WHERE kind <> 'say';
CREATE INDEX effect_key ON effect (scope, key) WHERE key GLOB 'replace:*';
CREATE TABLE dead (
    scope TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, payload BLOB NOT NULL, error TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (scope, id)) WITHOUT ROWID;
CREATE TABLE lease (
    name TEXT PRIMARY KEY, owner TEXT NOT NULL, fence INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID
"""

_RECEIPTED = """
CREATE TABLE receipted (
    scope TEXT NOT NULL, lane TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (scope, lane)) WITHOUT ROWID
"""

MIGRATIONS: tuple[tuple[str, ...], ...] = (tuple(_FIRST.split(";")), (_RECEIPTED,))
"""One tuple of statements for each version; `PRAGMA user_version` says how many a file has been through."""
