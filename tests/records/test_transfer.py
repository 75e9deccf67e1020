"""A project goes from a file to Postgres and back without loss."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from memories import Memory, PartReading
from memories.engine.domain import Scope, TransferReceipt
from memories.engine.errors import StoreError, UnreadableFile
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.language_model import ScriptedModel
from memories.records.database import Database
from memories.records.store import PostgresRecords
from tests.contracts.worlds import World
from tests.support.files import JPEG, PNG, image_answer

NOTES = Scope("local", "default")


@pytest.fixture
def records(world: World) -> PostgresRecords:
    return PostgresRecords(Database(NOTES))


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A file's export with something of everything, deleted things too."""
    target = tmp_path / "file.jsonl"
    shown = {PNG: "a photo of a boat", JPEG: "a photo of a cat"}
    model = ScriptedModel(lambda asked: image_answer(shown[asked.attachments[0].content]))
    parts = PartReading(model)
    with Memory(tmp_path / "notes.db", embedder=WordHashEmbedder(), parts=parts) as memory:
        ana, ben = memory.scope(user="ana"), memory.scope(user="ben", run="r1")
        memory.add(
            [said("I own a boat. I met Ines Moreira in Porto."), said("I live in Lisbon.")],
            scope=ana,
            metadata={"trip": {"city": "Porto ❤", "numbers": [1.0, 1e300, -0.0, 2**70, 0.1]}},
            categories=("sea", "life"),
        )
        memory.add([said("I live in Porto.", 2)], scope=ana, immutable=True)
        memory.add([said("I really own a boat.", 3)], scope=ana)
        memory.add([said("I met Ines in Faro."), said("I drink tea.")], scope=ben)
        for kept in shown:
            picture = [{"type": "image_url", "image_url": {"url": kept}}]
            memory.add(said("", 4) | {"content": picture}, scope=ben, infer=False)
        ids = {each.text: each.id for each in memory.list(scope=ana)}
        memory.update(ids["Nora owns a boat."], text="Nora owns a dinghy.")
        memory.supersede(ids["Nora lives in Lisbon."], by=ids["Nora lives in Porto."])
        memory.delete(ids["Nora met Ines Moreira in Porto."])
        memory.delete(next(each.id for each in memory.list(scope=ben) if "boat" in each.text))
        memory.export(target)
    return target


def said(text: str, day: int = 1) -> dict[str, object]:
    at = datetime.fromisoformat("2024-05-01T09:00:00+05:30") + timedelta(days=day)
    return {"role": "user", "name": "Nora", "content": text, "timestamp": at}


def test_what_a_file_exports_postgres_takes_in_and_exports_the_same(
    records: PostgresRecords, exported: Path, tmp_path: Path
) -> None:
    taken = records.import_(exported, scope=NOTES)
    given = records.export(tmp_path / "postgres.jsonl", scope=NOTES)
    assert given == replace(taken, known=0)
    assert given.memories > 4
    assert given.originals == 2
    assert records.counts(scope=NOTES)["originals"] == 1
    assert (tmp_path / "postgres.jsonl").read_text().splitlines() == (
        exported.read_text().splitlines()
    )
    with Memory(tmp_path / "again.db", embedder=WordHashEmbedder()) as memory:
        memory.import_(tmp_path / "postgres.jsonl")
        assert memory.search("Where does Nora live?", scope=memory.scope(user="ana")).hits
    assert records.verify() == "ok"


def test_what_is_here_already_stays(records: PostgresRecords, exported: Path) -> None:
    first = records.import_(exported, scope=NOTES)
    again = records.import_(exported, scope=NOTES)
    rows = len(exported.read_text().splitlines()) - 1
    assert again == TransferReceipt(0, 0, 0, 0, 0, 0, known=rows)
    assert first.known == 0


Spoil = Callable[[dict[str, object]], object]
BROKEN: dict[str, tuple[str, Spoil]] = {
    "no such kind": ("message", lambda line: line | {"record": "dragon"}),
    "a column is missing": ("message", lambda line: {**line, "text": None}),
    "a field is missing": ("memory", lambda line: line.pop("kind") and line),
    "no such word": ("memory", lambda line: line | {"kind": "rumour"}),
    "not a time": ("message", lambda line: line | {"said_at": "yesterday"}),
    "not a whole number": ("message", lambda line: line | {"position": 1.5}),
    "too large a number": ("message", lambda line: line | {"position": 2**80}),
    "not a number": ("mention", lambda line: line | {"score": "high"}),
    "not a digest": ("message", lambda line: line | {"identity": "xyz"}),
    "NUL in a text": ("message", lambda line: line | {"text": "a\0b"}),
    "NUL in metadata": ("memory", lambda line: line | {"metadata": {"a": "\0"}}),
    "half a surrogate pair": ("memory", lambda line: line | {"text": "\ud83d"}),
    "not JSON's": ("memory", lambda line: line | {"metadata": {"a": float("nan")}}),
    "a memory of nobody": ("version", lambda line: line | {"memory_id": "nobody"}),
    "a message of nobody": ("source", lambda line: line | {"message_id": "nobody"}),
    "an original of nobody": ("original", lambda line: line | {"message_id": "nobody"}),
    "no bytes": ("original", lambda line: line | {"content": "?"}),
    "no stretches": ("original", lambda line: line | {"stretches": [[1]]}),
    "no media type": ("original", lambda line: line | {"media_type": "a/b\r\nc: d"}),
    "an entity of nobody": ("alias", lambda line: line | {"entity_id": "nobody"}),
    "an owner of nobody": ("mention", lambda line: line | {"owner_id": "nobody"}),
}


@pytest.mark.parametrize(("kind", "spoil"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named_and_nothing_is_stored(
    records: PostgresRecords, exported: Path, tmp_path: Path, kind: str, spoil: Spoil
) -> None:
    lines = [json.loads(line) for line in exported.read_text().splitlines()]
    number = next(place for place, line in enumerate(lines) if line["record"] == kind)
    lines[number] = spoil(lines[number])
    broken = tmp_path / "broken.jsonl"
    broken.write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(UnreadableFile, match=rf"broken\.jsonl, line {number + 1}: ") as caught:
        records.import_(broken, scope=NOTES)
    assert "Nora owns" not in str(caught.value)
    assert set(records.counts(scope=NOTES).values()) == {0}


def test_a_project_has_no_file_to_copy(records: PostgresRecords, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        records.backup(tmp_path / "copy")
