"""Asking a model about a file, and what is done about answers that are none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from memories.engine.domain import ReadingUsage
from memories.engine.errors import LanguageModelBusy, LanguageModelFailed
from memories.engine.ingestion.parts._prompts import PROMPT_VERSION
from memories.engine.ports.language_model import (
    Attachment,
    Ending,
    LanguageModel,
    ModelRequest,
)
from memories.engine.ports.transcriber import Transcriber, Transcript

DECLINED: Final = "the language model declined"
CUT: Final = "the language model's answer was cut"
MALFORMED: Final = "the language model's answer had not the form that was asked for"

_ATTEMPTS: Final = 2
_Found = TypeVar("_Found")
_Answered = TypeVar("_Answered")


class Unreadable(Exception):
    """A file, or a part of it, can't be put into words.

    Attributes:
        why: in words for people.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class AnswerCut(Unreadable):
    """What was asked for does not fit into an answer: less of it may."""


@dataclass(slots=True)
class Asking:
    """Asks for one add, and counts what that takes.

    Attributes:
        model: looks at images and pages; None where there is none.
        transcriber: hears recordings; None likewise.
        give_up: a busy model leaves a file unread; otherwise it is for the caller.
        usage: so far.
    """

    model: LanguageModel | None
    transcriber: Transcriber | None
    give_up: bool
    usage: ReadingUsage

    @property
    def looked_at_by(self) -> str | None:
        """The model, with the version of what it is told."""
        return None if self.model is None else f"{self.model.name}, prompt {PROMPT_VERSION}"

    @property
    def heard_by(self) -> str | None:
        """The transcriber."""
        return None if self.transcriber is None else self.transcriber.name

    def look(self, request: ModelRequest, read: Callable[[str], _Found | None]) -> _Found:
        """What the model answers, read; asked once more if that is not in the form asked for.

        Raises:
            AnswerCut: the answer does not fit.
            Unreadable: there is none.
            LanguageModelBusy: later may help, and this is not to be given up.
        """
        model = self.model
        if model is None:
            raise Unreadable("no language model is configured that looks at files")
        for _ in range(_ATTEMPTS):
            answer = self._unless_away(lambda: model.ask(request))
            self.usage += ReadingUsage(answer.usage)
            if answer.ending is Ending.REFUSED:
                raise Unreadable(DECLINED)
            if answer.ending is Ending.CUT:
                raise AnswerCut(CUT)
            found = read(answer.text)
            if found is not None:
                return found
        raise Unreadable(MALFORMED)

    def hear(self, recording: Attachment) -> Transcript:
        """What a recording says.

        Raises:
            Unreadable: it can't be told.
            LanguageModelBusy: later may help, and this is not to be given up.
        """
        transcriber = self.transcriber
        if transcriber is None:
            raise Unreadable("no transcriber is configured")
        transcript = self._unless_away(lambda: transcriber.transcribe(recording))
        self.usage += ReadingUsage(heard_seconds=transcript.seconds)
        return transcript

    def _unless_away(self, ask: Callable[[], _Answered]) -> _Answered:
        try:
            return ask()
        except LanguageModelFailed as error:
            raise Unreadable(str(error)) from error
        except LanguageModelBusy as error:
            if not self.give_up:
                raise
            raise Unreadable(f"the language model is busy: {error}") from error
