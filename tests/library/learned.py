"""Memories that learn by a model: what its prompt asks about, and claims to answer with."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from memories import Memory, Scope

# Opens the file with an extractor and other settings.
Opens: TypeAlias = Callable[..., Memory]


def turns_in(prompt: str) -> list[tuple[int, str]]:
    """The turns that facts are asked of, by number."""
    said = prompt.partition("<conversation>")[2]
    found = re.findall(r'^(\d+) \w+ "[^"]*" [^"]*: (".*")$', said, re.MULTILINE)
    return [(int(number), json.loads(words)) for number, words in found]


def known_in(prompt: str) -> list[tuple[int, str]]:
    """The known memories that are shown, by number."""
    known = prompt.partition("<known>")[2].partition("</known>")[0]
    found = re.findall(r'^(\d+) "[^"]*" [^"]*: (".*")$', known, re.MULTILINE)
    return [(int(number), json.loads(words)) for number, words in found]


def claim(turn: int, words: str) -> dict[str, Any]:
    """That a nameless user said so."""
    return {
        "text": f"User: {words}",
        "speaker": "User",
        "quotes": [{"turn": turn, "words": words}],
        "kind": "state",
        "when": None,
        "entities": [],
        "categories": [],
        "known": [],
        "importance": 0.5,
    }


def acme_of(memory: Memory) -> Scope:
    return memory.scope(user="acme")


def messages(*texts: str) -> list[dict[str, str]]:
    """A nameless user says them."""
    return [{"role": "user", "content": text} for text in texts]


def texts(memory: Memory) -> list[str]:
    return [each.text for each in memory.list(scope=acme_of(memory))]


def restate(prompt: str) -> str:
    """Each turn as a fact of its own."""
    return json.dumps({"facts": [claim(number, said) for number, said in turns_in(prompt)]})


def told(memory: Memory, **said: list[str]) -> list[tuple[Scope, Any]]:
    """What each user says in a conversation of their own."""
    return [(memory.scope(user=user), messages(*texts)) for user, texts in said.items()]
