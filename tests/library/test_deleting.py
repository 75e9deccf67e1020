"""Deleting for good: the memory, its words, and every way back to them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memories import Memory, NotFound, Scope
from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.store import SqliteRecords
from memories.engine.domain import HistoryEvent, Vectors
from memories.engine.errors import EmbeddingFailed, InvalidFilter
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder
from tests.library.extractors import QuotingExtractor

MORNING = datetime(2024, 5, 1, 9, tzinfo=UTC)
# Occurs in no program, and its beginning survives every stemmer.
QUUXEL = "Quuxelwort"


def said(text: str, *, at: datetime = MORNING) -> dict[str, object]:
    return {"role": "user", "name": "Nora", "content": text, "timestamp": at}


def tell(memory: Memory, scope: Scope, *messages: str) -> dict[str, str]:
    """Adds messages; gives each learned text's memory id."""
    result = memory.add([said(text) for text in messages], scope=scope)
    return {each.text: each.memory_id for each in result.outcomes if each.memory_id}


def bytes_of(path: Path) -> bytes:
    """Everything that the file and its companions hold, in lower case."""
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*")).lower()


def holds(path: Path, word: str) -> bool:
    return word[:6].lower().encode() in bytes_of(path)


def sqlite_of(memory: Memory) -> AbstractContextManager[Connection]:
    records = memory._engine.ingest.records
    assert isinstance(records, SqliteRecords)
    return records._database.read()


def quoting(path: Path, clock: FixedClock, facts: Mapping[str, str]) -> Memory:
    return Memory(path, embedder=WordHashEmbedder(), clock=clock, extractor=QuotingExtractor(facts))


def test_a_deleted_memory_is_gone(memory: Memory, acme: Scope) -> None:
    ids = tell(memory, acme, "I own a boat. I live in Lisbon.")
    receipt = memory.delete(ids["Nora owns a boat."])
    assert (receipt.memories, receipt.messages, receipt.redacted_messages) == (1, 0, 1)
    assert [each.text for each in memory.list(scope=acme)] == ["Nora lives in Lisbon."]
    for call in (memory.get, memory.delete, memory.sources, memory.links):
        with pytest.raises(NotFound, match=f"no memory {ids['Nora owns a boat.']}"):
            call(ids["Nora owns a boat."])
    with pytest.raises(NotFound):
        memory.update(ids["Nora owns a boat."], text="Nora sold a boat.")
    for query in ("boat", "Nora owns a boat."):
        assert all("boat" not in hit.text for hit in memory.search(query, scope=acme))


def test_its_quote_is_blanked_and_the_rest_of_the_message_stays(
    memory: Memory, acme: Scope
) -> None:
    ids = tell(memory, acme, "I own a boat. I live in Lisbon.")
    memory.delete(ids["Nora owns a boat."])
    (source,) = memory.sources(ids["Nora lives in Lisbon."])
    assert source.message.text == "█" * len("I own a boat.") + " I live in Lisbon."
    assert source.quote == "I live in Lisbon."


@pytest.mark.parametrize(
    "whose",
    [{"user": "acme"}, {"user": "acme", "agent": "helper"}, {"user": "acme", "run": "r1"}],
)
def test_what_stays_of_a_redacted_message_is_still_found_by_whom_it_belongs_to(
    memory: Memory, whose: Mapping[str, str]
) -> None:
    scope = memory.scope(**whose)
    ids = tell(memory, scope, "I own a boat. The weather in Porto was mild.", "Quite so!")
    memory.delete(ids["Nora owns a boat."])
    for query in ("mild weather", "Porto", "Quite so"):
        hits = memory.search(query, scope=scope, include_messages=True, explain=True)
        assert hits[0].breakdown.lexical > 0
        assert hits[0].breakdown.semantic > 0
    assert "Porto" in {entity.name for entity in memory.entities(scope=scope)}


def test_redacting_a_message_leaves_the_entities_of_others_alone(
    memory: Memory, acme: Scope, globex: Scope
) -> None:
    tell(memory, globex, "I visited Porto.")
    ids = tell(memory, acme, "I own a boat. The weather in Porto was mild.")
    before = memory.stats(scope=globex)
    memory.delete(ids["Nora owns a boat."])
    after = memory.stats(scope=globex)
    assert replace(after, bytes_on_disk=0) == replace(before, bytes_on_disk=0)


