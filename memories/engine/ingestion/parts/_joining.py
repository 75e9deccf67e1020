"""Putting the parts of a message together into one text, in which each word knows its place."""

from dataclasses import dataclass, field

from memories.engine.domain import Stretch
from memories.engine.ingestion.parts._words import FileWords, Words


@dataclass(slots=True)
class JoinedText:
    """A text that grows line by line, up to what a message may hold.

    Attributes:
        most: characters.
    """

    most: int
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0

    def __str__(self) -> str:
        return "".join(self._pieces)

    def add(self, text: str) -> bool:
        """Put words on a line of their own; False, and nothing is put, where they do not fit."""
        line = f"\n{text}" if self._pieces else text
        if self._length + len(line) > self.most:
            return False
        self._pieces.append(line)
        self._length += len(line)
        return True

    def add_file(self, said: FileWords) -> tuple[tuple[Stretch, ...], Words | None]:
        """Put a file's words, in order, as many as fit.

        Returns:
            Where they stand, and the first that did not fit.
        """
        if said.lead:
            self.add(said.lead)
        stretches: list[Stretch] = []
        for words in said.words:
            if not self.add(words.text):
                return tuple(stretches), words
            stretches.append(
                Stretch(
                    self._length - len(words.text),
                    self._length,
                    words.page,
                    words.from_seconds,
                    words.until_seconds,
                )
            )
        return tuple(stretches), None
