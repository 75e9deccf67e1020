"""What reads the files in messages, and how it is opened."""

from dataclasses import dataclass

from memories.engine.bootstrap._language_models import (
    AnthropicModel,
    ChatModel,
    NamedModel,
    TranscriptionModel,
    open_language_model,
    open_transcriber,
)
from memories.engine.ingestion.parts import PartTools
from memories.engine.ports.fetcher import Fetcher
from memories.engine.ports.language_model import LanguageModel
from memories.engine.ports.transcriber import Transcriber


@dataclass(frozen=True, slots=True)
class PartReading:
    """What puts images, PDFs and recordings in messages into words; what is left out refuses them.

    Attributes:
        model: looks at images and PDFs; a named one, or any that fits the Protocol.
        transcriber: writes recordings down; likewise.
        fetcher: gets files from addresses; the server has one, which knows where it may not go.
    """

    model: NamedModel | LanguageModel | None = None
    transcriber: TranscriptionModel | Transcriber | None = None
    fetcher: Fetcher | None = None


def part_tools_of(choice: PartReading | None) -> PartTools:
    """All that is chosen, ready to be asked.

    Raises:
        MissingExtra: the `models` extra is not installed.
        InvalidInput: no header can carry a key.
    """
    if choice is None:
        return PartTools()
    model, transcriber = choice.model, choice.transcriber
    if isinstance(model, AnthropicModel | ChatModel):
        model = open_language_model(model)
    if isinstance(transcriber, TranscriptionModel):
        transcriber = open_transcriber(transcriber)
    return PartTools(model, transcriber, choice.fetcher)
