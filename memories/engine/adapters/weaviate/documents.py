"""From rows to what Weaviate keeps of them, one object a passage."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import numpy as np

from memories.engine.adapters.weaviate.filters import NEVER, micros
from memories.engine.adapters.weaviate.labels import (
    EMBEDDED,
    EVERY_ROW,
    MEMORY,
    MERGED,
    MESSAGE,
    NEWEST,
    has_label,
    is_label,
    metadata_labels,
    near_label,
    words_of,
)
from memories.engine.adapters.weaviate.told import written_row
from memories.engine.domain import (
    IndexedEntity,
    IndexedRow,
    MemoryRecord,
    Message,
    Passage,
    Scope,
    Vector,
)
from memories.engine.text.fingerprints import digest

# Told apart in a fingerprint from objects that an older release wrote otherwise.
_FORM: Final = "1"
Written: TypeAlias = str | int | float | list[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """By what one object is told from another."""

    owner_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Document:
    """One object as it is written.

    Attributes:
        id: follows from what it is of, so that writing it again replaces it.
        vector: zero where the model does not know the text's words.
    """

    id: str
    properties: Mapping[str, Written]
    vector: "Vector"

    @property
    def mark(self) -> Mark:
        """Whose it is, and what two objects share that hold the same."""
        return Mark(str(self.properties["owner"]), str(self.properties["fingerprint"]))


def documents_of(row: IndexedRow, *, dimensions: int) -> list[Document]:
    """A row's objects, one a passage.

    Args:
        row: with all of its passages.
        dimensions: length of every vector.
    """
    labels, words, folded = _row_labels(row)
    shared, told = _row_numbers(row), written_row(row)
    return [
        _document(
            ("passage", row.told.id, str(passage.version), str(passage.start)),
            {
                **shared,
                **_passage_numbers(passage),
                "owner": row.told.id,
                "labels": [*labels, *_passage_labels(passage)],
                "words": words,
                "folded": folded,
                "terms": " ".join(passage.terms),
                "length": len(passage.terms),
                "row": _row(row, passage),
                "told": told,
            },
            np.zeros(dimensions, dtype=np.float32) if passage.vector is None else passage.vector,
        )
        for passage in row.passages
    ]


def entity_document(indexed: IndexedEntity, *, dimensions: int) -> Document:
    """An entity's object."""
    entity = indexed.entity
    vector = indexed.vector
    row = [
        *(entity.id, entity.name, entity.type, list(entity.aliases), indexed.mentions),
        *(list(indexed.forms), vector is not None, indexed.number),
    ]
    labels = [
        EVERY_ROW,
        is_label("id", entity.id),
        *[is_label("form", form) for form in indexed.forms],
        *_scope_labels(indexed.home),
        *([] if vector is None else [EMBEDDED]),
    ]
    return _document(
        ("entity", entity.id),
        {
            "owner": entity.id,
            "labels": labels,
            "row": json.dumps(row, ensure_ascii=False),
        },
        np.zeros(dimensions, dtype=np.float32) if vector is None else vector,
    )


def _document(key: tuple[str, ...], properties: dict[str, Written], vector: "Vector") -> Document:
    written = json.dumps(properties, sort_keys=True, ensure_ascii=False)
    seen = digest(_FORM, written, vector.astype("<f4").tobytes().hex()).hex()
    return Document(str(uuid.UUID(bytes=digest(*key))), {**properties, "fingerprint": seen}, vector)


