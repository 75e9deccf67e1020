"""What a question asks for, read without a model."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from memories.engine.domain import QueryTime
from memories.engine.text.dates import read_query_time
from memories.engine.text.mentions import find_mentions
from memories.engine.text.tokens import analyse_query


@dataclass(frozen=True, slots=True)
class Query:
    """A question, taken apart.

    Attributes:
        text: the question.
        alternatives: for each word that counts, the terms that it may be indexed under.
        mentions: surfaces that name an entity.
        time: what it says of time.
    """

    text: str
    alternatives: tuple[tuple[str, ...], ...]
    mentions: tuple[str, ...]
    time: QueryTime


def read_query(
    text: str, *, reference: datetime, zone: tzinfo | None, languages: frozenset[str]
) -> Query:
    """Take a question apart.

    Args:
        text: the question.
        reference: the instant that "yesterday" is judged from.
        zone: the asker's time zone.
        languages: languages that the index holds.
    """
    return Query(
        text=text,
        alternatives=analyse_query(text, languages=languages),
        mentions=tuple(dict.fromkeys(mention.surface for mention in find_mentions(text))),
        time=read_query_time(text, reference=reference, zone=zone),
    )
