"""A job that was done is answered as it was then: nothing is stored, nobody is asked."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from memories import AddResult, EmbeddingFailed, InvalidInput, InvalidMessages, Memory, Scope
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder
from tests.library.embedders import WatchedEmbedder
from tests.library.extractors import WatchedExtractor

# Occurs in no program.
QUUXEL = "Quuxelwort"
# Adds the same job and prints the answer; may be killed as soon as it is stored.
ADDING = """
import os, signal, sys
from memories import Memory
from memories.engine.ports.embedder import WordHashEmbedder

memory = Memory(sys.argv[1], embedder=WordHashEmbedder())
acme = memory.scope(user="acme")
result = memory.add("I own a boat. I live in Lisbon.", scope=acme, job_id="j")
print(sorted([*result.message_ids, *(each.memory_id for each in result.outcomes)]), flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def extractor() -> WatchedExtractor:
    return WatchedExtractor()


@pytest.fixture
def embedder() -> WatchedEmbedder:
    return WatchedEmbedder()


@pytest.fixture
def memory(
    path: Path, clock: FixedClock, extractor: WatchedExtractor, embedder: WatchedEmbedder
) -> Iterator[Memory]:
    with Memory(path, embedder=embedder, extractor=extractor, clock=clock) as opened:
        yield opened


def said(*texts: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text} for text in texts]


def events(result: AddResult) -> list[str]:
    return [outcome.event.value for outcome in result.outcomes]


def without_words(result: AddResult) -> AddResult:
    return replace(result, outcomes=tuple(replace(outcome, text="") for outcome in result.outcomes))


def test_the_same_job_again_answers_the_same_and_asks_nobody(
    memory: Memory, acme: Scope, extractor: WatchedExtractor, embedder: WatchedEmbedder
) -> None:
    jobs = {
        "new": said("I love green tea. I own a boat."),
        "near": said("I really love green tea."),
        "known": said("I OWN A BOAT!", "Hello there, how are you?"),
        "nothing": said("Well, hello."),
        "repeated": said("I love green tea. I own a boat."),
    }
    first = {job: memory.add(told, scope=acme, job_id=job) for job, told in jobs.items()}
    assert [events(result) for result in first.values()] == [
        ["ADD", "ADD"], ["MERGE"], ["NOOP"], [], [],
    ]  # fmt: skip
    assert first["repeated"].repeated_messages == 1
    before = memory.stats()
    asked = (extractor.asked, embedder.asked)
    again = {job: memory.add(told, scope=acme, job_id=job) for job, told in jobs.items()}
    assert again == first
    assert (extractor.asked, embedder.asked) == asked
    assert memory.stats() == before
    assert max(each.reinforcements for each in memory.list(scope=acme)) == 1


def test_a_fact_that_is_known_is_told_in_the_words_that_are_kept(
    memory: Memory, acme: Scope
) -> None:
    memory.add("I own a boat.", scope=acme)
    for text, job_id in (("I OWN A BOAT!", None), ("I own... a boat", "j"), ("Anything.", "j")):
        (outcome,) = memory.add(text, scope=acme, job_id=job_id).outcomes
        assert (outcome.text, outcome.reason) == ("User owns a boat.", "known already")


def test_it_is_the_job_that_counts_and_not_what_is_handed_in(memory: Memory, acme: Scope) -> None:
    first = memory.add("I own a boat.", scope=acme, job_id="j")
    assert memory.add("I live in Lisbon.", scope=acme, job_id="j", infer=False) == first
    assert [each.text for each in memory.list(scope=acme)] == ["User owns a boat."]
    with pytest.raises(InvalidMessages):
        memory.add([], scope=acme, job_id="j")


def test_another_scopes_job_of_that_name_is_another_job(
    memory: Memory, acme: Scope, globex: Scope
) -> None:
    first = memory.add("I own a boat.", scope=acme, job_id="j")
    for scope in (globex, memory.scope(user="acme", run="r1")):
        other = memory.add("I own a boat.", scope=scope, job_id="j")
        assert events(other) == ["ADD"]
        assert set(other.message_ids).isdisjoint(first.message_ids)
    assert memory.stats().messages == 3


def test_without_a_job_every_add_is_its_own(memory: Memory, acme: Scope) -> None:
    for _ in range(2):
        memory.add("Well, hello.", scope=acme)
    memory.add("Hello again.", scope=acme)
    assert memory.stats().messages == 2


def test_an_edit_leaves_the_answer_as_it_was(memory: Memory, acme: Scope) -> None:
    first = memory.add("I own a boat.", scope=acme, job_id="j")
    assert first.outcomes[0].memory_id is not None
    memory.update(first.outcomes[0].memory_id, text="User owns a ship.")
    assert memory.add("I own a boat.", scope=acme, job_id="j") == first


