"""The file's tables and how older files become current ones.

Instants are integers: microseconds since 1970 in UTC, with the offset of the clock that was on the
wall (minutes east) beside those that people said. `owner` numbers a memory (even) or a message
(odd), so that one column can point at either: see `rows.owner_of_memory`.
"""

from collections.abc import Sequence
from typing import Final

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
CREATE INDEX scopes_by_user ON scopes (user, agent, app, run);

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
    merged_into TEXT,
    -- Digests that memories share which may say the same; the other one where a date stands in it.
    gist BLOB,
    dated_gist BLOB
) STRICT;
CREATE INDEX memories_by_gist ON memories (scope, gist);
CREATE INDEX memories_by_dated_gist ON memories (scope, dated_gist) WHERE dated_gist IS NOT NULL;
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
    type TEXT NOT NULL,
    mentions INTEGER NOT NULL DEFAULT 0,
    -- How a person is looked up: by the words of the name, and by how it opens (text/forms.py).
    words TEXT,
    opening TEXT
) STRICT;
CREATE INDEX entities_by_home ON entities (home);
CREATE INDEX people_by_words ON entities (home, words) WHERE words IS NOT NULL;
CREATE INDEX people_by_opening ON entities (home, opening) WHERE opening IS NOT NULL;
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
CREATE TRIGGER mention_counted AFTER INSERT ON mentions BEGIN
    UPDATE entities SET mentions = mentions + 1 WHERE seq = new.entity;
END;
CREATE TRIGGER mention_discounted AFTER DELETE ON mentions BEGIN
    UPDATE entities SET mentions = mentions - 1 WHERE seq = old.entity;
END;

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
    vector BLOB,
    -- A digest of each of the engine's own terms, 8 bytes a term (docs/decisions/0010).
    terms BLOB NOT NULL
) STRICT;
CREATE INDEX passages_by_owner ON passages (owner);
CREATE TABLE removed_passages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    removed INTEGER NOT NULL
) STRICT;
CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
    INSERT INTO removed_passages (removed) VALUES (old.seq);
END;

-- Owners whose rows changed otherwise: folded, superseded, expiring at another time, edited. All
-- that decides what a read sees leaves a trail: what was found out holds while there is none.
CREATE TABLE changed_passages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL
) STRICT;
CREATE TRIGGER passages_retired AFTER UPDATE OF recorded_until ON passages BEGIN
    INSERT INTO changed_passages (owner) VALUES (new.owner);
END;
CREATE TRIGGER memories_changed
    AFTER UPDATE OF merged_into, expires_at, superseded_at, version ON memories
    WHEN (old.merged_into, old.expires_at, old.superseded_at, old.version)
        IS NOT (new.merged_into, new.expires_at, new.superseded_at, new.version) BEGIN
    INSERT INTO changed_passages (owner) VALUES (new.seq * 2);
END;
CREATE TRIGGER messages_changed AFTER UPDATE OF expires_at ON messages BEGIN
    INSERT INTO changed_passages (owner) VALUES (new.seq * 2 + 1);
END;
"""

_FORMAT_2: Final = r"""
-- What named jobs answered: ids, events and reasons, and no words, so that nothing needs taking out
-- when a memory is deleted. An outcome is [event, memory id, version, reason].
CREATE TABLE receipts (
    scope INTEGER NOT NULL REFERENCES scopes,
    job TEXT NOT NULL,
    messages TEXT NOT NULL,
    repeated INTEGER NOT NULL,
    outcomes TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (scope, job)
) STRICT, WITHOUT ROWID;

