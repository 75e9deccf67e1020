"""Originals as rows."""

import json
from typing import Final

from memories.engine.domain import Original, Stretch
from memories.engine.storage.values import Fields, SqlValue, blob, optional_words, whole, words

# Without the bytes, which are read alone.
ORIGINAL_COLUMNS: Final = "part, media_type, size, digest, stretches, read_by"


def original_of(row: Fields) -> Original:
    """An original from a row of ORIGINAL_COLUMNS, with its bytes if the row has them."""
    content = row.get("content")
    return Original(
        part=whole(row["part"]),
        media_type=words(row["media_type"]),
        size=whole(row["size"]),
        digest=None if row["digest"] is None else blob(row["digest"]).hex(),
        stretches=stretches_of(row["stretches"]),
        read_by=optional_words(row["read_by"]),
        content=None if content is None else blob(content),
    )


def original_row(original: Original) -> dict[str, SqlValue]:
    """An original as columns, with its bytes."""
    return {
        "part": original.part,
        "media_type": original.media_type,
        "size": original.size,
        "digest": None if original.digest is None else bytes.fromhex(original.digest),
        "stretches": json.dumps(
            [
                [each.start, each.end, each.page, each.from_seconds, each.until_seconds]
                for each in original.stretches
            ]
        ),
        "read_by": original.read_by,
        "content": original.content,
    }


def stretches_of(column: SqlValue) -> tuple[Stretch, ...]:
    """From a column of `original_row`.

    Raises:
        ValueError: it is none.
        TypeError: likewise.
    """
    return tuple(Stretch(*each) for each in json.loads(words(column)))
