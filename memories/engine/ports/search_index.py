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
    OwnedMessage,
    Passage,
    Scope,
    Selection,
    Vector,
)


class PassageStore(Protocol):
    """What is indexed; written with the records that it comes from."""

    def put(self, passages: Sequence[Passage], *, scope: Scope) -> None:
        """Index passages; joins the open transaction, if there is one."""
        ...

    def retire(self, owner_id: str, *, by: Passage, scope: Scope) -> None:
        """Let an older version's passages be found only as of a time before the new one's."""
        ...

    def withdraw(self, message_ids: Collection[str], *, scope: Scope) -> None:
        """Take messages out of the index."""
        ...

    def clear(self, *, scope: Scope) -> None:
        """Take out everything of the project; searches of others see it until the commit."""
        ...


class SearchIndex(PassageStore, Protocol):
    """Finds rows by meaning, words, entities and time."""

    def semantic(
        self, vector: Vector, *, scope: Scope, selection: Selection, limit: int, messages: bool
    ) -> Sequence[Found]:
        """Rows whose passages are nearest; the score is the cosine similarity."""
        ...

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

    def pending(
        self,
        messages: Sequence[OwnedMessage],
        alternatives: Sequence[Sequence[str]],
        *,
        scope: Scope,
        selection: Selection,
    ) -> Sequence[Found]:
        """Of messages that are not stored yet, those that the read may see and that hold the words.

        Args:
            messages: which; the score is what `lexical` would give each.
            alternatives: as for `lexical`.
            scope: whose rows.
            selection: which of them.
        """
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

    def speakers(self, *, scope: Scope) -> frozenset[str]:
        """Names of those who said what is indexed in the scope."""
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

    def newest(self, *, scope: Scope, selection: Selection) -> datetime | None:
        """When the newest visible message or memory was said; None if there is none."""
        ...

    def languages(self, *, scope: Scope) -> frozenset[str]:
        """Languages that the project's texts were found to be in."""
        ...

    def note_languages(self, languages: Collection[str], *, scope: Scope) -> None:
        """Remember that texts in these languages are indexed."""
        ...
