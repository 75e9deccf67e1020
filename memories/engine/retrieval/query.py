"""What a question asks for, read without a model."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo

from memories.engine.domain import QueryTime
from memories.engine.text.dates import read_query_time
from memories.engine.text.mentions import find_mentions
from memories.engine.text.names import without_names
from memories.engine.text.tokens import analyse_query


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
    """

    text: str
    bare: str
    alternatives: tuple[tuple[str, ...], ...]
    mentions: tuple[str, ...]
    time: QueryTime


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
    return Query(
        text=text,
        bare=bare,
        alternatives=analyse_query(bare, languages=languages),
        mentions=tuple(dict.fromkeys(mention.surface for mention in find_mentions(text))),
        time=read_query_time(text, reference=reference, zone=zone),
    )
