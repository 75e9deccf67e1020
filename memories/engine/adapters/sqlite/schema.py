"""The file's tables and how older files become current ones.

Instants are integers: microseconds since 1970 in UTC, with the offset of the clock that was on the
wall (minutes east) beside those that people said. `owner` numbers a memory (even) or a message
(odd), so that one column can point at either: see `rows.owner_of_memory`.
"""

from collections.abc import Sequence
from typing import Final

# Rows that the lexicon holds besides the passages: see the prior for BM25 below.
PRIOR_ROWS: Final = 1000
# "RMBR": tells our files from any other SQLite file.
APPLICATION_ID: Final = 0x524D4252

_FORMAT_1: Final = r"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

-- The distinct combinations of user, agent, app and run, numbered, so that a vector row or a
-- passage carries one integer.
CREATE TABLE scopes (
    seq INTEGER PRIMARY KEY,
    user TEXT, agent TEXT, app TEXT, run TEXT
) STRICT;
CREATE UNIQUE INDEX scopes_by_ids ON scopes (
    coalesce(user, char(0)), coalesce(agent, char(0)),
    coalesce(app, char(0)), coalesce(run, char(0))
);

CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    identity BLOB NOT NULL UNIQUE,
    scope INTEGER NOT NULL REFERENCES scopes,
    user TEXT, agent TEXT, app TEXT, run TEXT,
    role TEXT NOT NULL,
    speaker TEXT NOT NULL,
    name TEXT,
    client_id TEXT,
    text TEXT NOT NULL,
    metadata TEXT NOT NULL,
    session TEXT NOT NULL,
    position INTEGER NOT NULL,
    said_at INTEGER NOT NULL,
    said_offset INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;
CREATE UNIQUE INDEX messages_by_session ON messages (session, position);
CREATE INDEX messages_by_scope ON messages (scope, said_at);

CREATE TABLE memories (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    identity BLOB NOT NULL UNIQUE,
    scope INTEGER NOT NULL REFERENCES scopes,
    user TEXT, agent TEXT, app TEXT, run TEXT,
    text TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    attributed_to TEXT NOT NULL,
    kind TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    said_offset INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    occurred_from INTEGER,
    occurred_until INTEGER,
    occurred_offset INTEGER,
    occurred_precision TEXT,
    categories TEXT NOT NULL,
    metadata TEXT NOT NULL,
    expires_at INTEGER,
    immutable INTEGER NOT NULL,
    version INTEGER NOT NULL,
    reinforcements INTEGER NOT NULL,
    superseded_by TEXT,
    superseded_at INTEGER,
    merged_into TEXT
) STRICT;
CREATE INDEX memories_by_scope ON memories (scope, said_at);
CREATE INDEX memories_by_occurrence ON memories (scope, occurred_from)
    WHERE occurred_from IS NOT NULL;
CREATE INDEX memories_by_fingerprint ON memories (fingerprint);

-- Every wording that a memory has had; the newest repeats what memories holds.
CREATE TABLE versions (
    memory INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (memory, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
    memory INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    start INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (memory, message, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX sources_by_message ON sources (message);

CREATE TABLE entities (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    home INTEGER NOT NULL REFERENCES scopes,
    name TEXT NOT NULL,
    type TEXT NOT NULL
) STRICT;
CREATE INDEX entities_by_home ON entities (home);
CREATE TABLE entity_vectors (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    entity INTEGER NOT NULL UNIQUE REFERENCES entities ON DELETE CASCADE,
    scope INTEGER NOT NULL REFERENCES scopes,
    vector BLOB NOT NULL
) STRICT;
CREATE TABLE removed_entity_vectors (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    removed INTEGER NOT NULL
) STRICT;
CREATE TRIGGER entity_vectors_removed AFTER DELETE ON entity_vectors BEGIN
    INSERT INTO removed_entity_vectors (removed) VALUES (old.seq);
END;
CREATE TABLE aliases (
    home INTEGER NOT NULL REFERENCES scopes,
    form TEXT NOT NULL,
    entity INTEGER NOT NULL REFERENCES entities ON DELETE CASCADE,
    surface TEXT NOT NULL,
    PRIMARY KEY (home, form)
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_entity ON aliases (entity);
CREATE TABLE mentions (
    entity INTEGER NOT NULL REFERENCES entities ON DELETE CASCADE,
    owner INTEGER NOT NULL,
    surface TEXT NOT NULL,
    score REAL NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (entity, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_owner ON mentions (owner);

CREATE TABLE links (
    kind TEXT NOT NULL,
    from_memory INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
    to_memory INTEGER NOT NULL REFERENCES memories ON DELETE CASCADE,
    score REAL NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (from_memory, to_memory, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_target ON links (to_memory);

-- Outlives the memory: a deleted one leaves its events without its words.
CREATE TABLE history (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    memory_id TEXT NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    old_text TEXT,
    new_text TEXT,
    reason TEXT
) STRICT;
CREATE INDEX history_by_memory ON history (memory_id);

-- Keyed digests of facts that were deleted, by the message that they came from.
CREATE TABLE forgotten (digest BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- What the index holds: one row a chunk of a message or a version of a memory. A passage is never
-- changed, only replaced, so a reader's cache needs only what came after the newest it has.
CREATE TABLE passages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL,
    version INTEGER NOT NULL,
    start INTEGER NOT NULL,
    until INTEGER NOT NULL,
    scope INTEGER NOT NULL REFERENCES scopes,
    said_from INTEGER NOT NULL,
    said_until INTEGER,
    recorded_from INTEGER NOT NULL,
    recorded_until INTEGER,
    vector BLOB
) STRICT;
CREATE INDEX passages_by_owner ON passages (owner);
CREATE TABLE removed_passages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    removed INTEGER NOT NULL
) STRICT;
CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
    INSERT INTO removed_passages (removed) VALUES (old.seq);
    DELETE FROM lexicon WHERE rowid = old.seq;
END;

-- The engine's own terms, split on white space alone (docs/decisions/0004); `context` holds those
-- of the turn before, `scope` a digest of each id of the row's scope, so that a search reads only
-- the lists of its own scope.
CREATE VIRTUAL TABLE lexicon USING fts5 (
    terms, context, scope,
    tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);
INSERT INTO lexicon (lexicon, rank) VALUES ('secure-delete', 1);
-- A prior for BM25: as though the project also held a thousand other texts of usual length. With
-- a handful of rows a word's rarity would say nothing, and FTS5 gives a word that half of the rows
-- hold no weight at all.
INSERT INTO lexicon (rowid, terms, context, scope)
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
    SELECT -n, '~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~', '', '' FROM numbers;
CREATE VIRTUAL TABLE lexicon_terms USING fts5vocab (lexicon, row);
"""

# Step n turns a file of format n into one of format n + 1; an empty file has format 0.
UPGRADES: Final[Sequence[str]] = (_FORMAT_1,)
