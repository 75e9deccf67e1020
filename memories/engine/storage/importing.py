"""Imports as both stores keep them: columns, and JSON in them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final

from memories.engine.domain import (
    Guidance,
    ImportPart,
    ImportQuestion,
    ImportStage,
    ImportTerms,
    Scope,
    Tally,
    TokenUsage,
)
from memories.engine.storage.rows import scope_of
from memories.engine.storage.values import Fields, SqlValue, optional_words, whole, words

PART_COLUMNS: Final = "number, stage, batch, plan, tally"


def terms_column(terms: ImportTerms) -> str:
    """Terms as JSON text."""
    return json.dumps(asdict(terms), default=datetime.isoformat)


def terms_of(column: SqlValue) -> ImportTerms:
    """From `terms_column`."""
    kept = json.loads(words(column))
    expires_at = kept["expires_at"]
    changed = {
        "begun_at": datetime.fromisoformat(kept["begun_at"]),
        "categories": tuple(kept["categories"]),
        "expires_at": None if expires_at is None else datetime.fromisoformat(expires_at),
        "guidance": Guidance(**kept["guidance"]),
    }
    return ImportTerms(**{**kept, **changed})


def part_columns(part: ImportPart) -> dict[str, SqlValue]:
    """A part as PART_COLUMNS."""
    plan = {
        "questions": [asdict(each) for each in part.questions],
        "predicted": asdict(part.predicted),
    }
    return {
        "number": part.number,
        "stage": part.stage,
        "batch": part.batch,
        "plan": json.dumps(plan, separators=(",", ":")),
        "tally": tally_column(part.tally),
    }


def part_of(row: Fields, *, within: Scope) -> ImportPart:
    """A part from a row of PART_COLUMNS with the ids of its scope."""
    plan = json.loads(words(row["plan"]))
    questions = (
        ImportQuestion(**{name: tuple(ids) for name, ids in each.items()})
        for each in plan["questions"]
    )
    return ImportPart(
        number=whole(row["number"]),
        scope=scope_of(row, within=within),
        questions=tuple(questions),
        predicted=TokenUsage(**plan["predicted"]),
        stage=ImportStage(words(row["stage"])),
        batch=optional_words(row["batch"]),
        tally=_tally_of(json.loads(words(row["tally"]))),
    )


def tally_column(tally: Tally) -> str:
    """A tally as JSON text."""
    return json.dumps(asdict(tally), separators=(",", ":"))


def _tally_of(kept: Mapping[str, object]) -> Tally:
    usage = {name: TokenUsage(**kept[name]) for name in ("in_batches", "singly")}  # type: ignore[arg-type]  # as it was written
    return Tally(**{**kept, **usage})  # type: ignore[arg-type]  # likewise
