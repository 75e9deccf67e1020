"""What was answered about the files of a job, each answer saved before anything is done with it."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from memories.engine.domain import TokenUsage
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.language_model import (
    Attachment,
    Ending,
    LanguageModel,
    ModelAnswer,
    ModelRequest,
)
from memories.engine.ports.transcriber import Segment, Transcriber, Transcript
from memories.engine.text.fingerprints import digest

# Beside the extractor's, under a name of its own.
_PLACE: Final = "files"
# One more whenever an answer is written otherwise.
_FORMAT: Final = 1


@dataclass(slots=True)
class FileAnswers:
    """The answers about files of one job, by question; the same may be asked several times.

    Attributes:
        answers: where they are kept, with the extractor's.
        job_id: whose.
    """

    answers: SavedAnswers
    job_id: str
    _asked: Counter[str] = field(default_factory=Counter)

    def key(self, *parts: str) -> str:
        """What the next answer to a question is kept under."""
        question = digest(*parts).hex()
        self._asked[question] += 1
        return f"{question} {self._asked[question]}"

    def find(self, key: str) -> Mapping[str, object] | None:
        """What was answered before."""
        found = self._own(self._job()).get(key)
        return found if isinstance(found, dict) else None

    def save(self, key: str, answer: Mapping[str, object]) -> None:
        """Keep an answer beside the others."""
        job = self._job()
        own = {**self._own(job), "format": _FORMAT, key: answer}
        self.answers.save(self.job_id, json.dumps({**job, _PLACE: own}, separators=(",", ":")))

    def _job(self) -> dict[str, object]:
        found = self.answers.find(self.job_id)
        return {} if found is None else dict(json.loads(found))

    def _own(self, job: Mapping[str, object]) -> dict[str, object]:
        own = job.get(_PLACE)
        return dict(own) if isinstance(own, dict) and own.get("format") == _FORMAT else {}


@dataclass(frozen=True, slots=True)
class SavingModel:
    """A LanguageModel that is asked each question of a job once, however often it is begun."""

    model: LanguageModel
    saved: FileAnswers

    @property
    def name(self) -> str:
        """That of whom it asks."""
        return self.model.name

    def ask(self, request: ModelRequest) -> ModelAnswer:
        """What was answered before, if the same was asked of the same; else a new answer, saved."""
        shown = map(_digest, request.attachments)
        key = self.saved.key(self.name, request.instructions, request.prompt, *shown)
        if (found := self.saved.find(key)) is not None:
            return _answer(**found)  # type: ignore[arg-type]  # as we wrote it
        answer = self.model.ask(request)
        self.saved.save(key, asdict(answer))
        return answer


@dataclass(frozen=True, slots=True)
class SavingTranscriber:
    """A Transcriber that hears each recording of a job once."""

    transcriber: Transcriber
    saved: FileAnswers

    @property
    def name(self) -> str:
        """That of whom it asks."""
        return self.transcriber.name

    def transcribe(self, recording: Attachment) -> Transcript:
        """As `SavingModel.ask`."""
        key = self.saved.key(self.name, _digest(recording))
        if (found := self.saved.find(key)) is not None:
            return _transcript(**found)  # type: ignore[arg-type]  # as we wrote it
        transcript = self.transcriber.transcribe(recording)
        self.saved.save(key, asdict(transcript))
        return transcript


def _answer(text: str, ending: str, usage: Mapping[str, int], model: str) -> ModelAnswer:
    return ModelAnswer(text, Ending(ending), TokenUsage(**usage), model)


def _transcript(segments: list[Mapping[str, object]], seconds: float, model: str) -> Transcript:
    heard = tuple(Segment(**each) for each in segments)  # type: ignore[arg-type]  # as we wrote it
    return Transcript(heard, seconds, model)


def _digest(attachment: Attachment) -> str:
    return hashlib.sha256(attachment.content).hexdigest()
