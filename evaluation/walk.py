"""From hits to turns: what a reader of the hits has seen, in the order they were read."""

from collections.abc import Iterable, Iterator

from memories import Message, SearchHit

# A memory that was said many times would otherwise bring all of its sources in at one rank.
_MOST_SOURCES = 3


def walk(hits: Iterable[SearchHit]) -> Iterator[Message]:
    """Distinct turns: each hit's sources (at most 3), then the neighbours that it carries.

    The place of a turn in this order, from 1, is the k of every figure at k.
    """
    seen: set[str] = set()
    for hit in hits:
        sources = (source.message for source in hit.sources[:_MOST_SOURCES])
        for message in (*sources, *hit.neighbours):
            if message.id not in seen:
                seen.add(message.id)
                yield message


def turn_id(message: Message) -> str:
    """The data set's own id of a turn; the message's where the data set gives none."""
    return message.client_id or message.id


def distinct(units: Iterable[str]) -> list[str]:
    """Each once, where it first stands."""
    return list(dict.fromkeys(units))
