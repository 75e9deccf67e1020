"""Messages whose parts are no text become messages that are."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from memories.engine.domain import Arrival, ContentPart, Original, PartKind, ReadingUsage
from memories.engine.errors import FetchFailed
from memories.engine.ingestion.limits import LIMITS, IngestLimits
from memories.engine.ingestion.parts._asking import Asking, Unreadable
from memories.engine.ingestion.parts._images import read_image
from memories.engine.ingestion.parts._joining import JoinedText
from memories.engine.ingestion.parts._limits import flaw_of_file, most_bytes
from memories.engine.ingestion.parts._pages import read_pdf
from memories.engine.ingestion.parts._recordings import read_recording
from memories.engine.ingestion.parts._words import FileWords, Words
from memories.engine.ports.fetcher import Fetcher
from memories.engine.ports.language_model import Attachment
from memories.engine.text.files import media_type_of, text_in

_NAMED: Final = {
    PartKind.TEXT: "a text",
    PartKind.IMAGE: "an image",
    PartKind.PDF: "a PDF",
    PartKind.AUDIO: "a recording",
}


@dataclass(frozen=True, slots=True)
class ReadMessages:
    """Messages that are text.

    Attributes:
        arrivals: with their originals.
        notes: what could not be read, and why.
        usage: what reading took.
    """

    arrivals: tuple[Arrival, ...]
    notes: tuple[str, ...] = ()
    usage: ReadingUsage = field(default_factory=ReadingUsage)


def read_messages(
    arrivals: Sequence[Arrival],
    *,
    fetcher: Fetcher | None,
    asking: Asking,
    limits: IngestLimits = LIMITS,
) -> ReadMessages:
    """Put all parts of the messages into words. What can't be is a note in its message's text.

    Args:
        arrivals: new messages; their positions are their places in the add.
        fetcher: gets files from addresses.
        asking: asks about files.
        limits: of files and messages.

    Raises:
        LanguageModelBusy: a model is, and this is not to be given up.
    """
    if not any(each.parts for each in arrivals):
        return ReadMessages(tuple(arrivals))
    reader = _Reader(fetcher, asking, limits, limits.file_bytes)
    read = tuple(reader.read(each) if each.parts else each for each in arrivals)
    return ReadMessages(read, tuple(reader.notes), asking.usage)


class _Reader:
    """Reads the messages of one add.

    Attributes:
        notes: what could not be read so far, and why.
    """

    def __init__(
        self, fetcher: Fetcher | None, asking: Asking, limits: IngestLimits, bytes_left: int
    ) -> None:
        self._fetcher = fetcher
        self._asking = asking
        self._limits = limits
        # Of what all files of the add may hold together, in memory and on disk.
        self._bytes_left = bytes_left
        self.notes: list[str] = []

    def read(self, arrival: Arrival) -> Arrival:
        """A message as text."""
        joined = JoinedText(self._limits.message_characters)
        originals: list[Original] = []
        for place, part in enumerate(arrival.parts):
            path = f"messages[{arrival.message.position}].content[{place}]"
            original = self._read_part(part, place, path, joined)
            originals += [original] if original is not None else []
        message = replace(arrival.message, text=str(joined))
        return replace(arrival, message=message, parts=(), originals=tuple(originals))

    def _read_part(
        self, part: ContentPart, place: int, path: str, joined: JoinedText
    ) -> Original | None:
        """Add the words of a part; gives the file that it was, unless that was a text."""
        file: Attachment | None = None
        unread = f"[{_NAMED[part.kind]} that could not be read]"
        try:
            if part.text is None:
                file = self._file_of(part)
            said = self._said(part, file)
        except Unreadable as error:
            self._note(path, f"{_NAMED[part.kind]} could not be read: {error.why}")
            said = FileWords(unread, ())
        stretches, left_out = joined.add_file(said)
        for note in said.notes:
            self._note(path, note)
        if left_out is not None:
            most = self._limits.message_characters
            why = f"a message holds at most {most} characters"
            self._note(path, f"left out from {left_out.place} on: {why}")
            if not stretches:
                joined.add(unread)
        if file is None or part.kind is PartKind.TEXT:
            return None
        return Original(
            part=place,
            media_type=file.media_type,
            size=len(file.content),
            digest=hashlib.sha256(file.content).hexdigest(),
            stretches=stretches,
            read_by=said.read_by,
            content=file.content,
        )

    def _note(self, path: str, note: str) -> None:
        self.notes.append(f"{path}: {note}")

    def _file_of(self, part: ContentPart) -> Attachment:
        """The file, fetched if it is elsewhere.

        Raises:
            Unreadable: it can't be fetched, or is none that is read.
        """
        content = self._fetched(part) if part.content is None else part.content
        if flaw := flaw_of_file(part.kind, content, limits=self._limits):
            raise Unreadable(flaw)
        self._bytes_left -= len(content)
        return Attachment(media_type_of(content) or "text/plain", content)

    def _fetched(self, part: ContentPart) -> bytes:
        if self._fetcher is None or part.address is None:
            raise Unreadable("there is nobody to fetch it")
        most = min(most_bytes(part.kind, limits=self._limits), max(0, self._bytes_left))
        try:
            return self._fetcher.fetch(part.address, most_bytes=most)
        except FetchFailed as error:
            raise Unreadable(str(error)) from error

    def _said(self, part: ContentPart, file: Attachment | None) -> FileWords:
        """What a part says.

        Raises:
            Unreadable: it can't be told.
            LanguageModelBusy: later may help.
        """
        if file is None:
            return FileWords("", (Words(part.text or ""),))
        if part.kind is PartKind.TEXT:
            return FileWords("", (Words(text_in(file.content)),))
        if part.kind is PartKind.IMAGE:
            return read_image(file, self._asking)
        if part.kind is PartKind.PDF:
            return read_pdf(file, self._asking, most_pages=self._limits.pages)
        return read_recording(file, self._asking)
