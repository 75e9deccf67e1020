"""Who "she" and "they" are, where it is certain."""

import re
from typing import Final

from memories.engine.adapters.local_extractor._relations import any_relation, pronouns_by_relation

# They are talked of too, but no pronoun is theirs for certain.
_PETS: Final = "dog|cat|puppy|kitten|dogs|cats|pets"
_KIN: Final = re.compile(
    rf"\b(?P<owner>my|our|(?-i:[A-Z]\w*)['’]s)\s+(?:[a-z]+\s+)?(?P<kin>{any_relation()}|{_PETS})\b"
    r"(?:,?\s+(?P<named>(?-i:[A-Z][a-z]+))\b)?",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"(?<=[a-z,]\s)(?P<named>[A-Z][a-z]{2,})\b")
_PLACED: Final = re.compile(
    r"(?:in|at|to|from|of|on|near|the|this|last|next|every|by|for)\s+$", re.IGNORECASE
)
_PRONOUN: Final = re.compile(
    r"(?P<who>he|she|they)(?P<tail>['’](?:s|ve|re|d|ll))?\b", re.IGNORECASE
)
_TAILS: Final = {"ve": " have", "re": " are", "d": " would", "ll": " will"}
_HAS_DONE: Final = re.compile(
    r"\s+(?:\w+ly\s+|just\s+|always\s+)?(?:been|got|gone|had|made|\w+ed)\b"
)


def resolved_opening(
    sentence: str, before: str, *, speaker: str, others: frozenset[str]
) -> tuple[int, str] | None:
    """What stands for "She", "He" or "They" at the head of the sentence: its length and the words.

    None unless exactly one person (or group, for "they") is named in the sentence before.
    """
    pronoun = _PRONOUN.match(sentence)
    if pronoun is None:
        return None
    who = pronoun.group("who").lower()
    if _PRONOUN.search(before) and who != "they":
        return None  # two people may be talked of
    candidates = _candidates(before, speaker, others)
    if len(candidates) != 1:
        return None
    ((words, kin),) = candidates.items()
    if not _fits(who, kin):
        return None
    return pronoun.end(), words + _tail(pronoun, sentence)


def _candidates(before: str, speaker: str, others: frozenset[str]) -> dict[str, str]:
    """Who is named, each with the word of kin that tells of them; empty where only a name does."""
    found: dict[str, str] = {}
    spans: list[tuple[int, int]] = []
    for match in _KIN.finditer(before):
        owner = (
            f"{speaker}'s"
            if match.group("owner").lower() in {"my", "our"}
            else match.group("owner")
        )
        words = " ".join(filter(None, (owner, match.group("kin"), match.group("named"))))
        found[words] = match.group("kin").lower()
        spans.append(match.span())
    for match in _NAMED.finditer(before):
        inside = any(start <= match.start() < end for start, end in spans)
        if inside or match.group() in others or _PLACED.search(before, 0, match.start()):
            continue
        found[match.group()] = ""
    return found


def _fits(who: str, kin: str) -> bool:
    if not kin:
        return who != "they"
    return who in pronouns_by_relation().get(kin, frozenset())


def _tail(pronoun: re.Match[str], sentence: str) -> str:
    tail = (pronoun.group("tail") or "").lstrip("'’").lower()
    if tail == "s":
        return " has" if _HAS_DONE.match(sentence, pronoun.end()) else " is"
    return _TAILS.get(tail, "")