@pytest.mark.parametrize("how", ["one", "scope", "everything"])
def test_a_deleted_memorys_words_are_not_told_again(
    path: Path, memory: Memory, acme: Scope, how: str
) -> None:
    told = f"I own a {QUUXEL}."
    first = memory.add(told, scope=acme, job_id=f"job {how}")
    (outcome,) = first.outcomes
    assert QUUXEL in outcome.text
    assert outcome.memory_id is not None
    if how == "one":
        memory.delete(outcome.memory_id)
    elif how == "scope":
        memory.delete_all(scope=acme)
    else:
        memory.delete_everything()
    assert memory.add(told, scope=acme, job_id=f"job {how}") == without_words(first)
    assert len(memory.list(scope=acme)) == 0
    memory.close()
    held = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    assert b"quuxel" not in held.lower()


def test_a_fact_that_stays_forgotten_has_its_words_in_the_first_answer_alone(
    memory: Memory, acme: Scope
) -> None:
    request = [{"role": "user", "content": "I own a boat.", "id": "m1"}]
    (learned,) = memory.add(request, scope=acme).outcomes
    assert learned.memory_id is not None
    memory.delete(learned.memory_id)
    memory.delete_all(scope=acme)
    first = memory.add(request, scope=acme, job_id="j")
    (outcome,) = first.outcomes
    assert (outcome.memory_id, outcome.text, outcome.reason) == (
        None, "User owns a boat.", "deleted before",
    )  # fmt: skip
    assert memory.add(request, scope=acme, job_id="j") == without_words(first)


def test_a_job_that_failed_was_not_done(
    memory: Memory, acme: Scope, embedder: WatchedEmbedder
) -> None:
    embedder.is_away = True
    with pytest.raises(EmbeddingFailed):
        memory.add("I own a boat.", scope=acme, job_id="j")
    embedder.is_away = False
    assert events(first := memory.add("I own a boat.", scope=acme, job_id="j")) == ["ADD"]
    embedder.is_away = True
    assert memory.add("I own a boat.", scope=acme, job_id="j") == first


def test_a_job_done_by_eight_threads_at_once_is_done_once(memory: Memory, acme: Scope) -> None:
    told = said("I moved to Lisbon. I own a boat.", "I love green tea.")
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: memory.add(told, scope=acme, job_id="j"), range(8)))
    assert results == results[:1] * 8
    assert events(results[0]) == ["ADD"] * 3
    assert memory.stats().messages == 2
    assert {each.reinforcements for each in memory.list(scope=acme)} == {0}


def test_a_job_done_by_several_processes_at_once_is_done_once(
    path: Path, memory: Memory, acme: Scope
) -> None:
    adding = [
        subprocess.Popen(
            [sys.executable, "-c", ADDING, str(path), "lives"], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    told = {each.communicate(timeout=60)[0] for each in adding}
    assert [each.returncode for each in adding] == [0, 0, 0]
    assert len(told) == 1
    assert (memory.stats().messages, memory.stats().memories) == (1, 2)
    assert {each.reinforcements for each in memory.list(scope=acme)} == {0}


def test_a_job_whose_writer_was_killed_once_it_was_stored_is_answered(
    path: Path, clock: FixedClock, extractor: WatchedExtractor
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", ADDING, str(path), "killed"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL
    with Memory(path, embedder=WordHashEmbedder(), extractor=extractor, clock=clock) as memory:
        result = memory.add("Anything.", scope=memory.scope(user="acme"), job_id="j")
    ids = sorted([*result.message_ids, *(str(each.memory_id) for each in result.outcomes)])
    assert killed.stdout == f"{ids}\n"
    assert [each.text for each in result.outcomes] == ["User owns a boat.", "User lives in Lisbon."]
    assert extractor.asked == 0


def test_an_export_leaves_the_jobs_behind(memory: Memory, acme: Scope, tmp_path: Path) -> None:
    memory.add("I own a boat.", scope=acme, job_id="j")
    memory.export(tmp_path / "all.jsonl")
    with Memory(tmp_path / "copy.db", embedder=WordHashEmbedder()) as copy:
        copy.import_(tmp_path / "all.jsonl")
        for job_id, text in (("j", "I own a boat."), ("k", "I live in Lisbon.")):
            assert copy.add(text, scope=acme, job_id=job_id).message_ids
        assert events(copy.add("I live in Porto.", scope=acme, job_id="l")) == ["ADD"]
        assert copy.stats().memories == 3


@pytest.mark.parametrize("job_id", ["", " ", "a\0b", "\ud800", "a\nb", "x" * 257])
def test_a_job_id_has_limits(memory: Memory, acme: Scope, job_id: str) -> None:
    with pytest.raises(InvalidInput, match=r"^job_id: "):
        memory.add("I own a boat.", scope=acme, job_id=job_id)
    assert memory.stats().messages == 0
    assert memory.add("I own a boat.", scope=acme, job_id="x" * 256).outcomes
