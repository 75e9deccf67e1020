"""Requests to extract from, and claims that a model may answer with."""

from datetime import datetime, timedelta, timezone
from typing import Any, Final

from memories import ExtractionRequest, MemoryRecord, Message
from memories.engine.domain import Kind, Role, Scope

# A Friday evening in Berlin.
SAID_AT: Final = datetime(2024, 5, 10, 20, 15, tzinfo=timezone(timedelta(hours=2)))


def message(id_: str, text: str, *, speaker: str = "Ana", role: Role = Role.USER) -> Message:
    return Message(id_, role, speaker, text, SAID_AT, SAID_AT, "s", 0)


def memory(id_: str, text: str) -> MemoryRecord:
    return MemoryRecord(
        id=id_,
        scope=Scope("acme", "notes", user="ana"),
        text=text,
        attributed_to="Ana",
        kind=Kind.STATE,
        said_at=SAID_AT,
        recorded_at=SAID_AT,
        updated_at=SAID_AT,
        fingerprint=text,
    )


def asking(*texts: str, **changes: Any) -> ExtractionRequest:
    """A request about texts that Ana said, as messages m1, m2 and so on."""
    messages = tuple(message(f"m{place}", text) for place, text in enumerate(texts, start=1))
    return ExtractionRequest(**{"messages": messages, **changes})


def claim(**changes: Any) -> dict[str, Any]:
    """A claim about `asking("I own a boat.")` that holds, but for the changes."""
    return {
        "text": "Ana owns a boat.",
        "speaker": "Ana",
        "quotes": [{"turn": 1, "words": "I own a boat."}],
        "kind": "state",
        "when": None,
        "entities": [{"name": "Ana", "type": "person"}],
        "categories": [],
        "known": [],
        "importance": 0.5,
        **changes,
    }
