"""Names and noun phrases of English text."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from memories.engine.domain import EntityType, Mention
from memories.engine.text.mentions._names import is_person, mark_names, name_type
from memories.engine.text.mentions._readings import Tag
from memories.engine.text.mentions._tagging import tag_words
from memories.engine.text.mentions._tokens import Token, tokenize
from memories.engine.text.word_lists import word_set, words

_IN_PHRASE: Final = frozenset({Tag.NOUN, Tag.CLASSIFYING, Tag.NAME})
_NAME_LINKS: Final = word_set("of de la van von der del di da du al &")
# Where one goes or stays rather than what one talks about, unless it is somebody's.
_WHEREABOUTS: Final = word_set("home work bed town")
# Says when, behind a noun as anywhere: "went to a class yesterday".
_WHEN: Final = word_set("yesterday today tomorrow tonight")
_NAME_SCORE: Final = 0.9
_COMPOUND_SCORE: Final = 0.8
_NOUN_SCORE: Final = 0.6


def find_english(text: str, protected: Sequence[Mention], *, opens: bool) -> Iterator[Mention]:
    """Yields the mentions of an English text, in order.

    Args:
        text: the text.
        protected: mentions recognised already, in order, without overlap; they are yielded too,
            known names as part of a longer name where they stand in one.
        opens: True if the text begins a sentence.
    """
    contractions = words("function_words")
    tokens = tokenize(text, protected, contractions=contractions, opens=opens)
    _mark_idioms(tokens)
    mark_names(tokens)
    tag_words(tokens)
    position = 0
    while position < len(tokens):
        end = _phrase_end(tokens, position)
        if end > position:
            yield from _mentions_of(text, tokens, position, end)
        position = max(end, position + 1)


def _mark_idioms(tokens: Sequence[Token]) -> None:
    spoken = [token.lower for token in tokens]
    idioms = _idioms_by_first_word()
    for index, word in enumerate(spoken):
        for idiom in idioms.get(word, ()):
            if spoken[index : index + len(idiom)] == idiom:
                for token in tokens[index : index + len(idiom)]:
                    token.tag = Tag.MARK
                break


@cache
def _idioms_by_first_word() -> Mapping[str, Sequence[list[str]]]:
    """Returns the idioms, each as its words, the longest first."""
    table: defaultdict[str, list[list[str]]] = defaultdict(list)
    for idiom in sorted(words("idioms"), key=len, reverse=True):
        table[idiom.split()[0]].append(idiom.split())
    return dict(table)


def _phrase_end(tokens: Sequence[Token], start: int) -> int:
    """Returns the end of the words from `start` on that make one phrase; `start` if none do."""
    if tokens[start].tag not in _IN_PHRASE:
        return start
    end = start + 1
    while end < len(tokens):
        joined = _joined(tokens, start, end)
        if not joined:
            break
        end += joined
    return end


def _joined(tokens: Sequence[Token], start: int, index: int) -> int:
    """Returns how many tokens from `index` on belong to the phrase from `start` to there."""
    before, token = tokens[index - 1], tokens[index]
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.tag in _IN_PHRASE:
        return int(_joins(tokens[start], before, token))
    if before.tag != Tag.NAME or not _is_free(before) or following is None:
        return 0
    if token.lower in _NAME_LINKS and following.tag == Tag.NAME and _is_free(following):
        is_list = token.lower == "of" and is_person(before)
        return 0 if is_list else 2
    in_name = following.capital and any(
        following.lower in words(listed) for listed in ("organization_words", "place_words")
    )
    if token.lower == "'s" and (in_name or following.text == "Day"):
        following.tag = Tag.NAME
        return 2
    is_number = token.tag == Tag.NUMBER and token.text.isdigit() and not is_person(before)
    return int(is_number and following.tag != Tag.NOUN)


def _is_free(token: Token) -> bool:
    """True unless the token is an identifier or a quotation, which stand alone."""
    return token.mention is None or token.mention.type is EntityType.PERSON


def _joins(first: Token, before: Token, token: Token) -> bool:
    if not (_is_free(before) and _is_free(token)) or token.lower in _WHEN:
        return False
    if token.tag == Tag.NAME:
        return before.tag == Tag.NAME or (before.tag == Tag.CLASSIFYING and before.capital)
    if token.tag == Tag.CLASSIFYING:
        return before.tag == Tag.CLASSIFYING
    if before.tag != Tag.NAME:
        return True
    return not (is_person(first) or is_person(before) or token.lower in words("time_words"))


def _mentions_of(text: str, tokens: Sequence[Token], start: int, end: int) -> Iterator[Mention]:
    phrase = tokens[start:end]
    before = tokens[start - 1] if start else None
    following = tokens[end] if end < len(tokens) else None
    if len(phrase) == 1 and phrase[0].mention is not None:
        yield phrase[0].mention
    elif all(token.tag != Tag.NOUN for token in phrase):
        if phrase[-1].tag != Tag.CLASSIFYING or phrase[-1].capital:
            kind = (
                EntityType.TOPIC if phrase[0].tag == Tag.CLASSIFYING else name_type(phrase, before)
            )
            yield _mention(text, phrase, kind, _NAME_SCORE)
    else:
        yield from _topic_of(text, phrase, before, following)


def _topic_of(
    text: str, phrase: Sequence[Token], before: Token | None, following: Token | None
) -> Iterator[Mention]:
    while len(phrase) > 1 and phrase[-1].lower in words("empty_nouns"):
        phrase = phrase[:-1]
    if _is_light(phrase, before, following):
        return
    if phrase[-1].tag == Tag.NAME:
        yield _mention(text, phrase, name_type(phrase, before), _NAME_SCORE)
    else:
        score = _NOUN_SCORE if len(phrase) == 1 else _COMPOUND_SCORE
        yield _mention(text, phrase, EntityType.TOPIC, score)


def _is_light(phrase: Sequence[Token], before: Token | None, following: Token | None) -> bool:
    last = phrase[-1].lower
    if len(phrase) > 1:
        return all(_is_empty(token) for token in phrase)
    if _is_empty(phrase[0]) or last in words("light_nouns") or len(last) == 1:
        return True
    counted = before is not None and before.tag == Tag.NUMBER
    if last in words("measures") and counted:
        return True
    if last in words("quantity_nouns") and following is not None and following.lower == "of":
        return True
    owned = before is not None and before.tag in {Tag.DETERMINER, Tag.POSSESSIVE}
    return last in _WHEREABOUTS and not owned


def _is_empty(token: Token) -> bool:
    listed = token.lower in words("time_words") or token.lower in words("empty_nouns")
    return listed and token.tag != Tag.NAME


def _mention(text: str, phrase: Sequence[Token], kind: EntityType, score: float) -> Mention:
    start, end = phrase[0].start, phrase[-1].end
    return Mention(text[start:end], start, end, kind, score)
