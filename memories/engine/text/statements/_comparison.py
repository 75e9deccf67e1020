"""Comparing two statements, each as far as it can differ from another."""

from typing import Final

from memories.engine.text.languages import detect_language
from memories.engine.text.statements._reading import Reading, read

# What auxiliaries and words tell of tense and negation; others differ between wordings.
_TENSES: Final = frozenset({"was", "been", "had", "did"})
_NEGATIONS: Final = frozenset({"not", "never", "no", "none", "nobody", "nothing", "without"})


def say_the_same(one: str, other: str) -> bool:
    """True if no question would be answered differently by the one than by the other.

    Symmetric. Errs towards False: what is wrongly kept apart is only kept twice, what is wrongly
    folded is hidden.
    """
    return any(_agree(read(one, dated=dated), read(other, dated=dated)) for dated in (False, True))


def may_say_the_same(one: str, other: str) -> bool:
    """True if two wordings differ neither in numbers, dates, negation nor tense.

    It takes somebody who understands them to say that they mean the same; this finds where that
    can't be. Sure of English alone: elsewhere as strict as `say_the_same`.
    """
    if say_the_same(one, other):
        return True
    if not all(_is_english(text) for text in (one, other)):
        return False
    return _hard(read(one, dated=False)) == _hard(read(other, dated=False))


def _is_english(text: str) -> bool:
    language = detect_language(text)
    return language == "en" or (language is None and text.isascii())


def _hard(reading: Reading) -> tuple[object, ...]:
    figures = sorted(word for word in reading.content if any(map(str.isdigit, word)))
    denies = sum(word in _NEGATIONS for word in reading.content)
    return figures, denies, _TENSES & set(reading.marks), reading.resolved, reading.signs


def gists_of(statement: str) -> tuple[str, str]:
    """What a statement shares with every one that says the same, and with few others.

    Two that say the same share the first, or else the second, which puts the date in brackets in
    the place of the words before it.
    """
    plain, dated = (_gist(read(statement, dated=dated)) for dated in (False, True))
    return plain, dated


def _gist(reading: Reading) -> str:
    return "\n".join((*reading.marks, "", *sorted(reading.content)))


def _agree(first: Reading, second: Reading) -> bool:
    if first.marks != second.marks:
        return False
    if first.resolved and second.resolved and first.resolved != second.resolved:
        return False
    if first.signs and second.signs and first.signs != second.signs:
        return False
    return bool(first.content) and _is_turned(first, second)


def _is_turned(first: Reading, second: Reading) -> bool:
    """Same words in the same order, but for one adjunct moved from the end to the front.

    "On Friday Anna sang" is "Anna sang on Friday"; "Anna called Ben" is not "Ben called Anna".
    """
    one, other = first.content, second.content
    if one == other:
        return True
    if len(one) != len(other) or sorted(one) != sorted(other):
        return False
    return any(
        one[turn:] + one[:turn] == other
        for turn in range(1, len(one))
        if turn in first.openers or len(one) - turn in second.openers
    )
