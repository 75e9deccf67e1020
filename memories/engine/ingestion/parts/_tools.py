"""What reads files, as a Memory has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import ContentPart, PartKind, ReadingUsage, Turn
from memories.engine.errors import InvalidMessages
from memories.engine.ingestion.parts._asking import Asking
from memories.engine.ingestion.parts._saved import FileAnswers, SavingModel, SavingTranscriber
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.fetcher import Fetcher
from memories.engine.ports.language_model import LanguageModel
from memories.engine.ports.transcriber import Transcriber

_NEEDED: Final = {
    PartKind.IMAGE: "a language model that looks at images: Memory(parts=PartReading(model=...))",
    PartKind.PDF: "a language model that looks at PDFs: Memory(parts=PartReading(model=...))",
    PartKind.AUDIO: "a transcriber: Memory(parts=PartReading(transcriber=...))",
}


@dataclass(frozen=True, slots=True)
class PartTools:
    """What puts parts of messages into words; what is None is not there.

    Attributes:
        model: looks at images and PDFs.
        transcriber: hears recordings.
        fetcher: gets files from addresses.
    """

    model: LanguageModel | None = None
    transcriber: Transcriber | None = None
    fetcher: Fetcher | None = None

    def check(self, turns: Sequence[Turn]) -> None:
        """Refuse files that nobody here can read or fetch.

        Raises:
            InvalidMessages: naming the part, and what is to be configured.
        """
        for index, turn in enumerate(turns):
            for place, part in enumerate(turn.parts):
                if needed := self._needed_for(part):
                    raise InvalidMessages(f"messages[{index}].content[{place}]: needs {needed}")

    def _needed_for(self, part: ContentPart) -> str | None:
        if part.address is not None and self.fetcher is None:
            return "a fetcher, which the server has; hand in the bytes, a data URI or base64"
        reader = self.transcriber if part.kind is PartKind.AUDIO else self.model
        return None if part.kind is PartKind.TEXT or reader else _NEEDED[part.kind]

    def asking(self, answers: SavedAnswers | None, job_id: str | None, *, give_up: bool) -> Asking:
        """Both, ready to be asked for an add; each question once for a job whose answers are saved.

        Args:
            answers: where they are.
            job_id: the add's, if it has one.
            give_up: as of `Asking`.
        """
        model, transcriber = self.model, self.transcriber
        if answers is not None and job_id is not None:
            saved = FileAnswers(answers, job_id)
            model = model and SavingModel(model, saved)
            transcriber = transcriber and SavingTranscriber(transcriber, saved)
        return Asking(model, transcriber, give_up, ReadingUsage())