-- Who takes part is counted on these alone, without reading a row of the tables.
CREATE INDEX messages_by_recording ON messages (scope, recorded_at);
CREATE INDEX memories_by_recording ON memories (scope, recorded_at, merged_into);
"""

_FORMAT_3: Final = r"""
-- From 0 to 1; NULL where whatever learned it did not judge.
ALTER TABLE memories ADD COLUMN importance REAL;
-- NULL for what was learned before this was noted.
ALTER TABLE memories ADD COLUMN learned_by TEXT;
-- How a job learned, as JSON: extractor, what was dropped, usage. NULL likewise.
ALTER TABLE receipts ADD COLUMN learning TEXT;
"""

_FORMAT_4: Final = r"""
-- Files that parts of messages were: digest is SHA-256; a stretch of the message's text that is the
-- file's is [start, end, page, from seconds, until seconds]. Digest and content are NULL once the
-- bytes were removed. The content comes last, so that the others are read without it.
CREATE TABLE originals (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    part INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest BLOB,
    stretches TEXT NOT NULL,
    -- NULL where nothing could.
    read_by TEXT,
    content BLOB,
    PRIMARY KEY (message, part)
) STRICT;

-- What entities are called for short: text/forms.py. It takes the place of `words`.
CREATE TABLE short_forms (
    home INTEGER NOT NULL REFERENCES scopes,
    short TEXT NOT NULL,
    entity INTEGER NOT NULL REFERENCES entities ON DELETE CASCADE,
    PRIMARY KEY (home, short, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX short_forms_by_entity ON short_forms (entity);
INSERT INTO short_forms (home, short, entity)
    SELECT e.home, short.value, e.seq FROM entities e, json_each(short_forms(e.name, e.type)) short;
DROP INDEX people_by_words;
ALTER TABLE entities DROP COLUMN words;

-- An entity that was merged into another stays, so that it can be taken out again: its forms and
-- mentions go over, each knowing where it came from. A mention stays behind where the other entity
-- is mentioned by the same text.
ALTER TABLE entities ADD COLUMN merged_into INTEGER REFERENCES entities ON DELETE CASCADE;
ALTER TABLE entities ADD COLUMN merged_at INTEGER;
ALTER TABLE entities ADD COLUMN merge_score REAL;
ALTER TABLE entities ADD COLUMN merge_reason TEXT;
CREATE INDEX entities_by_merge ON entities (merged_into) WHERE merged_into IS NOT NULL;
ALTER TABLE aliases ADD COLUMN came_from INTEGER;
CREATE INDEX aliases_by_origin ON aliases (came_from) WHERE came_from IS NOT NULL;
ALTER TABLE mentions ADD COLUMN came_from INTEGER;
CREATE INDEX mentions_by_origin ON mentions (came_from) WHERE came_from IS NOT NULL;
CREATE TRIGGER mention_moved AFTER UPDATE OF entity ON mentions BEGIN
    UPDATE entities SET mentions = mentions - 1 WHERE seq = old.entity;
    UPDATE entities SET mentions = mentions + 1 WHERE seq = new.entity;
END;
-- Entities that somebody took apart: they are not merged again by themselves.
CREATE TABLE kept_apart (
    one INTEGER NOT NULL REFERENCES entities ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES entities ON DELETE CASCADE,
    PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_apart_by_other ON kept_apart (other);

-- Ids of the memories that an observation rests on, as JSON; empty for what was learned.
ALTER TABLE memories ADD COLUMN derived_from TEXT NOT NULL DEFAULT '[]';
-- Memories that a consolidation has looked at.
CREATE TABLE consolidated (
    memory INTEGER PRIMARY KEY REFERENCES memories ON DELETE CASCADE
) STRICT;

-- Imports that are under way: what was agreed for each, and ids and nobody's words of its parts.
CREATE TABLE imports (id TEXT PRIMARY KEY, terms TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE import_parts (
    import TEXT NOT NULL REFERENCES imports ON DELETE CASCADE,
    number INTEGER NOT NULL,
    scope INTEGER NOT NULL REFERENCES scopes,
    stage TEXT NOT NULL,
    batch TEXT,
    plan TEXT NOT NULL,
    tally TEXT NOT NULL,
    PRIMARY KEY (import, number)
) STRICT, WITHOUT ROWID;
"""

# Step n turns a file of format n into one of format n + 1; an empty file has format 0.
UPGRADES: Final[Sequence[str]] = (_FORMAT_1, _FORMAT_2, _FORMAT_3, _FORMAT_4)
