"""The files that messages were made of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from memories.engine.domain import Origin, Original, Scope, Source
from memories.engine.errors import NotFound
from memories.engine.memory._file import ProjectFile
from memories.engine.ports.record_store import RecordStore


class Originals(ProjectFile):
    """What a Memory answers about files."""

    def originals(self, message_id: str) -> Sequence[Original]:
        """The files that parts of a message were, without their bytes, in order.

        Raises:
            NotFound: there is no such message in this project.
        """
        records = self._engine.ingest.records
        if not records.messages.get([message_id], scope=self._project):
            raise NotFound(f"no message {message_id}")
        return records.originals.of([message_id], scope=self._project).get(message_id, [])

    def original(self, message_id: str, part: int) -> Original:
        """One of them, with its bytes.

        Args:
            message_id: the message.
            part: place of the part in the message's content, from 0.

        Raises:
            NotFound: there is none in this project, or its bytes were removed with a memory whose
                words stand in them.
        """
        originals = self._engine.ingest.records.originals
        found = originals.with_content(message_id, part, scope=self._project)
        if found is None:
            raise NotFound(f"no original of part {part} of message {message_id}")
        return found


def with_origins(
    sources: Sequence[Source], *, records: RecordStore, scope: Scope
) -> Sequence[Source]:
    """The sources, with where in which files their words stand."""
    messages = {source.message.id for source in sources}
    originals = records.originals.of(messages, scope=scope)
    return [
        replace(source, origins=tuple(_origins(source, originals.get(source.message.id, ()))))
        for source in sources
    ]


def _origins(source: Source, originals: Iterable[Original]) -> Iterator[Origin]:
    for original in originals:
        for each in original.stretches:
            if each.start < source.end and source.start < each.end:
                yield Origin(
                    original.part,
                    original.media_type,
                    each.page,
                    each.from_seconds,
                    each.until_seconds,
                )
