"""Which states a text tells of."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from memories.engine.text.states._states import Phase, State, mark_of
from memories.engine.text.word_lists import patterns, words

_FIELDS: Final = 5
# Whom a verb is said of, by the words before it: a relation of the speaker's, the last pronoun, or
# a name where a subject stands.
_RELATION: Final = re.compile(
    r"(?:\b(?:my|our|his|her|their)|\w['’]s)\s+(?:\w+\s+)?(?:mother|mom|mum|father|dad|parents"
    r"|brother|sister|son|daughter|cousin|uncle|aunt|friend|boss|neighbou?r|colleague|grandmother"
    r"|grandma|grandfather|grandpa|nephew|niece|kids?|children)\b(?!\s+and\s+I\b)",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(r"\b(?:I|we|he|she|they|you|it|who)\b", re.IGNORECASE)
_NAME: Final = re.compile(
    r"(?:^|[.!?;:,]\s+|\b(?:and|but|that|because|so|when|while)\s+)(?P<name>[A-Z]\w+)"
    r"(?:['’]s)?(?:\s+(?:has|have|had|is|was|will|just|now|also|who))*\s+$"
)
_OWN: Final = frozenset("i we my our user ich wir je nous yo nosotros io noi eu nós".split())
_BEFORE: Final = 70
_SENTENCE: Final = re.compile(r"[.!?;]\s|\n")
_QUESTION: Final = re.compile(r"[^.!?\n]*\?")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One way of telling of a state.

    Attributes:
        triggers: lower-case words; a text with none of them does not match.
    """

    mark: str
    triggers: frozenset[str]
    pattern: re.Pattern[str]


def state_marks(text: str, *, speaker: str) -> tuple[str, ...]:
    """The marks of the states that the text tells of its speaker, in order, each once."""
    rules = _rules()
    present = rules.keys() & _WORDS.findall(text.lower())
    if not present:
        return ()
    said = _QUESTION.sub(" ", text)
    worth_trying = {rule for word in present for rule in rules[word]}
    marks = {rule.mark for rule in worth_trying if _tells(rule.pattern, said, speaker)}
    return tuple(sorted(marks))


def _tells(pattern: re.Pattern[str], said: str, speaker: str) -> bool:
    return any(_is_own(said, found.start(), speaker) for found in pattern.finditer(said))


def _is_own(said: str, place: int, speaker: str) -> bool:
    """True unless the words before it say that what begins there is said of somebody else."""
    before = _SENTENCE.split(said[max(0, place - _BEFORE) : place])[-1]
    if is_about_relation(before):
        return False
    named = _NAME.search(before)
    if named is not None:
        name = named["name"]
        return name.lower() in _OWN or name in speaker.split()
    pronouns = _PRONOUN.findall(before)
    return not pronouns or pronouns[-1].lower() in _OWN


def is_about_relation(text: str) -> bool:
    """True if the text names somebody by what they are to another: "my brother", "Ana's boss"."""
    return _RELATION.search(text) is not None


@cache
def _rules() -> Mapping[str, tuple[_Rule, ...]]:
    """The rules that are worth trying, by a word of the text."""
    table: dict[str, tuple[_Rule, ...]] = {}
    for rule in _read_rules():
        for word in rule.triggers:
            table[word] = (*table.get(word, ()), rule)
    return table


def _read_rules() -> Iterator[_Rule]:
    for row in patterns("telling"):
        of, verbs, following, nouns, after = (*row, *[""] * (_FIELDS - len(row)))
        state, phase = of.split()
        named = words(nouns) if nouns else frozenset[str]()
        begin = _one_of(verbs.split()) + following
        pattern = begin + (_one_of(named) + after if named else "")
        yield _Rule(
            mark=mark_of(State(state), Phase(phase)),
            triggers=frozenset(_WORDS.findall(" ".join(named) or verbs)),
            pattern=re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE),
        )


def _one_of(alternatives: Collection[str]) -> str:
    ordered = sorted(alternatives, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, ordered))})" if ordered else ""
