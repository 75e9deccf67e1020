"""Finding the words that a model quotes."""

from dataclasses import dataclass, field
from typing import Final

from memories.engine.domain import Message, Quote
from memories.engine.text.delimiters import blank_recalled

# Models write other quotation marks and other white space than they read.
_PLAIN: Final = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’`\u201a\u201b\u00b4\u2032", "'"),
}


@dataclass(slots=True)
class QuotedMessage:
    """A message in which quotes are looked for."""

    message: Message
    _said: str = field(init=False)
    _folded: str = field(init=False)
    _places: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._said = blank_recalled(self.message.text)
        self._folded, self._places = _fold(self._said)

    def find(self, words: str) -> Quote | None:
        """The quote in the message's own words; None if they are not there."""
        asked = words.strip()
        if len(asked) > len(self._said) or not any(map(str.isalnum, asked)):
            return None
        start = self._said.find(asked)
        until = start + len(asked)
        if start < 0:
            folded, _ = _fold(asked)
            place = self._folded.find(folded)
            if place < 0:
                return None
            start, until = self._places[place], self._places[place + len(folded) - 1] + 1
        return Quote(self.message.id, start, until, self.message.text[start:until])


def _fold(text: str) -> tuple[str, list[int]]:
    """The text with plain marks and single spaces, and where each character of it stands."""
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        plain = " " if character.isspace() else _PLAIN.get(character, character)
        if plain != " " or not kept or kept[-1] != " ":
            kept.append(plain)
            places.append(place)
    return "".join(kept), places
