"""Memories that are consolidated: what a question shows, and claims to answer with."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from memories import Memory, MemoryRecord, Scope
from memories.engine.domain import Kind
from memories.engine.ports.language_model import ModelRequest, ScriptedModel

# Claims about memories, by the words that each begins with.
Claiming: TypeAlias = Callable[[Mapping[str, int]], dict[str, Any]]
PORTO, LISBON = "Ana lives in Porto.", "Ana lives in Lisbon."
RUNS = ("Ana runs before work.", "Ana runs on Sundays.")
HABIT = "Ana likes to run."
JANUARY: Final = datetime(2024, 1, 10, 9, tzinfo=UTC)
MARCH: Final = datetime(2024, 3, 10, 9, tzinfo=UTC)
_SHOWN: Final = re.compile(r'^(\d+) "(?:[^"\\]|\\.)*" \S+ \w+: (".*")$', re.MULTILINE)


def shown_in(prompt: str) -> dict[str, int]:
    """The memories that a question shows: number by text."""
    memories = prompt.partition("<memories>")[2]
    return {json.loads(text): int(number) for number, text in _SHOWN.findall(memories)}


def is_consolidation(request: ModelRequest) -> bool:
    return "<memories>" in request.prompt


def claims(
    same: Sequence[Sequence[int]] = (),
    replaced: Sequence[tuple[int, int]] = (),
    observations: Sequence[tuple[str, Sequence[int]]] = (),
) -> dict[str, Any]:
    """An answer of the form that is asked for."""
    return {
        "same": [{"memories": list(numbers)} for numbers in same],
        "replaced": [{"memory": old, "by": new, "why": "she moved"} for old, new in replaced],
        "observations": [
            {"text": text, "kind": "preference", "categories": [], "memories": list(numbers)}
            for text, numbers in observations
        ],
    }


def habit(shown: Mapping[str, int]) -> dict[str, Any]:
    return claims(observations=[(HABIT, [shown[text] for text in RUNS if text in shown])])


def model_that(claiming: Claiming) -> ScriptedModel:
    """Learns each turn as one state, word for word, and claims that of what it is shown."""

    def answer(request: ModelRequest) -> str:
        if is_consolidation(request):
            return json.dumps(claiming(shown_in(request.prompt)))
        said = request.prompt.partition("<conversation>")[2]
        turns = re.findall(r'^(\d+) \w+ ("(?:[^"\\]|\\.)*") [^"]*: (".*")$', said, re.MULTILINE)
        facts = [_fact(int(turn), json.loads(who), json.loads(text)) for turn, who, text in turns]
        return json.dumps({"facts": facts})

    return ScriptedModel(answer)


def _fact(turn: int, speaker: str, words: str) -> dict[str, Any]:
    return {
        "text": words,
        "speaker": speaker,
        "quotes": [{"turn": turn, "words": words}],
        "kind": Kind.EVENT if " went " in words else Kind.STATE,
        "when": None,
        "entities": [],
        "categories": [],
        "known": [],
        "importance": 0.5,
    }


def tell(
    memory: Memory,
    *texts: str,
    scope: Scope,
    at: datetime = JANUARY,
    name: str = "Ana",
    **more: Any,
) -> list[str]:
    """Let somebody say each; gives the ids of what was learned."""
    said = [{"role": "user", "name": name, "content": text} for text in texts]
    added = memory.add(said, scope=scope, timestamp=at, **more)
    return [str(outcome.memory_id) for outcome in added.outcomes]


def by_text(memory: Memory, scope: Scope, **view: Any) -> dict[str, MemoryRecord]:
    return {each.text: each for each in memory.list(scope=scope, **view)}
