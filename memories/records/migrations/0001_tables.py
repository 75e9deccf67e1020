"""The tables.

Every table but that of the projects begins its keys with the project's number, and what points
from one row to another points within the project: no row can belong to two. Deleting the project's
row deletes everything of it.

Instants are microseconds since 1970 in UTC, with the offset of the clock that was on the wall
(minutes east) beside those that people said. `owner` numbers a memory (even) or a message (odd), so
that one column can point at either. Texts are compared by code point, as Python does.

Names have no bound here: where an index would hold one, it holds a digest or its beginning.
"""

from django.db import migrations

_TABLES = r"""
CREATE TABLE records_project (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    -- The secret for the digests of forgotten facts.
    forgetting_key bytea NOT NULL,
    UNIQUE (organization, name)
);

CREATE TABLE records_setting (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    key text COLLATE "C" NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (project, key)
);

CREATE TABLE records_language (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    code text COLLATE "C" NOT NULL,
    PRIMARY KEY (project, code)
);

-- The distinct combinations of user, agent, app and run, numbered; the digest is of all four.
CREATE TABLE records_scope (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    digest bytea NOT NULL,
    "user" text COLLATE "C",
    agent text COLLATE "C",
    app text COLLATE "C",
    run text COLLATE "C",
    -- What filters look into: see memories/records/filtered.py.
    filtered jsonb NOT NULL,
    PRIMARY KEY (project, seq),
    UNIQUE (project, digest)
);
CREATE INDEX records_scope_user ON records_scope (project, "user") WHERE "user" IS NOT NULL;
CREATE INDEX records_scope_agent ON records_scope (project, agent) WHERE agent IS NOT NULL;
CREATE INDEX records_scope_app ON records_scope (project, app) WHERE app IS NOT NULL;
CREATE INDEX records_scope_run ON records_scope (project, run) WHERE run IS NOT NULL;

CREATE TABLE records_message (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    id text COLLATE "C" NOT NULL,
    identity bytea NOT NULL,
    scope bigint NOT NULL,
    "user" text COLLATE "C",
    agent text COLLATE "C",
    app text COLLATE "C",
    run text COLLATE "C",
    role text NOT NULL,
    speaker text COLLATE "C" NOT NULL,
    name text,
    client_id text,
    text text COLLATE "C" NOT NULL,
    -- As JSON text: jsonb would write 1e300 out and forget the sign of -0.0.
    metadata text NOT NULL,
    session text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    said_at bigint NOT NULL,
    said_offset integer NOT NULL,
    recorded_at bigint NOT NULL,
    expires_at bigint,
    PRIMARY KEY (project, seq),
    UNIQUE (project, id),
    UNIQUE (project, identity),
    UNIQUE (project, session, position),
    FOREIGN KEY (project, scope) REFERENCES records_scope ON DELETE CASCADE
);
CREATE INDEX records_message_said ON records_message (project, scope, said_at, seq);
CREATE INDEX records_message_recorded ON records_message (project, scope, recorded_at);
CREATE INDEX records_message_oldest ON records_message (project, recorded_at, seq);

CREATE TABLE records_memory (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    id text COLLATE "C" NOT NULL,
    identity bytea NOT NULL,
    scope bigint NOT NULL,
    "user" text COLLATE "C",
    agent text COLLATE "C",
    app text COLLATE "C",
    run text COLLATE "C",
    text text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    attributed_to text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    said_at bigint NOT NULL,
    said_offset integer NOT NULL,
    recorded_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    occurred_from bigint,
    occurred_until bigint,
    occurred_offset integer,
    occurred_precision text,
    categories jsonb NOT NULL,
    metadata text NOT NULL,
    expires_at bigint,
    immutable integer NOT NULL,
    version integer NOT NULL,
    reinforcements integer NOT NULL,
    superseded_by text COLLATE "C",
    superseded_at bigint,
    merged_into text COLLATE "C",
    -- Digests that memories share which may say the same; the other one where a date stands in it.
    gist bytea NOT NULL,
    dated_gist bytea,
    -- As of a scope.
    filtered jsonb NOT NULL,
    PRIMARY KEY (project, seq),
    UNIQUE (project, id),
    UNIQUE (project, identity),
    FOREIGN KEY (project, scope) REFERENCES records_scope ON DELETE CASCADE
);
CREATE INDEX records_memory_gist ON records_memory (project, scope, gist);
CREATE INDEX records_memory_dated ON records_memory (project, scope, dated_gist)
    WHERE dated_gist IS NOT NULL;
CREATE INDEX records_memory_said ON records_memory (project, scope, said_at, seq);
CREATE INDEX records_memory_recorded ON records_memory (project, scope, recorded_at, merged_into);
CREATE INDEX records_memory_oldest ON records_memory (project, recorded_at, seq);
CREATE INDEX records_memory_fingerprint ON records_memory (project, fingerprint);
CREATE INDEX records_memory_merged ON records_memory (project, merged_into)
    WHERE merged_into IS NOT NULL;
CREATE INDEX records_memory_superseded ON records_memory (project, superseded_by)
    WHERE superseded_by IS NOT NULL;

-- Every wording that a memory has had; the newest repeats what the memory holds.
CREATE TABLE records_version (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    memory bigint NOT NULL,
    version integer NOT NULL,
    text text NOT NULL,
    said_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    PRIMARY KEY (project, memory, version),
    FOREIGN KEY (project, memory) REFERENCES records_memory ON DELETE CASCADE
);

CREATE TABLE records_source (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    memory bigint NOT NULL,
    message bigint NOT NULL,
    start integer NOT NULL,
    until integer NOT NULL,
    PRIMARY KEY (project, memory, message, start),
    FOREIGN KEY (project, memory) REFERENCES records_memory ON DELETE CASCADE,
    FOREIGN KEY (project, message) REFERENCES records_message ON DELETE CASCADE
);
CREATE INDEX records_source_message ON records_source (project, message);

CREATE TABLE records_entity (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    id text COLLATE "C" NOT NULL,
    home bigint NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    mentions integer NOT NULL DEFAULT 0,
    -- How a person is looked up: by the words of the name, and by how it opens.
    words text COLLATE "C",
    opening text COLLATE "C",
    vector bytea,
    PRIMARY KEY (project, seq),
    UNIQUE (project, id),
    FOREIGN KEY (project, home) REFERENCES records_scope ON DELETE CASCADE
);
CREATE INDEX records_entity_home ON records_entity (project, home);
CREATE INDEX records_entity_words ON records_entity (project, home, left(words, 200))
    WHERE words IS NOT NULL;
CREATE INDEX records_entity_opening ON records_entity (project, home, md5(opening))
    WHERE opening IS NOT NULL;

CREATE TABLE records_alias (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    home bigint NOT NULL,
    form text COLLATE "C" NOT NULL,
    entity bigint NOT NULL,
    surface text NOT NULL,
    PRIMARY KEY (project, seq),
    FOREIGN KEY (project, home) REFERENCES records_scope ON DELETE CASCADE,
    FOREIGN KEY (project, entity) REFERENCES records_entity ON DELETE CASCADE
);
CREATE UNIQUE INDEX records_alias_form ON records_alias (project, home, md5(form));
CREATE INDEX records_alias_entity ON records_alias (project, entity);

CREATE TABLE records_mention (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    entity bigint NOT NULL,
    owner bigint NOT NULL,
    surface text NOT NULL,
    score double precision NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (project, entity, owner),
    FOREIGN KEY (project, entity) REFERENCES records_entity ON DELETE CASCADE
);
CREATE INDEX records_mention_owner ON records_mention (project, owner);

CREATE TABLE records_link (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    kind text NOT NULL,
    from_memory bigint NOT NULL,
    to_memory bigint NOT NULL,
    score double precision NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (project, from_memory, to_memory, kind),
    FOREIGN KEY (project, from_memory) REFERENCES records_memory ON DELETE CASCADE,
    FOREIGN KEY (project, to_memory) REFERENCES records_memory ON DELETE CASCADE
);
CREATE INDEX records_link_target ON records_link (project, to_memory);

-- Outlives the memory: a deleted one leaves its events without its words.
CREATE TABLE records_history (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    memory_id text COLLATE "C" NOT NULL,
    event text NOT NULL,
    at bigint NOT NULL,
    old_text text,
    new_text text,
    reason text,
    PRIMARY KEY (project, seq)
);
CREATE INDEX records_history_memory ON records_history (project, memory_id, seq);

-- Keyed digests of facts that were deleted, by the message that they came from.
CREATE TABLE records_forgotten (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    digest bytea NOT NULL,
    PRIMARY KEY (project, digest)
);

-- What named jobs answered: ids, events and reasons, and no words. An outcome is [event, memory id,
-- version, reason].
CREATE TABLE records_receipt (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    scope bigint NOT NULL,
    job text COLLATE "C" NOT NULL,
    messages jsonb NOT NULL,
    repeated integer NOT NULL,
    outcomes jsonb NOT NULL,
    reason text,
    PRIMARY KEY (project, scope, job),
    FOREIGN KEY (project, scope) REFERENCES records_scope ON DELETE CASCADE
);

-- What is indexed: one row a chunk of a message or of a version of a memory.
CREATE TABLE records_passage (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    owner bigint NOT NULL,
    -- A digest of the name of who said it.
    speaker bytea NOT NULL,
    version integer NOT NULL,
    start integer NOT NULL,
    until integer NOT NULL,
    scope bigint NOT NULL,
    said_from bigint NOT NULL,
    said_until bigint,
    recorded_from bigint NOT NULL,
    recorded_until bigint,
    vector bytea,
    terms text[] NOT NULL,
    PRIMARY KEY (project, seq),
    FOREIGN KEY (project, scope) REFERENCES records_scope ON DELETE CASCADE
);
CREATE INDEX records_passage_owner ON records_passage (project, owner, seq);
CREATE INDEX records_passage_speaker ON records_passage (project, scope, speaker) INCLUDE (owner);

CREATE FUNCTION records_count_mentions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE records_entity SET mentions = mentions + 1
            WHERE project = NEW.project AND seq = NEW.entity;
    ELSE
        UPDATE records_entity SET mentions = mentions - 1
            WHERE project = OLD.project AND seq = OLD.entity;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER records_mention_counted AFTER INSERT OR DELETE ON records_mention
    FOR EACH ROW EXECUTE FUNCTION records_count_mentions();
"""
_NO_TABLES = r"""
DROP TABLE records_passage, records_receipt, records_forgotten, records_history, records_link,
    records_mention, records_alias, records_entity, records_source, records_version, records_memory,
    records_message, records_scope, records_language, records_setting, records_project;
DROP FUNCTION records_count_mentions();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(_TABLES, _NO_TABLES)]
