"""What named jobs answered, kept without words."""

import json

from memories.engine.domain import AddResult, IngestEvent, IngestOutcome, Scope
from memories.engine.storage.learning import learning_column, learning_of
from memories.engine.storage.values import SqlValue, optional_words, whole, words
from memories.records.connection import Connection
from memories.records.database import Database
from memories.records.visibility import exactly, number_of


class PostgresReceipts:
    """The ReceiptStore of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, job_id: str, *, scope: Scope) -> AddResult | None:
        with self._database.snapshot(scope=scope) as connection:
            number, values = exactly(connection, scope)
            rows = connection.rows(
                "SELECT messages, repeated, outcomes, reason, learning FROM records_receipt"
                f" WHERE project = %s AND job = %s AND scope = ({number})",
                (connection.project, job_id, *values),
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
        with self._database.write(scope=scope) as connection:
            versions = {
                words(id_): whole(version)
                for id_, version in connection.rows(
                    "SELECT id, version FROM records_memory"
                    " WHERE project = %s AND id = ANY(%s::text[])",
                    (connection.project, named),
                )
            }
            outcomes = [
                [each.event, each.memory_id, versions.get(each.memory_id or ""), each.reason]
                for each in result.outcomes
            ]
            connection.run(
                "INSERT INTO records_receipt"
                " (project, scope, job, messages, repeated, outcomes, reason, learning)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    connection.project,
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
        "SELECT kept.outcome ->> 0, kept.outcome ->> 1, kept.outcome ->> 3,"
        " coalesce(version.text, '')"
        " FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS kept (outcome, place)"
        " LEFT JOIN records_memory memory"
        " ON memory.project = %s AND memory.id = kept.outcome ->> 1"
        " LEFT JOIN records_version version"
        " ON version.project = memory.project AND version.memory = memory.seq"
        " AND version.version = (kept.outcome ->> 2)::integer ORDER BY kept.place",
        (kept, connection.project),
    )
    return tuple(
        IngestOutcome(
            IngestEvent(words(event)), optional_words(memory_id), words(text), optional_words(why)
        )
        for event, memory_id, why, text in rows
    )