def test_words_that_another_memory_quotes_too_stay(path: Path, clock: FixedClock) -> None:
    facts = {
        "I own a red boat": "Nora owns a boat.",
        "a red boat in Porto": "A boat is in Porto.",
    }
    with quoting(path, clock, facts) as memory:
        ids = tell(memory, memory.scope(user="acme"), "Well, I own a red boat in Porto.")
        memory.delete(ids["Nora owns a boat."])
        (source,) = memory.sources(ids["A boat is in Porto."])
        assert source.quote == "a red boat in Porto"
        assert source.message.text == "Well, ██████a red boat in Porto."


def test_words_that_only_deleted_memories_quote_go(path: Path, clock: FixedClock) -> None:
    facts = {"I own a boat": "Nora owns a boat.", "own a boat": "A boat is owned."}
    with quoting(path, clock, facts) as memory:
        acme = memory.scope(user="acme")
        ids = tell(memory, acme, "I own a boat.")
        assert memory.delete(ids["Nora owns a boat."]).redacted_messages == 1
        assert memory.sources(ids["A boat is owned."])[0].quote == "own a boat"
        assert memory.delete(ids["A boat is owned."]).redacted_messages == 1
        assert "boat" not in str(memory.search("boat", scope=acme).hits)


def test_keep_source_leaves_the_message_as_it_is(memory: Memory, acme: Scope) -> None:
    ids = tell(memory, acme, "I own a boat.")
    assert memory.delete(ids["Nora owns a boat."], keep_source=True).redacted_messages == 0
    assert len(memory.list(scope=acme)) == 0
    assert [hit.text for hit in memory.search("boat", scope=acme)] == ["I own a boat."]


@pytest.mark.parametrize("keep_source", [False, True])
def test_a_deleted_fact_is_not_learned_again_from_its_message(
    memory: Memory, acme: Scope, *, keep_source: bool
) -> None:
    ids = tell(memory, acme, "I own a boat.")
    memory.delete(ids["Nora owns a boat."], keep_source=keep_source)
    again = memory.add([said("I own a boat.")], scope=acme)
    assert (again.outcomes, again.repeated_messages) == ((), 1)
    assert len(memory.list(scope=acme)) == 0


def test_a_deleted_fact_may_be_told_anew(memory: Memory, acme: Scope) -> None:
    ids = tell(memory, acme, "I own a boat.")
    memory.delete(ids["Nora owns a boat."])
    memory.add([said("I own a boat.", at=MORNING + timedelta(days=9))], scope=acme)
    assert [each.text for each in memory.list(scope=acme)] == ["Nora owns a boat."]


def test_its_history_stays_without_words(memory: Memory, acme: Scope, clock: FixedClock) -> None:
    ids = tell(memory, acme, "I own a boat.")
    memory_id = ids["Nora owns a boat."]
    memory.update(memory_id, text="Nora owns a ship.")
    clock.advance(timedelta(hours=1))
    memory.delete(memory_id)
    entries = memory.history(memory_id)
    assert [entry.event for entry in entries] == [
        HistoryEvent.ADD,
        HistoryEvent.UPDATE,
        HistoryEvent.DELETE,
    ]
    assert all(entry.old_text is None and entry.new_text is None for entry in entries)
    assert entries[-1].at == clock.now()


def test_no_time_that_is_asked_for_shows_it(memory: Memory, acme: Scope, clock: FixedClock) -> None:
    ids = tell(memory, acme, "I own a boat.")
    before = clock.now()
    clock.advance(timedelta(days=1))
    memory.delete(ids["Nora owns a boat."])
    for hits in (
        memory.search("boat", scope=acme, as_of=before),
        memory.search("boat", scope=acme, recorded_as_of=before),
        memory.search("boat", scope=acme, as_of=before, show_expired=True, include_merged=True),
    ):
        assert all("boat" not in hit.text for hit in hits)
    assert len(memory.list(scope=acme, as_of=before)) == 0
    assert "boat" not in str(memory.context("boat", scope=acme, as_of=before))