def _row(row: IndexedRow, passage: Passage) -> str:
    told = row.told
    memory = told if isinstance(told, MemoryRecord) else None
    message = told if isinstance(told, Message) else None
    occurred = memory.occurred if memory else None
    return json.dumps(
        [
            told.id,
            memory is None,
            row.number,
            message.session if message else "",
            message.position if message else 0,
            passage.start,
            _speaker(row),
            micros(told.said_at),
            None if occurred is None else [micros(occurred.start), micros(occurred.until)],
            memory.kind if memory else "",
            passage.vector is not None,
            list(row.learned),
            dict(row.mentions),
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _speaker(row: IndexedRow) -> str:
    told = row.told
    return told.attributed_to if isinstance(told, MemoryRecord) else told.speaker


def _row_labels(row: IndexedRow) -> tuple[list[str], list[str], list[str]]:
    labels, words, folded = metadata_labels(row.told.metadata)
    labels += [EVERY_ROW, MEMORY if isinstance(row.told, MemoryRecord) else MESSAGE]
    labels += [near_label(id_) for id_ in (row.told.id, *row.learned)]
    labels += [is_label("entity", id_) for id_, _ in row.mentions]
    labels += [has_label(name) for name in _times_had(row)]
    if row.merged_said_at is not None:
        labels.append(MERGED)
    if isinstance(row.told, Message):
        labels.append(place_label(row.told.session, row.told.position))
    for name, value in _texts(row):
        labels += [is_label(name, value), has_label(name)]
        words.append(words_of(name, value))
        folded.append(words_of(name, value.casefold()))
    if isinstance(row.told, MemoryRecord) and row.told.categories:
        labels.append(has_label("categories"))
        for category in row.told.categories:
            labels.append(is_label("categories", category))
            folded.append(words_of("categories", category.casefold()))
    return labels, words, folded


def _passage_labels(passage: Passage) -> Iterator[str]:
    if passage.recorded_until is None:
        yield NEWEST
    if passage.vector is not None:
        yield EMBEDDED


def place_label(session: str, position: int) -> str:
    """Says where in its conversation a message stands."""
    return is_label(f"place {position}", session)


def _scope_labels(scope: Scope) -> list[str]:
    return [is_label(name, value) for name, value in scope_ids(scope)]


def scope_ids(scope: Scope) -> Iterator[tuple[str, str]]:
    """Whom a scope names, by the name of each id."""
    for name in ("user", "agent", "app", "run"):
        value = getattr(scope, name)
        if value is not None:
            yield name, value


def _texts(row: IndexedRow) -> Iterator[tuple[str, str]]:
    yield from scope_ids(row.scope)
    yield "id", row.told.id
    yield "text", row.told.text
    yield "attributed_to", _speaker(row)
    if isinstance(row.told, MemoryRecord):
        yield "kind", row.told.kind.value


def _times(row: IndexedRow) -> dict[str, float]:
    """The instants that it has, of those that filters can ask for."""
    told = row.told
    times = {"said_at": micros(told.said_at), "recorded_at": micros(told.recorded_at)}
    if row.expires_at is not None:
        times["expires_at"] = micros(row.expires_at)
    if isinstance(told, Message):
        return {**times, "updated_at": times["recorded_at"]}
    times["updated_at"] = micros(told.updated_at)
    if told.occurred is not None:
        times["occurred_from"] = micros(told.occurred.start)
        times["occurred_until"] = micros(told.occurred.until)
    return times


def _times_had(row: IndexedRow) -> Sequence[str]:
    return list(_times(row))


def _row_numbers(row: IndexedRow) -> dict[str, float]:
    times = _times(row)
    told_of = (
        (times["occurred_from"] + times["occurred_until"]) / 2
        if "occurred_from" in times
        else times["said_at"]
    )
    return {
        "expires_at": NEVER,
        **times,
        "at": told_of,
        "merged_said_at": _or_never(row.merged_said_at),
        "superseded_at": _or_never(row.superseded_at),
        **_found_at(row),
    }


def _found_at(row: IndexedRow) -> dict[str, float]:
    """When it was folded or marked as replaced; nothing of a row that is neither."""
    found = {
        "merged_found_at": row.merged_found_at,
        "superseded_found_at": row.superseded_found_at,
    }
    return {name: micros(at) for name, at in found.items() if at is not None}


def _passage_numbers(passage: Passage) -> dict[str, float]:
    return {
        "said_from": micros(passage.said_at),
        "said_until": _or_never(passage.said_until),
        "recorded_from": micros(passage.recorded_at),
        "recorded_until": _or_never(passage.recorded_until),
    }


def _or_never(at: datetime | None) -> float:
    return NEVER if at is None else micros(at)
