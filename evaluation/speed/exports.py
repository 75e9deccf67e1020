"""A conversation as an export file, so that large files are taken in rather than learned.

What `add` would find in the text, its memories and entities, is known where text is made up: a
hundred thousand turns become a file in a minute. Its form is docs/export.md's.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from evaluation.speed.corpus import Said

_FORMAT: Final = 1
_SPACE: Final = uuid.UUID("5b0f1c9e-5d2b-4a55-9c55-6f0a5a5f3a01")
_NOBODY_ELSE: Final = {"agent": None, "app": None, "run": None}
# Extraction is as sure of a name that stands in the text.
_SURE: Final = 0.9


def write_export(path: Path, talks: Mapping[str, Sequence[Said]]) -> None:
    """Write the talks of several users: each turn a message, and verbatim a memory too."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in _lines(talks))


def _lines(talks: Mapping[str, Sequence[Said]]) -> Iterator[Mapping[str, object]]:
    yield {"record": "header", "format": _FORMAT, "forgetting_key": _digest("key", size=32)}
    everything = [
        (user, place, turn) for user, turns in talks.items() for place, turn in enumerate(turns)
    ]
    yield from (_message(user, place, turn) for user, place, turn in everything)
    yield from (_memory(user, turn) for user, _, turn in everything)
    for _, _, turn in everything:
        yield _version(turn)
    for _, _, turn in everything:
        yield _source(turn)
    yield from _entities(talks)
    for user, _, turn in everything:
        yield from _mentions(user, turn)
    for _, _, turn in everything:
        yield _history(turn)


def _message(user: str, place: int, turn: Said) -> Mapping[str, object]:
    return {
        "record": "message",
        "id": _id("message", turn.id),
        "identity": _digest("message", turn.id),
        "user": user,
        **_NOBODY_ELSE,
        "role": "user",
        "speaker": turn.speaker,
        "name": turn.speaker,
        "client_id": turn.id,
        "text": turn.text,
        "metadata": {},
        "session": _id("session", turn.session),
        "position": place,
        "said_at": turn.said_at.isoformat(),
        "said_offset": 0,
        "recorded_at": turn.said_at.isoformat(),
        "expires_at": None,
    }


def _memory(user: str, turn: Said) -> Mapping[str, object]:
    return {
        "record": "memory",
        "id": _id("memory", turn.id),
        "identity": _digest("memory", turn.id),
        "user": user,
        **_NOBODY_ELSE,
        "text": turn.text,
        "fingerprint": _digest("fingerprint", turn.id),
        "attributed_to": turn.speaker,
        "kind": "event",
        "said_at": turn.said_at.isoformat(),
        "said_offset": 0,
        "recorded_at": turn.said_at.isoformat(),
        "updated_at": turn.said_at.isoformat(),
        "occurred_from": None,
        "occurred_until": None,
        "occurred_offset": None,
        "occurred_precision": None,
        "categories": [],
        "metadata": {},
        "expires_at": None,
        "immutable": 0,
        "version": 1,
        "reinforcements": 0,
        "superseded_by": None,
        "superseded_at": None,
        "merged_into": None,
    }


def _version(turn: Said) -> Mapping[str, object]:
    return {
        "record": "version",
        "memory_id": _id("memory", turn.id),
        "version": 1,
        "text": turn.text,
        "said_at": turn.said_at.isoformat(),
        "recorded_at": turn.said_at.isoformat(),
    }


def _source(turn: Said) -> Mapping[str, object]:
    return {
        "record": "source",
        "memory_id": _id("memory", turn.id),
        "message_id": _id("message", turn.id),
        "start": 0,
        "until": len(turn.text),
    }


def _entities(talks: Mapping[str, Sequence[Said]]) -> Iterator[Mapping[str, object]]:
    known = [
        (user, name)
        for user, turns in talks.items()
        for name in dict.fromkeys(name for turn in turns for name in turn.about)
    ]
    for user, name in known:
        yield {
            "record": "entity",
            "id": _id("entity", user, name),
            "user": user,
            **_NOBODY_ELSE,
            "name": name,
            "type": "name" if name[0].isupper() else "topic",
        }
    for user, name in known:
        yield {
            "record": "alias",
            "entity_id": _id("entity", user, name),
            "form": name.lower(),
            "surface": name,
        }


def _mentions(user: str, turn: Said) -> Iterator[Mapping[str, object]]:
    for name in dict.fromkeys(turn.about):
        for owner in ("message", "memory"):
            yield {
                "record": "mention",
                "entity_id": _id("entity", user, name),
                "owner_id": _id(owner, turn.id),
                "surface": name,
                "score": _SURE,
                "reason": "same name",
            }


def _history(turn: Said) -> Mapping[str, object]:
    return {
        "record": "history",
        "memory_id": _id("memory", turn.id),
        "event": "ADD",
        "at": turn.said_at.isoformat(),
        "old_text": None,
        "new_text": turn.text,
        "reason": None,
    }


def _id(*of: str) -> str:
    return str(uuid.uuid5(_SPACE, "\0".join(of)))


def _digest(*of: str, size: int = 16) -> str:
    return hashlib.blake2b("\0".join(of).encode(), digest_size=size).hexdigest()
