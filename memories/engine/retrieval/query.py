"""What a question asks for, read without a model."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, TypeAlias

from memories.engine.domain import Intent, QueryTime
from memories.engine.text.dates import read_query_time
from memories.engine.text.intents import read_intent
from memories.engine.text.mentions import find_mentions
from memories.engine.text.names import without_names
from memories.engine.text.states import Phase, State, asked_state, mark_of
from memories.engine.text.tokens import analyse_query, says_something

_NOW: Final = frozenset((Intent.CURRENT, Intent.NEWEST))
# For each word, or each of several things, the terms that it may be indexed under.
_Alternatives: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question, taken apart.

    Attributes:
        text: the question.
        bare: the question without the names of those who speak in the scope, as passages are
            embedded; whom it is about is the entities' to say.
        alternatives: for each word of the bare question that counts, the terms that it may be
            indexed under.
        mentions: surfaces that name an entity.
        time: what it says of time.
        intent: what it wants.
        intent_words: the words that tell the intent; "" where its tense does.
        telling: for each of the alternatives, True unless it is a word of time or of the intent.
        marks: of texts that tell of the state that it asks for, those that tell best first; empty
            where it asks for none.
        aside: the question without the event that bounds its time ("before she moved"), which is
            not what is asked for; None without one, or where nothing else is asked.
    """

    text: str
    bare: str
    alternatives: _Alternatives
    mentions: tuple[str, ...]
    time: QueryTime
    intent: Intent
    intent_words: str
    telling: tuple[bool, ...]
    marks: _Alternatives = ()
    aside: "Query | None" = None

    @property
    def gathered(self) -> _Alternatives:
        """What rows are looked through for: the alternatives, then the marks."""
        return (*self.alternatives, *self.marks)


def read_query(
    text: str,
    *,
    reference: datetime,
    zone: tzinfo | None,
    languages: frozenset[str],
    speakers: Collection[str],
    marks: _Alternatives = (),
) -> Query:
    """Take a question apart.

    Args:
        text: the question.
        reference: the instant that "yesterday" is judged from.
        zone: the asker's time zone.
        languages: languages that the index holds.
        speakers: names of those who speak in the scope.
        marks: of the state that it asks for, where words that are left out of it tell when.
    """
    bare = without_names(text, speakers)
    time = read_query_time(text, reference=reference, zone=zone)
    intent, intent_words = read_intent(text, time)
    apart = text.replace(time.anchor_clause, " ") if time.anchor_clause else text
    asked = asked_state(apart)
    if asked is not None:
        marks = marks or _marks(asked.state, intent, time)
    aside = None
    rest = without_names(apart, speakers)
    if time.anchor_clause and (time.anchor_distance or says_something(rest)):
        aside = read_query(
            rest,
            reference=reference,
            zone=zone,
            languages=languages,
            speakers=speakers,
            marks=marks,
        )
    alternatives = analyse_query(bare, languages=languages)
    if asked is not None and marks:
        asking = _terms(asked.words, languages)
        alternatives = tuple(
            terms if asking.isdisjoint(terms) else (*terms, *marks[0]) for terms in alternatives
        )
    passed_over = frozenset[str]().union(
        *(_terms(words, languages) for words in (intent_words, *time.words))
    )
    return Query(
        text=text,
        bare=bare,
        alternatives=alternatives,
        mentions=tuple(dict.fromkeys(mention.surface for mention in find_mentions(text))),
        time=time,
        intent=intent,
        intent_words=intent_words,
        telling=tuple(passed_over.isdisjoint(terms) for terms in alternatives),
        marks=marks,
        aside=aside,
    )


def _terms(words: str, languages: frozenset[str]) -> frozenset[str]:
    """All that the words may be indexed under."""
    found = analyse_query(words or " ", languages=languages)
    return frozenset(term for terms in found for term in terms)


def _marks(state: State, intent: Intent, time: QueryTime) -> _Alternatives:
    """The marks of what tells of the state at the time that is asked about; empty without one."""
    holds, ends, held = (mark_of(state, phase) for phase in Phase)
    if intent in _NOW:
        return ((holds, ends),)
    if intent is Intent.OLDEST or time.intervals or time.anchor_side == "before":
        # That somebody quit tells least of what they had done.
        return ((holds, held), (ends,))
    return ()
