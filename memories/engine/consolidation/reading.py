"""Reading what a language model claims of the memories that it was shown."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from memories.engine.consolidation.gathering import Group
from memories.engine.domain import Guidance, Kind, MemoryRecord
from memories.engine.ingestion.limits import LIMITS
from memories.engine.text.model_answers import (
    FORMLESS,
    Unfit,
    numbered,
    object_in,
    statement_of,
)

UNKNOWN_MEMORY: Final = "it names a memory that was not shown"
TOO_FEW: Final = "it names fewer than two memories"
TOO_MANY: Final = "there were too many of them"
UNKNOWN_KIND: Final = "its kind is unknown"
UNKNOWN_CATEGORY: Final = "its category is not on the list"
NO_REASON: Final = "it says no reason"

_LONGEST_OBSERVATION: Final = 500
_LONGEST_REASON: Final = 300
_KINDS: Final[Mapping[object, Kind]] = {each.value: each for each in Kind}


@dataclass(frozen=True, slots=True)
class Same:
    """A claim that memories say the same."""

    memories: tuple[MemoryRecord, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A claim that one memory made another untrue."""

    memory: MemoryRecord
    by: MemoryRecord
    why: str


@dataclass(frozen=True, slots=True)
class Observed:
    """A claim that something follows from several memories."""

    text: str
    kind: Kind
    categories: tuple[str, ...]
    memories: tuple[MemoryRecord, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a model claims, as far as it has a form and is about what was shown."""

    same: tuple[Same, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    observed: tuple[Observed, ...] = ()


@dataclass(slots=True)
class ClaimReader:
    """Reads the answer to one question.

    Attributes:
        group: what the model was shown.
        guidance: whose categories may be named.
        dropped: how many claims were not taken over, by why.
    """

    group: Group
    guidance: Guidance
    dropped: Counter[str] = field(default_factory=Counter)

    def read(self, answer: str) -> Claims | None:
        """The claims; None if the answer is not in the form that was asked for."""
        whole = object_in(answer)
        if whole is None:
            return None
        parts = [whole.get(name) for name in ("same", "replaced", "observations")]
        if not all(isinstance(part, list) for part in parts):
            return None
        same, replaced, observed = parts
        return Claims(
            tuple(self._same(same)),
            tuple(self._replaced(replaced)),
            tuple(self._observed(observed)),
        )

    def _same(self, claims: object) -> Iterator[Same]:
        for claim in self._objects(claims, LIMITS.consolidated):
            try:
                yield Same(self._memories(claim.get("memories")))
            except Unfit as unfit:
                self.dropped[unfit.why] += 1

    def _replaced(self, claims: object) -> Iterator[Replaced]:
        for claim in self._objects(claims, LIMITS.consolidated):
            memory, by = (
                numbered(claim.get(name), self.group.memories) for name in ("memory", "by")
            )
            if memory is None or by is None:
                self.dropped[UNKNOWN_MEMORY] += 1
                continue
            try:
                yield Replaced(memory, by, statement_of(claim.get("why"), longest=_LONGEST_REASON))
            except Unfit:
                self.dropped[NO_REASON] += 1

    def _observed(self, claims: object) -> Iterator[Observed]:
        for claim in self._objects(claims, LIMITS.observations):
            try:
                yield Observed(
                    statement_of(claim.get("text"), longest=_LONGEST_OBSERVATION),
                    self._kind(claim.get("kind")),
                    self._categories(claim.get("categories")),
                    self._memories(claim.get("memories")),
                )
            except Unfit as unfit:
                self.dropped[unfit.why] += 1

    def _objects(self, claims: object, most: int) -> Iterator[Mapping[str, object]]:
        """As many as may be, of what should be a list of objects."""
        for claim in self._first(claims, most):
            if isinstance(claim, dict):
                yield claim
            else:
                self.dropped[FORMLESS] += 1

    def _first(self, listed: object, most: int) -> Sequence[object]:
        found = listed if isinstance(listed, list) else []
        self.dropped[TOO_MANY] += max(0, len(found) - most)
        return found[:most]

    def _memories(self, numbers: object) -> tuple[MemoryRecord, ...]:
        """At least two; one number that was not shown spoils the others."""
        listed = numbers if isinstance(numbers, list) else []
        shown = self.group.memories
        found = [numbered(number, shown) for number in listed[: len(shown) + 1]]
        known = {each.id: each for each in found if each is not None}
        if not all(found):
            raise Unfit(UNKNOWN_MEMORY)
        if len(known) < 2:  # noqa: PLR2004 - as the words say
            raise Unfit(TOO_FEW)
        return tuple(known.values())

    def _kind(self, kind: object) -> Kind:
        if isinstance(kind, str) and kind in _KINDS:
            return _KINDS[kind]
        self.dropped[UNKNOWN_KIND] += 1
        return Kind.STATE

    def _categories(self, names: object) -> tuple[str, ...]:
        known: dict[str, None] = {}
        for name in self._first(names, LIMITS.categories):
            if isinstance(name, str) and name in self.guidance.categories:
                known[name] = None
            else:
                self.dropped[UNKNOWN_CATEGORY] += 1
        return tuple(known)
