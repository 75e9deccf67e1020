"""The files that messages were made of: kept, handed out, and removed with the words in them."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from memories import Memory, NotFound, UnreadableFile
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder
from tests.library.reading import World, opened_world, say
from tests.support.files import PDF, PNG, WAV


@pytest.fixture
def world(path: Path, clock: FixedClock) -> Iterator[World]:
    with opened_world(path, clock) as opened:
        yield opened


def test_the_originals_are_kept_with_their_bytes(world: World) -> None:
    (id_,) = world.memory.add(say("See here.", PNG, PDF, WAV), scope=world.acme).message_ids
    listed = world.memory.originals(id_)
    assert [(each.part, each.media_type, each.size) for each in listed] == [
        (1, "image/png", len(PNG)),
        (2, "application/pdf", len(PDF)),
        (3, "audio/wav", len(WAV)),
    ]
    assert [each.read_by for each in listed] == ["reader, prompt 1"] * 2 + ["scripted"]
    for part, content in ((1, PNG), (2, PDF), (3, WAV)):
        original = world.memory.original(id_, part)
        assert original.content == content
        assert original.digest == hashlib.sha256(content).hexdigest()
    assert world.memory.stats().originals == 3
    with pytest.raises(NotFound):
        world.memory.original(id_, 0)
    with pytest.raises(NotFound):
        world.memory.originals("nobody")


def test_a_memorys_words_leave_the_original_that_holds_them(world: World, path: Path) -> None:
    (id_,) = world.memory.add(say(PNG, PDF, WAV), scope=world.acme).message_ids
    receipt = world.memory.delete(world.id_of("Ana signed a lease in Porto."))
    assert (receipt.redacted_messages, receipt.originals) == (1, 1)
    with pytest.raises(NotFound):
        world.memory.original(id_, 1)
    _, pdf, recording = world.memory.originals(id_)
    assert (pdf.size, pdf.digest) == (0, None)
    assert recording.size == len(WAV)
    # The other quotes still say where they stood.
    (source,) = world.memory.sources(world.id_of("Ana pays in May (May 2024)."))
    assert [each.page for each in source.origins] == [3]
    assert world.memory.stats().originals == 2
    world.memory.close()
    left = b"".join(each.read_bytes() for each in path.parent.glob("notes.db*"))
    assert PDF not in left
    assert PNG in left


def test_kept_sources_keep_their_originals(world: World) -> None:
    (id_,) = world.memory.add(say(PDF), scope=world.acme).message_ids
    receipt = world.memory.delete(world.id_of("Ana signed a lease in Porto."), keep_source=True)
    assert receipt.originals == 0
    assert world.memory.original(id_, 0).content == PDF


def test_originals_go_with_everything_of_a_scope(world: World) -> None:
    (id_,) = world.memory.add(say(PNG, WAV), scope=world.acme).message_ids
    world.memory.delete_all(scope=world.acme)
    assert world.memory.stats().originals == 0
    with pytest.raises(NotFound):
        world.memory.original(id_, 0)


def test_originals_go_out_and_come_in(world: World, tmp_path: Path, clock: FixedClock) -> None:
    (id_,) = world.memory.add(say(PNG, PDF, WAV), scope=world.acme).message_ids
    world.memory.delete(world.id_of("Ana shared a photo of a red bicycle"))
    assert world.memory.export(tmp_path / "out.jsonl").originals == 3
    with Memory(tmp_path / "copy.db", embedder=WordHashEmbedder(), clock=clock) as copy:
        assert copy.import_(tmp_path / "out.jsonl").originals == 3
        assert copy.import_(tmp_path / "out.jsonl").originals == 0
        assert copy.originals(id_) == world.memory.originals(id_)
        assert copy.original(id_, 1).content == PDF
        with pytest.raises(NotFound):
            copy.original(id_, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"content": "?"},
        {"stretches": [[1]]},
        {"stretches": 5},
        {"digest": "x"},
        {"media_type": "a/b\r\nc: d"},
    ],
)
def test_an_original_of_no_form_is_refused(
    world: World, tmp_path: Path, changes: dict[str, object], clock: FixedClock
) -> None:
    world.memory.add(say(PNG), scope=world.acme)
    world.memory.export(tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    changed = [line | changes if line["record"] == "original" else line for line in lines]
    (tmp_path / "bad.jsonl").write_text("\n".join(map(json.dumps, changed)))
    with (
        Memory(tmp_path / "copy.db", embedder=WordHashEmbedder(), clock=clock) as copy,
        pytest.raises(UnreadableFile, match="expected a original record"),
    ):
        copy.import_(tmp_path / "bad.jsonl")
