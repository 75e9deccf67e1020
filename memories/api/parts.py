"""Parts of messages as clients write them, judged where somebody is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

from controlplane.api.errors import RequestRefused
from memories import FetchFailed, InvalidInput
from memories.api.reading import refuse
from memories.engine.domain import ContentPart, JsonObject, JsonValue, PartKind, Role, Turn
from memories.engine.ingestion.parts import check_files
from memories.engine.ingestion.reading import read_part
from memories.ingest.fetching import check_address
from memories.ingest.orders import FILE

_BY_URL: Final = {
    PartKind.TEXT: "txt_url",
    PartKind.IMAGE: "image_url",
    PartKind.PDF: "pdf_url",
    PartKind.AUDIO: "audio_url",
}


@dataclass(slots=True)
class Told:
    """The files of one add, as its messages are read.

    Attributes:
        may_fetch: addresses may be named, as they are fetched when the job is done.
        files: handed in so far.
    """

    may_fetch: bool = True
    files: list[bytes] = field(default_factory=list)
    _parts: dict[int, tuple[ContentPart, ...]] = field(default_factory=dict)

    def content_of(self, raw: Sequence[object], place: int) -> JsonValue:
        """A message's content: a text if all of it is, or parts with their files by number.

        Args:
            raw: the parts; a text may stand for a part of text.
            place: of the message in the add.

        Raises:
            RequestRefused: one has no form that is known, or can't be read here.
        """
        path = f"messages[{place}].content"
        parts = tuple(self._part_of(each, f"{path}[{at}]") for at, each in enumerate(raw))
        if all(part.text is not None for part in parts):
            return "\n".join(part.text or "" for part in parts)
        self._parts[place] = parts
        return [self._kept(part) for part in parts]

    def check(self) -> None:
        """Refuse too many files, and too large ones.

        Raises:
            RequestRefused: naming the limit.
        """
        upto = max(self._parts, default=-1) + 1
        turns = [Turn(Role.USER, "", parts=self._parts.get(place, ())) for place in range(upto)]
        try:
            check_files(turns)
        except InvalidInput as error:
            raise RequestRefused(str(error)) from error

    def _part_of(self, raw: object, path: str) -> ContentPart:
        if isinstance(raw, str):
            return ContentPart(PartKind.TEXT, raw)
        if isinstance(raw, Mapping) and raw.get("type") == "text" and "text" in raw:
            # Clients mark such parts for their models' providers.
            return ContentPart(PartKind.TEXT, str(raw["text"]))
        try:
            part = read_part(raw, path=path)
            if part.address is not None:
                check_address(part.address)
        except InvalidInput as error:
            raise RequestRefused(str(error), fields={path: [str(error)]}) from error
        except FetchFailed as error:
            raise refuse(path, str(error)) from error
        if part.address is not None and not self.may_fetch:
            raise refuse(path, "is not fetched here: send the bytes, as a data URI or base64")
        self._check_readable(part, path)
        return part

    def _check_readable(self, part: ContentPart, path: str) -> None:
        if part.kind is PartKind.AUDIO and settings.TRANSCRIPTION_MODEL is None:
            variable = "REMEMBRANCER_TRANSCRIPTION_MODEL"
        elif part.kind in (PartKind.IMAGE, PartKind.PDF) and settings.READING_MODEL is None:
            variable = "REMEMBRANCER_READING_MODEL"
        else:
            return
        raise refuse(path, f"can't be read by this server: whoever runs it can set {variable}")

    def _kept(self, part: ContentPart) -> JsonObject:
        if part.text is not None:
            return {"type": "text", "text": part.text}
        type_ = _BY_URL[part.kind]
        if part.content is None:
            return {"type": type_, type_: {"url": part.address}}
        self.files.append(part.content)
        return {"type": type_, type_: {FILE: len(self.files) - 1}}


def content_of(raw: object, place: int, told: Told) -> object:
    """A message's content, in whatever form a client sends it.

    Raises:
        RequestRefused: a part of it has no form that is known, or can't be read here.
    """
    if isinstance(raw, Mapping):
        raw = [raw]
    return told.content_of(raw, place) if isinstance(raw, list) else raw
