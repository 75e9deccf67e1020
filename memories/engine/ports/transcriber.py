"""Writing down what a recording says, whoever does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from memories.engine.errors import LanguageModelFailed
from memories.engine.ports.language_model import Attachment


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that are said one after another.

    Attributes:
        from_seconds: when they begin, from the beginning of the recording.
        until_seconds: when they end.
    """

    text: str
    from_seconds: float
    until_seconds: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recording says.

    Attributes:
        segments: in the order in which they are said.
        seconds: how long the recording is, as whoever wrote it down counts it.
        model: which model did, as the provider names it.
    """

    segments: tuple[Segment, ...]
    seconds: float
    model: str


class Transcriber(Protocol):
    """Writes recordings down."""

    @property
    def name(self) -> str:
        """The model that is asked, with its endpoint unless that is the provider's own."""
        ...

    def transcribe(self, recording: Attachment) -> Transcript:
        """What it says, word for word.

        Raises:
            LanguageModelBusy: overloaded, over a rate or out of reach for now: later may help.
            LanguageModelFailed: it refuses the request itself, such as for a wrong key.
        """
        ...


@dataclass(slots=True)
class ScriptedTranscriber:
    """A fake: says of each recording what it is told to, two seconds a segment.

    Attributes:
        says: segments by the recording's bytes; one that is not among them is refused.
        recordings: what it was asked about, in order.
    """

    says: Mapping[bytes, Sequence[str]]
    name: str = "scripted"
    recordings: list[Attachment] = field(default_factory=list)

    def transcribe(self, recording: Attachment) -> Transcript:
        """As the port says."""
        self.recordings.append(recording)
        if recording.content not in self.says:
            raise LanguageModelFailed(f"{self.name} knows no such recording")
        said = self.says[recording.content]
        segments = [Segment(text, 2.0 * at, 2.0 * at + 2) for at, text in enumerate(said)]
        return Transcript(tuple(segments), 2.0 * len(segments), self.name)
