"""What a question asks for, read without a model."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from typing import Final

from memories.engine.domain import Intent, QueryTime
from memories.engine.text.dates import read_query_time
from memories.engine.text.intents import read_intent
from memories.engine.text.languages import DEFAULT_LANGUAGE
from memories.engine.text.mentions import find_mentions
from memories.engine.text.names import without_names
from memories.engine.text.tokens import analyse_query, says_something, stem
from memories.engine.text.word_lists import rows

_STATES: Final = frozenset((Intent.CURRENT, Intent.PREFERENCE))


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
        aside: the question without the event that bounds its time ("before she moved"), which is
            not what is asked for; None without one, or where nothing else is asked.
    """

    text: str
    bare: str
    alternatives: tuple[tuple[str, ...], ...]
    mentions: tuple[str, ...]
    time: QueryTime
    intent: Intent
    intent_words: str
    telling: tuple[bool, ...]
    aside: "Query | None" = None


def read_query(
    text: str,
    *,
    reference: datetime,
    zone: tzinfo | None,
    languages: frozenset[str],
    speakers: Collection[str],
) -> Query:
    """Take a question apart.

    Args:
        text: the question.
        reference: the instant that "yesterday" is judged from.
        zone: the asker's time zone.
        languages: languages that the index holds.
        speakers: names of those who speak in the scope.
    """
    bare = without_names(text, speakers)
    time = read_query_time(text, reference=reference, zone=zone)
    aside = None
    rest = without_names(text.replace(time.anchor_clause, " "), speakers)
    if time.anchor_clause and (time.anchor_distance or says_something(rest)):
        aside = read_query(
            rest, reference=reference, zone=zone, languages=languages, speakers=speakers
        )
    intent, intent_words = read_intent(text, time)
    alternatives = _with_changes(analyse_query(bare, languages=languages), intent)
    passed_over = frozenset(
        term
        for word in (intent_words, *time.words)
        for terms in analyse_query(word or " ", languages=languages)
        for term in terms
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
        aside=aside,
    )


def _with_changes(
    alternatives: tuple[tuple[str, ...], ...], intent: Intent
) -> tuple[tuple[str, ...], ...]:
    """Who asks where somebody lives now also looks for who moved."""
    if intent not in _STATES:
        return alternatives
    changes = _changes()
    return tuple(
        tuple(dict.fromkeys((*terms, *(word for term in terms for word in changes.get(term, ())))))
        for terms in alternatives
    )


@cache
def _changes() -> Mapping[str, tuple[str, ...]]:
    """The terms that tell how a state changed, by the term that tells of the state."""
    table: dict[str, tuple[str, ...]] = {}
    for row in rows("changes"):
        state, *changes = (stem(word, DEFAULT_LANGUAGE) for word in row)
        table[state] = tuple(changes)
    return table
