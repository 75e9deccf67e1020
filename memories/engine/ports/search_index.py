"""What is found, derived from the truth: it can be rebuilt from it at any time.

Every read takes the scope and a selection; no row outside them is ever answered.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from memories.engine.domain import (
    Candidates,
    Found,
    Interval,
    KnownEntity,
    Message,
    Scope,
    Selection,
    Vector,
    WordStatistics,
)


class WordIndex(Protocol):
    """Finds rows by words."""

    def lexical(
        self,
        alternatives: Sequence[Sequence[str]],
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        """Rows whose own text holds the words, by BM25 over the project, scaled to at most 1.

        Args:
            alternatives: for each word of the query, the terms that count as it.
            scope: whose rows.
            selection: which of them.
            limit: at most so many.
            messages: also messages.
        """
        ...

    def words(self, alternatives: Sequence[Sequence[str]], *, scope: Scope) -> WordStatistics:
        """What BM25 needs to know of the project.

        Args:
            alternatives: as for `lexical`; the rarities are in their order.
            scope: the project.
        """
        ...


class SearchIndex(WordIndex, Protocol):
    """Finds rows by meaning, words, entities and time."""

    def semantic(
        self, vector: Vector, *, scope: Scope, selection: Selection, limit: int, messages: bool
    ) -> Sequence[Found]:
        """Rows whose passages are nearest; the score is the cosine similarity."""
        ...

    def candidates(
        self,
        owner_ids: Collection[str],
        *,
        vector: "Vector | None",
        alternatives: Sequence[Sequence[str]],
        entities: Sequence[str],
        scope: Scope,
        selection: Selection,
    ) -> Candidates:
        """Rows with all that they are judged by.

        Besides those asked for come the messages that its memories were learned from, and the
        memories learned from its messages: they are judged together.

        Args:
            owner_ids: memories and messages that may answer.
            vector: the question's; None to leave likeness out.
            alternatives: for each word of the question, the terms that count as it.
            entities: ids of the entities that it names.
            scope: whose rows.
            selection: which of them.
        """
        ...

    def matched_terms(
        self, owner_ids: Collection[str], terms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[str]]:
        """Which of the terms each row's passages hold, for the explanation."""
        ...

    def entity(
        self,
        weights: Mapping[str, float],
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        """Rows that mention the entities; the score is the share of the weights that they hold.

        Args:
            weights: entity id to weight; weights add up to at most 1.
            scope: whose rows.
            selection: which of them.
            limit: at most so many.
            messages: also messages.
        """
        ...

    def near_entities(self, vector: Vector, *, scope: Scope, limit: int) -> Sequence[Found]:
        """Embedded entities of the scope, nearest first.

        The score is the cosine similarity, the reason the entity's name.
        """
        ...

    def temporal(
        self,
        interval: Interval,
        *,
        scope: Scope,
        selection: Selection,
        limit: int,
        messages: bool,
    ) -> Sequence[Found]:
        """Rows that tell of the interval or were said in it, the nearest its middle first.

        Each scores 1: how well the times fit is judged for all signals' rows alike.
        """
        ...

    def meant_by(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        """Entities known under any of the forms, or called so for short, form by form."""
        ...

    def turns(
        self, places: Collection[tuple[str, int]], *, scope: Scope, selection: Selection
    ) -> Sequence[Message]:
        """Messages at those places, each a session and a position; missing ones are left out.

        The selection's filter does not apply: neighbours are shown for the sake of a hit.
        """
        ...

    def newest(self, *, scope: Scope, selection: Selection) -> datetime | None:
        """When the newest visible message or memory was said; None if there is none."""
        ...
