"""How an import stands, and what it came to."""

from collections import Counter

from memories.engine.domain import (
    AddResult,
    ImportStage,
    ImportState,
    ImportTerms,
    Scope,
    Tally,
    TokenUsage,
)
from memories.engine.errors import NotFound
from memories.engine.ingestion.tools import IngestTools


def terms_of(import_id: str, *, scope: Scope, tools: IngestTools) -> ImportTerms:
    """What was agreed for an import.

    Raises:
        NotFound: there is none of that id.
    """
    terms = tools.records.imports.find(import_id, scope=scope)
    if terms is None:
        raise NotFound(f"no import {import_id}")
    return terms


def state_of(import_id: str, *, scope: Scope, tools: IngestTools) -> ImportState:
    """How it stands.

    Raises:
        NotFound: there is none of that id.
    """
    terms = terms_of(import_id, scope=scope, tools=tools)
    parts = tools.records.imports.parts(import_id, scope=scope)
    questions = [question for part in parts for question in part.questions]
    stages = Counter(part.stage for part in parts)
    return ImportState(
        id=terms.id,
        begun_at=terms.begun_at,
        batched=terms.batched,
        parts=len(parts),
        messages=sum(len(each.messages) for each in questions),
        questions=len(questions),
        stages={stage: stages[stage] for stage in ImportStage},
        predicted=sum((part.predicted for part in parts), TokenUsage()),
        tally=sum((part.tally for part in parts), Tally()),
    )


def results_of(
    import_id: str, *, scope: Scope, tools: IngestTools
) -> tuple[tuple[Scope, AddResult], ...]:
    """Whose each part is that is learned from, and what an add of its messages would answer.

    Raises:
        NotFound: there is none of that id.
    """
    terms = terms_of(import_id, scope=scope, tools=tools)
    parts = tools.records.imports.parts(import_id, scope=scope)
    found = (
        (part.scope, tools.records.receipts.find(job_of(terms, part.number), scope=part.scope))
        for part in parts
        if part.stage is ImportStage.LEARNED
    )
    return tuple((whose, each) for whose, each in found if each is not None)


def job_of(terms: ImportTerms, number: int) -> str:
    """Names the receipt of a part; no caller can name a job so."""
    return f"\x1fimport {terms.id} {number}"
