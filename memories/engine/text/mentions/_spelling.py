"""Names of languages that write only names with a capital."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from memories.engine.domain import EntityType, Mention
from memories.engine.text.mentions._tokens import Token
from memories.engine.text.word_lists import word_set, words

# Between two capitalised words these belong to the name: "Ministère de la Culture".
_NAME_LINKS: Final = word_set(
    "de del da do dos das di du des la le les las los van von der d' l' &"
)
_SCORE: Final = 0.8


def find_capitalised(
    text: str, tokens: Sequence[Token], *, common: Collection[str], titles: Collection[str]
) -> Iterator[Mention]:
    """Yields runs of capitalised words; one that opens a sentence only if it is surely a name.

    Args:
        text: the text.
        tokens: its tokens, protected mentions among them.
        common: lower-case words that are no names even with a capital.
        titles: lower-case words that come before a person's name.
    """
    index = 0
    while index < len(tokens):
        end = index
        while end < len(tokens) and _is_capitalised(tokens, end, common):
            end += 1 + _linked(tokens, end, common)
        name = tokens[index:end]
        if name and _is_sure(name, titles):
            start, until = name[0].start, name[-1].end
            yield Mention(text[start:until], start, until, _type_of(name, titles), _SCORE)
        index = max(end, index + 1)


def _is_capitalised(tokens: Sequence[Token], index: int, common: Collection[str]) -> bool:
    token = tokens[index]
    return (
        token.mention is None
        and token.text[0].isalpha()
        and token.text[0] != token.text[0].lower()
        and token.lower not in common
        and len(token.text) > 1
        and not token.text.endswith(("'", "’"))
    )


def _linked(tokens: Sequence[Token], index: int, common: Collection[str]) -> int:
    """Returns how many small words after a capitalised one lead on to another."""
    step = index + 1
    while step < len(tokens) and tokens[step].lower in _NAME_LINKS:
        step += 1
    is_link = step > index + 1 and step < len(tokens) and _is_capitalised(tokens, step, common)
    return step - index - 1 if is_link else 0


def _is_sure(name: Sequence[Token], titles: Collection[str]) -> bool:
    first = name[0]
    if not first.opens:
        return True
    if any(first.lower in listed for listed in (words("given_names"), words("places"), titles)):
        return True
    # "Camila dice": a lone capital proves nothing, two in a row do.
    return len(name) > 1


def _type_of(name: Sequence[Token], titles: Collection[str]) -> EntityType:
    first = name[0].lower
    if " ".join(token.lower for token in name) in words("places"):
        return EntityType.PLACE
    is_person = first in titles or first in words("given_names")
    return EntityType.PERSON if is_person else EntityType.NAME
