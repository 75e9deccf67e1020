"""Reading a model's answer: nothing in it is believed that was not shown and can't be proven."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from memories.engine.adapters.model_extractor._instructions import KINDS, SAME, SUPERSEDES, SUPPORTS
from memories.engine.adapters.model_extractor._quotes import QuotedMessage
from memories.engine.adapters.model_extractor._times import interval_of
from memories.engine.domain import (
    EntityType,
    Fact,
    FactLink,
    Interval,
    Kind,
    LinkKind,
    Mention,
    Message,
    Quote,
)
from memories.engine.ports.extractor import UNPROVEN, ExtractionRequest
from memories.engine.text.model_answers import (
    FORMLESS,
    Unfit,
    numbered,
    object_in,
    statement_of,
)

TOO_MANY: Final = "there were too many of them"
UNKNOWN_KIND: Final = "its kind is unknown"
UNQUOTED_SPEAKER: Final = "it is attributed to somebody who is not quoted"
UNKNOWN_TIME: Final = "its time makes no sense"
UNNAMED_ENTITY: Final = "it names an entity that is not in its text"
UNKNOWN_CATEGORY: Final = "its category is not on the list"
UNKNOWN_MEMORY: Final = "it relates to a memory that was not shown"
OFF_SCALE: Final = "its importance is off the scale"

_MOST_FACTS: Final = 60
_MOST_QUOTES: Final = 5
_MOST_OTHERS: Final = 20
_LONGEST_FACT: Final = 1000
_LONGEST_NAME: Final = 200
_RELATIONS: Final[Mapping[object, LinkKind]] = {
    SUPERSEDES: LinkKind.SUPERSEDES,
    SUPPORTS: LinkKind.SUPPORTS,
}
_KINDS: Final[Mapping[object, Kind]] = {name: Kind(name) for name in KINDS}
_TYPES: Final[Mapping[object, EntityType]] = {each.value: each for each in EntityType}


@dataclass(slots=True)
class AnswerReader:
    """Reads the answers to one request.

    Attributes:
        request: what the model was shown.
        dropped: how many claims were not taken over, by why.
    """

    request: ExtractionRequest
    dropped: Counter[str] = field(default_factory=Counter)
    _messages: Sequence[QuotedMessage] = field(init=False)

    def __post_init__(self) -> None:
        self._messages = [QuotedMessage(message) for message in self.request.messages]

    def read(self, answer: str) -> tuple[Fact, ...] | None:
        """The facts that hold; None if the answer is not in the form that was asked for."""
        whole = object_in(answer)
        claims = None if whole is None else whole.get("facts")
        if not isinstance(claims, list):
            return None
        facts: list[Fact] = []
        for claim in self._first(claims, _MOST_FACTS):
            try:
                facts.append(self._fact(claim))
            except Unfit as unfit:
                self.dropped[unfit.why] += 1
        return tuple(facts)

    def _first(self, claims: object, most: int) -> Sequence[object]:
        """As many as may be, of what should be a list."""
        listed = claims if isinstance(claims, list) else []
        self.dropped[TOO_MANY] += max(0, len(listed) - most)
        return listed[:most]

    def _fact(self, claim: object) -> Fact:
        if not isinstance(claim, dict):
            raise Unfit(FORMLESS)
        text = statement_of(claim.get("text"), longest=_LONGEST_FACT)
        quotes = self._quotes(claim.get("quotes"))
        speaker, quotes = self._attributed(claim.get("speaker"), quotes)
        said_at = self._said(quotes[0]).said_at
        links, repeats = self._relations(claim.get("known"))
        return Fact(
            text=text,
            attributed_to=speaker,
            quotes=quotes,
            said_at=said_at,
            kind=self._kind(claim.get("kind")),
            occurred=self._occurred(claim.get("when"), said_at),
            mentions=self._mentions(claim.get("entities"), text) or None,
            categories=self._categories(claim.get("categories")),
            links=links,
            importance=self._importance(claim.get("importance")),
            repeats=repeats,
        )

    def _quotes(self, claims: object) -> tuple[Quote, ...]:
        """All of them where they were said; one that was not proves nothing."""
        quotes = [self._quote(claim) for claim in self._first(claims, _MOST_QUOTES)]
        found = tuple(dict.fromkeys(quote for quote in quotes if quote is not None))
        if not found or not all(quotes):
            raise Unfit(UNPROVEN)
        return found

    def _quote(self, claim: object) -> Quote | None:
        if not isinstance(claim, dict):
            return None
        message = numbered(claim.get("turn"), self._messages)
        words = claim.get("words")
        return message.find(words) if message is not None and isinstance(words, str) else None

    def _said(self, quote: Quote) -> Message:
        return next(each.message for each in self._messages if each.message.id == quote.message_id)

    def _attributed(
        self, speaker: object, quotes: tuple[Quote, ...]
    ) -> tuple[str, tuple[Quote, ...]]:
        """Whose statement it is, in whatever case, with that speaker's quotes first."""
        speakers = [self._said(quote).speaker for quote in quotes]
        named = speaker.strip().casefold() if isinstance(speaker, str) else ""
        meant = next((each for each in speakers if each.casefold() == named), None)
        if meant is None:
            self.dropped[UNQUOTED_SPEAKER] += 1
            meant = speakers[-1]
        own = [quote for quote, by in zip(quotes, speakers, strict=True) if by == meant]
        return meant, tuple(dict.fromkeys((*own, *quotes)))

    def _occurred(self, when: object, said_at: datetime) -> Interval | None:
        if when is None:
            return None
        occurred = interval_of(when, said_at, self.request.zone)
        self.dropped[UNKNOWN_TIME] += occurred is None
        return occurred

    def _kind(self, kind: object) -> Kind:
        if isinstance(kind, str) and kind in _KINDS:
            return _KINDS[kind]
        self.dropped[UNKNOWN_KIND] += 1
        return Kind.STATE

    def _mentions(self, claims: object, text: str) -> tuple[Mention, ...]:
        mentions: dict[tuple[int, int], Mention] = {}
        for claim in self._first(claims, _MOST_OTHERS):
            name = claim.get("name") if isinstance(claim, dict) else None
            type_ = claim.get("type") if isinstance(claim, dict) else None
            start = _place(name, text)
            if start is None or not isinstance(name, str):
                self.dropped[UNNAMED_ENTITY] += 1
                continue
            known = _TYPES.get(type_, EntityType.NAME) if isinstance(type_, str) else None
            span = (start, start + len(name))
            mentions[span] = Mention(name, *span, known or EntityType.NAME)
        return tuple(mentions[span] for span in sorted(mentions))

    def _categories(self, claims: object) -> tuple[str, ...]:
        listed = self.request.guidance.categories
        known: dict[str, None] = {}
        for name in self._first(claims, _MOST_OTHERS):
            if isinstance(name, str) and name in listed:
                known[name] = None
            else:
                self.dropped[UNKNOWN_CATEGORY] += 1
        return tuple(known)

    def _relations(self, claims: object) -> tuple[tuple[FactLink, ...], str | None]:
        links: dict[FactLink, None] = {}
        repeats: str | None = None
        for claim in self._first(claims, _MOST_OTHERS):
            shown = claim.get("memory") if isinstance(claim, dict) else None
            relation = claim.get("relation") if isinstance(claim, dict) else None
            memory = numbered(shown, self.request.known_memories)
            if memory is None or not isinstance(relation, str):
                self.dropped[UNKNOWN_MEMORY] += 1
            elif relation == SAME:
                repeats = repeats or memory.id
            elif relation in _RELATIONS:
                links[FactLink(_RELATIONS[relation], memory.id)] = None
            else:
                self.dropped[UNKNOWN_MEMORY] += 1
        return tuple(links), repeats

    def _importance(self, importance: object) -> float | None:
        number = None if isinstance(importance, bool) else importance
        if isinstance(number, int | float) and 0 <= number <= 1:
            return float(number)
        self.dropped[OFF_SCALE] += 1
        return None


def _place(name: object, text: str) -> int | None:
    """Where a name stands in the text."""
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return None
    start = text.find(name) if any(map(str.isalnum, name)) else -1
    return start if start >= 0 else None
