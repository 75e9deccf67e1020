"""Files that Ana sends, and whoever reads them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from memories import Memory, ModelAnswer, ModelRequest, PartReading, Scope
from memories.engine.ports.clock import Clock
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.fetcher import ScriptedFetcher
from memories.engine.ports.language_model import ScriptedModel
from memories.engine.ports.transcriber import ScriptedTranscriber
from tests.support.files import PDF, PNG, WAV, asked_pages, image_answer, pages_answer

PAGES: Final = {1: "I signed a lease in Porto.", 2: "The rent is 900 euros.", 3: "I pay in May."}
HEARD: Final = ("I moved to Faro.", "My dog is called Rex.")
SHOWN: Final = image_answer("a photo of a red bicycle", "I sell bread in Lisbon.")


def say(*parts: object, **more: object) -> dict[str, object]:
    """Ana says the parts: bytes as what they are, a text as text."""
    types = {PNG: "image_url", PDF: "pdf_url", WAV: "audio_url"}
    content = [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": types[part], types[part]: {"url": part}}  # type: ignore[index]  # one of these
        for part in parts
    ]
    return {"role": "user", "name": "Ana", "content": content, **more}


def link(type_: str, url: str) -> dict[str, object]:
    return {"role": "user", "name": "Ana", "content": [{"type": type_, type_: {"url": url}}]}


@dataclass(slots=True)
class Reader:
    """Reads the files above, unless it is told to answer otherwise."""

    name: str = "reader"
    otherwise: Callable[[ModelRequest], str | ModelAnswer] | None = None
    requests: list[ModelRequest] = field(default_factory=list)

    def ask(self, request: ModelRequest) -> ModelAnswer:
        model = ScriptedModel(self.otherwise or self._read, self.name, self.requests)
        return model.ask(request)

    def _read(self, request: ModelRequest) -> str:
        if request.attachments[0].media_type == "application/pdf":
            wanted = [number for number in asked_pages(request) if number in PAGES]
            return pages_answer({number: PAGES[number] for number in wanted}, len(PAGES))
        return SHOWN


@dataclass(frozen=True, slots=True)
class World:
    """An opened file with all that reads parts."""

    memory: Memory
    reader: Reader
    transcriber: ScriptedTranscriber
    fetcher: ScriptedFetcher
    acme: Scope

    def texts(self) -> list[str]:
        return [each.text for each in self.memory.list(scope=self.acme)]

    def id_of(self, text: str) -> str:
        (found,) = (e.id for e in self.memory.list(scope=self.acme) if e.text == text)
        return found


@contextmanager
def opened_world(path: Path, clock: Clock) -> Iterator[World]:
    """A file whose messages may hold files, until the block ends."""
    reader, fetcher = Reader(), ScriptedFetcher({"https://a.example/p.png": PNG})
    transcriber = ScriptedTranscriber({WAV: HEARD})
    parts = PartReading(reader, transcriber, fetcher)
    with Memory(path, embedder=WordHashEmbedder(), clock=clock, parts=parts) as memory:
        yield World(memory, reader, transcriber, fetcher, memory.scope(user="acme"))
