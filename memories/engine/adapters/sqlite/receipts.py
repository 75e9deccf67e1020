"""What named jobs answered, kept in the file without words."""

import json

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.domain import AddResult, IngestEvent, IngestOutcome, Scope
from memories.engine.storage.learning import learning_column, learning_of
from memories.engine.storage.values import SqlValue, optional_words, whole, words


class SqliteReceipts:
    """The ReceiptStore of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, job_id: str, *, scope: Scope) -> AddResult | None:
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT messages, repeated, outcomes, reason, learning FROM receipts WHERE job = ?"
                " AND scope = (SELECT seq FROM scopes"
                " WHERE user IS ? AND agent IS ? AND app IS ? AND run IS ?)",
                (job_id, scope.user, scope.agent, scope.app, scope.run),
            )
            if not rows:
                return None
            ((messages, repeated, outcomes, reason, learning),) = rows
            return AddResult(
                message_ids=tuple(json.loads(words(messages))),
                repeated_messages=whole(repeated),
                outcomes=_outcomes(connection, outcomes),
                reason=optional_words(reason),
                **learning_of(learning),
            )

    def keep(self, job_id: str, result: AddResult, *, scope: Scope) -> None:
        named = [each.memory_id for each in result.outcomes if each.memory_id is not None]
        with self._database.write() as connection:
            versions = {
                words(id_): whole(version)
                for id_, version in connection.rows(
                    "SELECT id, version FROM memories WHERE id IN (SELECT value FROM json_each(?))",
                    (json.dumps(named),),
                )
            }
            outcomes = [
                [each.event, each.memory_id, versions.get(each.memory_id or ""), each.reason]
                for each in result.outcomes
            ]
            connection.run(
                "INSERT INTO receipts (scope, job, messages, repeated, outcomes, reason, learning)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    number_of(connection, scope),
                    job_id,
                    json.dumps(result.message_ids),
                    result.repeated_messages,
                    json.dumps(outcomes),
                    result.reason,
                    learning_column(result),
                ),
            )


def _outcomes(connection: Connection, kept: SqlValue) -> tuple[IngestOutcome, ...]:
    """The outcomes, each with the wording that its memory had then, where it is still there."""
    rows = connection.rows(
        "SELECT kept.value ->> 0, kept.value ->> 1, kept.value ->> 3,"
        " coalesce(versions.text, '') FROM json_each(?) AS kept"
        " LEFT JOIN memories ON memories.id = kept.value ->> 1"
        " LEFT JOIN versions ON versions.memory = memories.seq"
        " AND versions.version = kept.value ->> 2 ORDER BY kept.key",
        (kept,),
    )
    return tuple(
        IngestOutcome(
            IngestEvent(words(event)), optional_words(memory_id), words(text), optional_words(why)
        )
        for event, memory_id, why, text in rows
    )
