"""Consolidation: what is due is gathered in groups, asked about, and changed group by group."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Final

from memories.engine.consolidation.asking import Consolidator
from memories.engine.consolidation.folding import fold_claimed, fold_near_repeats
from memories.engine.consolidation.gathering import Group, groups_of
from memories.engine.consolidation.observing import Prepared, keep_observation, prepare
from memories.engine.consolidation.question import question_about
from memories.engine.consolidation.reading import TOO_MANY, Claims
from memories.engine.consolidation.replacing import replace_claimed
from memories.engine.consolidation.tools import ConsolidationTools
from memories.engine.domain import (
    Consolidation,
    ConsolidationEvent,
    ConsolidationOutcome,
    EntityMerge,
    Guidance,
    MemoryRecord,
    Scope,
    TokenUsage,
)
from memories.engine.errors import LanguageModelFailed
from memories.engine.ingestion.entity_resolution import resolve_entities
from memories.engine.ingestion.limits import LIMITS
from memories.engine.ingestion.tools import IngestTools
from memories.engine.text.model_tokens import estimate_tokens

WITHOUT_MODEL: Final = (
    "only repeats were looked for: observations, and what was replaced, need a language model"
)
# Memories of one call. Whoever waits for more calls again.
_AT_ONCE: Final = 300
# About three observations, as JSON. A guess: no model was measured.
_WRITTEN_A_QUESTION: Final = 250


class _OnlyLooked(Exception):
    """Ends a transaction whose writes were made to see what they would come to."""


@dataclass(slots=True)
class _Run:
    """One consolidation, under way.

    Attributes:
        keeps: False for a preview, which takes back each change.
        outcomes: so far.
        dropped: claims that could not be, by why.
        failure: why no more was asked.
        merged: entities that were found to be others.
    """

    scope: Scope
    tools: IngestTools
    keeps: bool
    outcomes: list[ConsolidationOutcome] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    failure: str | None = None
    merged: tuple[EntityMerge, ...] = ()

    @contextmanager
    def changing(self) -> Iterator[None]:
        with suppress(_OnlyLooked), self.tools.writing(scope=self.scope):
            yield
            if not self.keeps:
                raise _OnlyLooked

    def note(self, done: ConsolidationOutcome | str) -> None:
        """Take down what was done, or why it was not."""
        if isinstance(done, str):
            self.dropped[done] += 1
        elif done.event is ConsolidationEvent.ADD and not self.keeps:
            self.outcomes.append(replace(done, memory_id=None))
        else:
            self.outcomes.append(done)

    def settle(self, memories: Sequence[MemoryRecord]) -> None:
        """Let these be due no longer."""
        if not self.keeps:
            return
        ids = [each.id for each in memories]
        self.tools.records.consolidation.settle(ids, scope=self.scope.everyone)


def consolidate(
    *, guidance: Guidance, scope: Scope, tools: ConsolidationTools, keeps: bool = True
) -> Consolidation:
    """Look at the memories of the scope's home that are due, and change what can be.

    Each group is changed in a transaction of its own: what was done stays, whatever comes after.

    Args:
        guidance: what the project wants, besides what always is.
        scope: whose.
        tools: the ports.
        keeps: False only says what would be done.

    Raises:
        LanguageModelBusy: the model is; what is left is due still.
        IndexUnavailable: the index does not answer.
        EmbedderError: the embedding model gave no usable vectors.
    """
    ingest = tools.ingest
    due, is_more = _due(scope, ingest)
    run = _Run(scope, ingest, keeps)
    if due:
        # Before groups are made: what is of one entity is looked at together.
        about = [each.id for each in due]
        found = resolve_entities(scope=scope, apply=keeps, tools=ingest, about=about)
        run.merged = found.merged
    with run.changing():
        for folded in fold_near_repeats(due, scope=scope.everyone, tools=ingest):
            run.note(folded)
        if tools.model is None:
            run.settle(due)
    if tools.model is None:
        reason = WITHOUT_MODEL if due else None
        return Consolidation(
            tuple(run.outcomes), len(due), is_more, reason=reason, merged_entities=run.merged
        )
    consolidator = Consolidator(tools.model, ingest.guidance.joined(guidance))
    folded_ids = {each.memory_id for each in run.outcomes}
    left = [each for each in due if each.id not in folded_ids]
    for group in groups_of(left, scope=scope, tools=ingest):
        try:
            _look_at(group, consolidator, run)
        except LanguageModelFailed as error:
            run.failure = str(error)
            break
    else:
        # With those that expired before they were looked at.
        run.settle(due)
    return _result(run, consolidator, looked_at=len(due), is_more=is_more)


def predict(*, guidance: Guidance, scope: Scope, tools: ConsolidationTools) -> TokenUsage:
    """About what `consolidate` would take of the language model, which is not asked."""
    if tools.model is None:
        return TokenUsage()
    due, _ = _due(scope, tools.ingest)
    joined = tools.ingest.guidance.joined(guidance)
    usage = TokenUsage()
    for group in groups_of(due, scope=scope, tools=tools.ingest):
        if len(group.memories) > 1:
            asked = question_about(group, joined)
            shown = (asked.instructions, str(asked.schema), asked.prompt)
            read = sum(map(estimate_tokens, shown))
            usage += TokenUsage(read=read, written=_WRITTEN_A_QUESTION)
    return usage


def _due(scope: Scope, tools: IngestTools) -> tuple[Sequence[MemoryRecord], bool]:
    """What is to be looked at now, and whether there is more."""
    found = tools.records.consolidation.due(scope=scope, limit=_AT_ONCE + 1)
    return found[:_AT_ONCE], len(found) > _AT_ONCE


def _look_at(group: Group, consolidator: Consolidator, run: _Run) -> None:
    """Ask about a group and change what holds; then nothing of it is due any longer."""
    for claims in consolidator.claims_about(group):
        prepared = [
            prepare(each, found_by=consolidator.name, scope=run.scope, tools=run.tools)
            for each in claims.observed
        ]
        with run.changing():
            _apply(claims, prepared, consolidator.name, run)
    run.settle(group.memories)


def _apply(claims: Claims, prepared: Sequence[Prepared | str], found_by: str, run: _Run) -> None:
    everyone, tools = run.scope.everyone, run.tools
    for same in claims.same:
        for done in fold_claimed(same, scope=everyone, tools=tools):
            run.note(done)
    # In the order in which the newer ones were said, so that a chain of changes holds.
    replaced = sorted(claims.replaced, key=lambda each: each.by.said_at)
    run.dropped[TOO_MANY] += max(0, len(replaced) - LIMITS.replaced)
    for claim in replaced[: LIMITS.replaced]:
        run.note(replace_claimed(claim, found_by=found_by, scope=everyone, tools=tools))
    for each in prepared:
        if isinstance(each, str):
            run.note(each)
        else:
            run.note(keep_observation(each, scope=everyone, tools=tools))


def _result(
    run: _Run, consolidator: Consolidator, *, looked_at: int, is_more: bool
) -> Consolidation:
    whys = [f"{why} ({count})" for why, count in consolidator.unanswered.items()]
    if run.failure is not None:
        whys.append(run.failure)
    dropped = consolidator.dropped + run.dropped
    return Consolidation(
        outcomes=tuple(run.outcomes),
        looked_at=looked_at,
        is_more=is_more or run.failure is not None,
        reason="; ".join(whys) or None,
        consolidator=consolidator.name,
        dropped={why: count for why, count in dropped.items() if count},
        usage=consolidator.usage,
        questions=consolidator.questions,
        merged_entities=run.merged,
    )
