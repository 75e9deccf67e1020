"""The results of a batch, which every provider gives as JSON Lines."""

import json
from collections.abc import Callable, Mapping

from memories.engine.ports.model_batches import BatchAnswer, Unanswered


def answers_in(
    lines: str, answer: Callable[[Mapping[str, object]], BatchAnswer]
) -> dict[str, BatchAnswer]:
    """What became of each question, by its id.

    A line that has not the form of the protocol says that its question failed, if it says which.

    Args:
        lines: as the provider gives them, in any order.
        answer: reads one of them.
    """
    found: dict[str, BatchAnswer] = {}
    # Not `splitlines`: answers may hold other characters that end lines.
    for text in lines.split("\n"):
        line = _object(text)
        id_ = line.get("custom_id")
        if isinstance(id_, str):
            found[id_] = _read(line, answer)
    return found


def _object(text: str) -> Mapping[str, object]:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return line if isinstance(line, dict) else {}


def _read(
    line: Mapping[str, object], answer: Callable[[Mapping[str, object]], BatchAnswer]
) -> BatchAnswer:
    try:
        return answer(line)
    except (ValueError, TypeError, AttributeError, KeyError):
        return Unanswered.FAILED
