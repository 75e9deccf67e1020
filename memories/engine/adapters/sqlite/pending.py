"""Messages that are not in the file yet, judged as though they were."""

import json
from collections.abc import Sequence
from typing import Final

from memories.engine.adapters.sqlite.connection import Connection, words
from memories.engine.adapters.sqlite.rows import optional_micros, to_micros
from memories.engine.adapters.sqlite.visibility import visible
from memories.engine.domain import OwnedMessage, Scope, Selection

# Under the names that conditions use for memories.
_AS_MEMORIES: Final = """(
    SELECT value ->> 'id' AS id, value ->> 'user' AS user, value ->> 'agent' AS agent,
        value ->> 'app' AS app, value ->> 'run' AS run, value ->> 'text' AS text,
        value ->> 'speaker' AS attributed_to, NULL AS kind, value ->> 'said_at' AS said_at,
        value ->> 'recorded_at' AS recorded_at, value ->> 'recorded_at' AS updated_at,
        NULL AS occurred_from, NULL AS occurred_until, '[]' AS categories,
        value -> 'metadata' AS metadata, value ->> 'expires_at' AS expires_at
    FROM json_each(?)
)"""


def seen_of(
    connection: Connection, messages: Sequence[OwnedMessage], scope: Scope, selection: Selection
) -> list[OwnedMessage]:
    """Those that the read may see."""
    condition, values = visible(selection, scope, messages=True, walking=True)
    rows = json.dumps(list(map(_as_row, messages)), ensure_ascii=False)
    found = connection.rows(f"SELECT m.id FROM {_AS_MEMORIES} m WHERE {condition}", (rows, *values))
    ids = {words(id_) for (id_,) in found}
    return [each for each in messages if each.message.id in ids]


def _as_row(pending: OwnedMessage) -> dict[str, object]:
    message, scope = pending.message, pending.scope
    return {
        "id": message.id,
        "user": scope.user,
        "agent": scope.agent,
        "app": scope.app,
        "run": scope.run,
        "text": message.text,
        "speaker": message.speaker,
        "said_at": to_micros(message.said_at),
        "recorded_at": to_micros(message.recorded_at),
        "metadata": message.metadata,
        "expires_at": optional_micros(pending.expires_at),
    }