def test_the_file_holds_its_words_nowhere(path: Path, clock: FixedClock) -> None:
    with Memory(path, embedder=WordHashEmbedder(), clock=clock) as memory:
        acme = memory.scope(user="acme")
        ids = tell(
            memory,
            acme,
            "Hello there.",
            f"I live in Lisbon. I bought a yacht called {QUUXEL}.",
            "How nice!",
            *(f"I own {number} boats." for number in range(3, 40)),
        )
        (bought,) = (id_ for text, id_ in ids.items() if QUUXEL in text)
        memory.update(bought, text=f"Nora sailed the {QUUXEL} home.")
        assert holds(path, QUUXEL)
        memory.delete(bought)
    assert not holds(path, QUUXEL)
    assert path.with_name("notes.db-wal").exists() is False
    with Memory(path, embedder=WordHashEmbedder(), clock=clock) as memory:
        assert memory.search("Lisbon", scope=memory.scope(user="acme")).hits


def test_the_file_holds_no_name_that_only_it_gave_someone(path: Path, clock: FixedClock) -> None:
    with Memory(path, embedder=WordHashEmbedder(), clock=clock) as memory:
        acme = memory.scope(user="acme")
        ids = tell(
            memory, acme, "I met Ines at work.", f"I met Ines {QUUXEL} at the opera in Porto."
        )
        (met,) = (id_ for text, id_ in ids.items() if QUUXEL in text)
        memory.delete(met)
        names = {entity.name: entity.aliases for entity in memory.entities(scope=acme)}
        assert names["Ines"] == ()
    assert not holds(path, QUUXEL)


def test_the_file_holds_no_words_after_everything_of_a_scope_is_deleted(
    path: Path, clock: FixedClock
) -> None:
    with Memory(path, embedder=WordHashEmbedder(), clock=clock) as memory:
        run = memory.scope(user="acme", run="r1")
        tell(memory, run, f"I met Ines {QUUXEL} at the opera.", f"{QUUXEL}!")
        receipt = memory.delete_all(scope=memory.scope(run="r1"))
        assert (receipt.memories > 0, receipt.messages) == (True, 2)
        assert memory.stats().entities == 0
    assert not holds(path, QUUXEL)


def test_repeats_folded_into_a_deleted_memory_do_not_resurface(memory: Memory, acme: Scope) -> None:
    ids = tell(memory, acme, "I love green tea.", "I really love green tea.")
    receipt = memory.delete(ids["Nora loves green tea."])
    assert (receipt.memories, receipt.redacted_messages) == (2, 2)
    assert len(memory.list(scope=acme, include_merged=True)) == 0
    hits = memory.search("green tea", scope=acme, include_merged=True)
    assert all("green" not in hit.text for hit in hits)


def test_deleting_a_folded_repeat_leaves_what_it_repeats(memory: Memory, acme: Scope) -> None:
    ids = tell(memory, acme, "I love green tea.", "I really love green tea.")
    assert memory.delete(ids["Nora really loves green tea."]).memories == 1
    (kept,) = memory.list(scope=acme)
    assert memory.sources(kept.id)[0].quote == "I love green tea."


def test_deleting_the_newer_memory_lets_the_older_one_hold_again(
    memory: Memory, acme: Scope
) -> None:
    ids = tell(memory, acme, "I live in Lisbon.", "I live in Porto.")
    memory.supersede(ids["Nora lives in Lisbon."], by=ids["Nora lives in Porto."])
    memory.delete(ids["Nora lives in Porto."])
    (kept,) = memory.list(scope=acme, latest_only=True)
    assert (kept.text, kept.superseded_by) == ("Nora lives in Lisbon.", None)


def test_deleting_all_of_a_scope_leaves_the_others(
    memory: Memory, acme: Scope, globex: Scope
) -> None:
    tell(memory, acme, "I own a boat. I met Ines in Porto.", "Fine.")
    tell(memory, globex, "I own a boat. I met Ines in Porto.")
    before = memory.stats(scope=globex)
    receipt = memory.delete_all(scope=acme)
    assert (receipt.memories, receipt.messages) == (2, 2)
    assert receipt.entities > 0
    assert memory.stats(scope=acme).messages == 0
    assert memory.stats(scope=acme).passages == 0
    assert len(memory.entities(scope=acme)) == 0
    after = memory.stats(scope=globex)
    assert replace(after, bytes_on_disk=0) == replace(before, bytes_on_disk=0)
    assert not memory.search("boat", scope=acme).hits
    assert memory.search("boat", scope=globex).hits


def test_what_was_deleted_with_its_scope_can_be_added_afresh(memory: Memory, acme: Scope) -> None:
    first = tell(memory, acme, "I own a boat. I live in Lisbon.")
    memory.delete_all(scope=acme)
    second = tell(memory, acme, "I own a boat. I live in Lisbon.")
    assert first.keys() == second.keys()
    assert len(memory.list(scope=acme)) == 2
    assert memory.search("boat", scope=acme).hits


