"""What memories/engine/ports/record_store.py promises of the receipts of named jobs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from memories.engine.domain import AddResult, IngestEvent, IngestOutcome, TokenUsage
from tests.contracts.worlds import ACME, EVERYONE, IDS, NOON, World

DAY = timedelta(days=1)


def learned(world: World) -> AddResult:
    """An answer that names a memory of two versions, one of one, and none."""
    boat, ship = world.learn("Ines owns a boat."), world.learn("Ines owns a ship.")
    raft = replace(boat, text="Ines owns a raft.", version=2, updated_at=NOON + DAY)
    world.records.memories.revise(
        raft, identity=b"raft", said_at=NOON + DAY, old_text=boat.text, scope=ACME
    )
    return AddResult(
        message_ids=("m2", "m1", "m2"),
        repeated_messages=1,
        outcomes=(
            IngestOutcome(IngestEvent.MERGE, ship.id, ship.text, f"says the same as {raft.id}"),
            IngestOutcome(IngestEvent.NOOP, raft.id, raft.text, "known already"),
            IngestOutcome(IngestEvent.ADD, raft.id, raft.text),
        ),
    )


def test_how_a_job_learned_is_kept(world: World) -> None:
    answer = AddResult(
        ("m1",),
        0,
        (),
        extractor="claude, prompt 1, settings 00000000",
        dropped={"its quote is not in the source": 2},
        usage=TokenUsage(read=1, read_from_cache=2, written_to_cache=3, written=4),
    )
    with world.records.writing(scope=ACME):
        world.records.receipts.keep("j", answer, scope=ACME)
    assert world.records.receipts.find("j", scope=ACME) == answer


def test_a_receipt_is_the_answer_that_was_kept(
    world: World, open_world: Callable[[str], World]
) -> None:
    nothing = AddResult(("m1",), 1, (), "every message was known already")
    answers = {"j1": learned(world), "j2": nothing}
    for job_id, answer in answers.items():
        assert world.records.receipts.find(job_id, scope=ACME) is None
        world.records.receipts.keep(job_id, answer, scope=ACME)
    for records in (world.records, open_world("b").records):
        assert {job: records.receipts.find(job, scope=ACME) for job in answers} == answers


def test_a_receipt_is_of_exactly_its_scope(world: World) -> None:
    receipts = world.records.receipts
    receipts.keep("j", AddResult(("m1",), 0, ()), scope=ACME)
    others = [replace(ACME, **{id_: "globex"}) for id_ in IDS]
    others += [replace(ACME, user=None), replace(ACME, run=None)]
    for scope in (*others, EVERYONE):
        assert receipts.find("j", scope=scope) is None
        answer = AddResult((str(scope),), 0, ())
        receipts.keep("j", answer, scope=scope)
        assert receipts.find("j", scope=scope) == answer
    assert receipts.find("j", scope=ACME) == AddResult(("m1",), 0, ())


def test_a_receipt_tells_the_wording_of_then_and_none_of_a_memory_that_is_gone(
    world: World,
) -> None:
    answer = learned(world)
    forgotten = IngestOutcome(IngestEvent.NOOP, None, "Ines owns a hut.", "deleted before")
    answer = replace(answer, outcomes=(*answer.outcomes, forgotten))
    world.records.receipts.keep("j", answer, scope=ACME)
    ship, raft, _, _ = answer.outcomes
    assert ship.memory_id is not None
    assert raft.memory_id is not None
    kept = world.records.memories.get([raft.memory_id], scope=ACME)[raft.memory_id]
    world.records.memories.revise(
        replace(kept, text="Ines owns a canoe.", version=3),
        identity=b"canoe",
        said_at=NOON,
        old_text=kept.text,
        scope=ACME,
    )
    world.records.memories.delete([ship.memory_id], at=NOON, scope=ACME)
    found = world.records.receipts.find("j", scope=ACME)
    assert found is not None
    assert [each.text for each in found.outcomes] == ["", raft.text, raft.text, ""]
    assert [replace(each, text="") for each in found.outcomes] == [
        replace(each, text="") for each in answer.outcomes
    ]


def test_a_receipt_is_undone_with_its_transaction(world: World) -> None:
    def fail() -> None:
        with world.records.writing(scope=ACME):
            world.records.receipts.keep("j", AddResult(("m1",), 0, ()), scope=ACME)
            assert world.records.receipts.find("j", scope=ACME) is not None
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    assert world.records.receipts.find("j", scope=ACME) is None
