"""How much a project takes, and whether it holds together."""

from collections.abc import Mapping
from typing import Final

from memories.records.connection import Connection

# Columns that make up most of a row, and about what a row takes besides.
_WIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "records_message": ("text", "metadata"),
    "records_original": ("stretches", "content"),
    "records_memory": ("text", "metadata", "categories", "filtered"),
    "records_version": ("text",),
    "records_source": (),
    "records_entity": ("name", "vector"),
    "records_alias": ("form", "surface"),
    "records_short_form": ("short",),
    "records_kept_apart": (),
    "records_mention": ("surface", "reason"),
    "records_link": ("reason",),
    "records_history": ("old_text", "new_text", "reason"),
    "records_receipt": ("messages", "outcomes"),
    "records_passage": ("vector", "terms"),
}
_REST_OF_A_ROW: Final = 160
_OF_NOBODY: Final = (
    "NOT EXISTS (SELECT 1 FROM records_memory m"
    " WHERE m.project = x.project AND m.seq = x.owner / 2 AND x.owner & 1 = 0)"
    " AND NOT EXISTS (SELECT 1 FROM records_message m"
    " WHERE m.project = x.project AND m.seq = x.owner / 2 AND x.owner & 1 = 1)"
)
# What no foreign key can say, each with a row that breaks it.
_FLAWS: Final[Mapping[str, str]] = {
    "passages of no memory or message": (
        f"SELECT 1 FROM records_passage x WHERE x.project = %s AND {_OF_NOBODY}"
    ),
    "mentions by no memory or message": (
        f"SELECT 1 FROM records_mention x WHERE x.project = %s AND {_OF_NOBODY}"
    ),
    "entities whose mentions are miscounted": (
        "SELECT 1 FROM records_entity x WHERE x.project = %s AND x.mentions <> ("
        "SELECT count(*) FROM records_mention m"
        " WHERE m.project = x.project AND m.entity = x.seq)"
    ),
    "memories that differ from their newest version": (
        "SELECT 1 FROM records_memory x WHERE x.project = %s AND NOT EXISTS ("
        "SELECT 1 FROM records_version m WHERE m.project = x.project AND m.memory = x.seq"
        " AND m.version = x.version AND m.text = x.text)"
    ),
}


def size(connection: Connection) -> int:
    """About how many bytes the project's rows take, without indexes and what is free again."""
    return sum(
        connection.number(
            f"SELECT (count(*) * {_REST_OF_A_ROW}"
            + "".join(f" + coalesce(sum(pg_column_size({name})), 0)" for name in wide)
            + f")::bigint FROM {table} WHERE project = %s",
            (connection.project,),
        )
        for table, wide in _WIDE.items()
    )


def flaws(connection: Connection) -> list[str]:
    """What is wrong with the project's rows; nothing if they hold together."""
    return [
        flaw
        for flaw, rows in _FLAWS.items()
        if connection.rows(f"{rows} LIMIT 1", (connection.project,))
    ]
