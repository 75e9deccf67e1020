"""Words with offsets and room for what is guessed of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import Mention

_TOKEN: Final = re.compile(
    r"(?:Dr|Mr|Mrs|Ms|St|Prof|Jr|Sr|Mt)\.(?=\s+[A-Z])"
    r"|\d+(?:[.,:]\d+)*(?:st|nd|rd|th|am|pm|km|kg|%)?(?![^\W_])"
    r"|[^\W_]+(?:['’\-][^\W_]+)*"
    r"|(?<=[^\W_])['’][sS](?![^\W_])"  # behind a known name, a token of its own
    r"|\n+|\S"
)
_POSSESSIVE: Final = re.compile(r"(?<=[^\W_])['’][sS]$")


@dataclass(slots=True)
class Token:
    """A word, mark or protected span.

    Attributes:
        lower: the word in lower case with plain apostrophes.
        tag: the guessed part of speech, one of the letters of `_tagging`.
        opens: True at the start of a sentence, where a capital says nothing.
        mention: what was recognised here already; such a token is not analysed.
    """

    text: str
    lower: str
    start: int
    end: int
    tag: str = ""
    opens: bool = False
    mention: Mention | None = None

    @property
    def capital(self) -> bool:
        """True if the word begins with a capital letter or holds one ("iPhone")."""
        return not self.text.islower() and self.text[:1].isalpha()


def tokenize(
    text: str, protected: Sequence[Mention], *, contractions: frozenset[str], opens: bool
) -> list[Token]:
    """Returns the tokens of a text; each protected mention is one of them.

    Args:
        text: the text.
        protected: mentions in order, without overlap.
        contractions: words whose 's is no possessive.
        opens: True if the text begins a sentence.
    """
    tokens: list[Token] = []
    position = 0
    for mention in protected:
        tokens.extend(_plain_tokens(text, position, mention.start, contractions))
        tokens.append(_token(text, mention.start, mention.end, mention))
        position = mention.end
    tokens.extend(_plain_tokens(text, position, len(text), contractions))
    for token in tokens:
        token.opens = opens
        if token.lower in _TRANSPARENT:
            continue
        opens = token.lower[:1] in _ENDS
    return tokens


_ENDS: Final = frozenset(".!?…\n:;")
_TRANSPARENT: Final = frozenset("\"“”'‘’(*_-–—")


def _token(text: str, start: int, end: int, mention: Mention | None = None) -> Token:
    surface = text[start:end]
    return Token(surface, surface.lower().replace("’", "'"), start, end, mention=mention)


def _plain_tokens(text: str, start: int, end: int, contractions: frozenset[str]) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        token = _token(text, match.start(), match.end())
        possessive = _POSSESSIVE.search(token.text)
        if possessive is None or token.lower in contractions:
            yield token
        else:
            middle = token.start + possessive.start()
            yield _token(text, token.start, middle)
            yield _token(text, middle, token.end)
