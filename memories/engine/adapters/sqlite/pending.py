"""Messages that are not in the file yet, judged as though they were."""

import json
from collections.abc import Sequence
from typing import Final

import numpy as np

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.gathering import word_counts
from memories.engine.adapters.sqlite.passage_cache import Passages
from memories.engine.adapters.sqlite.visibility import visible
from memories.engine.domain import Found, OwnedMessage, Scope, Selection
from memories.engine.storage.rows import optional_micros, to_micros
from memories.engine.storage.values import words
from memories.engine.text.bm25 import MOST_PER_WORD, rarity, saturated
from memories.engine.text.delimiters import blank_recalled
from memories.engine.text.tokens import analyse

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


def by_words(
    passages: Passages, messages: Sequence[OwnedMessage], alternatives: Sequence[Sequence[str]]
) -> list[Found]:
    """Those that hold any of the words, scored as `gathering.own_relevance` would."""
    terms = [analyse(blank_recalled(each.message.text)) for each in messages]
    lengths = np.array([len(each) for each in terms], dtype=np.float64)
    scores, best = np.zeros(len(messages)), 0.0
    for word, (_, _, holding) in zip(
        alternatives, word_counts(passages, alternatives), strict=True
    ):
        weight = rarity(holding, passages.total)
        best += weight
        counts = np.array([max(map(each.count, word)) for each in terms], dtype=np.float64)
        scores += weight * saturated(counts, lengths, passages.usual_length)
    return [
        Found(pending.message.id, min(score / (best * MOST_PER_WORD), 1.0))
        for pending, score in zip(messages, scores.tolist(), strict=True)
        if score > 0
    ]