def test_everything_can_be_deleted_and_added_afresh(
    path: Path, memory: Memory, acme: Scope, globex: Scope
) -> None:
    text = f"I own a {QUUXEL}. I met Ines in Porto."
    for scope in (acme, globex, memory.scope(agent="guide", run="r1")):
        memory.add(text, scope=scope, job_id="once")
    memory.add("I own a ship.", scope=acme, expires_at=MORNING)
    (ship,) = memory.list(scope=acme, filters={"text": "ship"}, show_expired=True)
    entities = memory.stats().entities
    receipt = memory.delete_everything()
    assert (receipt.memories, receipt.messages, receipt.entities) == (7, 4, entities)
    empty = memory.stats()
    assert not any((empty.messages, empty.memories, empty.merged, empty.passages, empty.entities))
    assert list(memory.participants()) == []
    assert [entry.new_text for entry in memory.history(ship.id)] == [None, None]
    with sqlite_of(memory) as connection:
        assert connection.number("SELECT count(*) FROM entities") == 0
    memory.close()
    assert not holds(path, QUUXEL)
    with Memory(path, embedder=WordHashEmbedder()) as again:
        assert len(again.add(text, scope=acme).outcomes) == 2


def test_entities_that_nothing_mentions_go_with_everything_else(
    memory: Memory, acme: Scope, tmp_path: Path
) -> None:
    tell(memory, acme, "I met Ines in Porto.")
    memory.export(tmp_path / "all.jsonl")
    lines = (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()
    unmentioned = [line for line in lines if '"record": "mention"' not in line]
    (tmp_path / "some.jsonl").write_text("\n".join(unmentioned), encoding="utf-8")
    with Memory(tmp_path / "copy.db", embedder=WordHashEmbedder()) as copy:
        copy.import_(tmp_path / "some.jsonl")
        assert copy.delete_everything().entities > 0
        with sqlite_of(copy) as connection:
            assert connection.number("SELECT count(*) FROM aliases") == 0


def test_what_was_deleted_one_by_one_stays_forgotten_when_everything_goes(
    memory: Memory, acme: Scope
) -> None:
    ids = tell(memory, acme, "I own a boat. I live in Lisbon.")
    memory.delete(ids["Nora owns a boat."])
    memory.delete_everything()
    tell(memory, acme, "I own a boat. I live in Lisbon.")
    assert [each.text for each in memory.list(scope=acme)] == ["Nora lives in Lisbon."]


def test_with_filters_only_fitting_memories_are_deleted(
    memory: Memory, acme: Scope, globex: Scope
) -> None:
    for scope in (acme, globex):
        memory.add([said("I own a boat.")], scope=scope, categories=("sea",))
        memory.add([said("I live in Lisbon.")], scope=scope)
    receipt = memory.delete_all(scope=acme, filters={"categories": "sea"})
    assert (receipt.memories, receipt.messages, receipt.redacted_messages) == (1, 0, 1)
    assert [each.text for each in memory.list(scope=acme)] == ["Nora lives in Lisbon."]
    assert len(memory.list(scope=globex)) == 2


def test_a_filter_that_cannot_be_read_deletes_nothing(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "I own a boat.")
    with pytest.raises(InvalidFilter, match="colour"):
        memory.delete_all(scope=acme, filters={"colour": "red"})
    assert len(memory.list(scope=acme)) == 1


class FailingEmbedder(WordHashEmbedder):
    """A model that can be switched off."""

    is_off = False

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.is_off:
            raise EmbeddingFailed("the model is away")
        return super().embed_passages(texts)


def test_what_is_to_be_deleted_goes_even_while_the_model_is_away(
    path: Path, clock: FixedClock
) -> None:
    embedder = FailingEmbedder()
    with Memory(path, embedder=embedder, clock=clock) as memory:
        acme = memory.scope(user="acme")
        ids = tell(memory, acme, "I own a boat. The weather in Porto was mild.")
        embedder.is_off = True
        receipt = memory.delete(ids["Nora owns a boat."])
        assert (receipt.memories, receipt.without_vectors) == (1, 1)
        found = memory.search("weather", scope=acme)
        assert all(hit.breakdown.lexical > 0 for hit in found)
        embedder.is_off = False
        memory.reindex()
        stats = memory.stats()
        assert stats.embedded == stats.passages
