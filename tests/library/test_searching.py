"""Finding what answers a question, by whom it is asked, and saying why."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memories import InvalidFilter, InvalidInput, InvalidScope, Memory, Scope
from memories.engine.domain import Signal, Vector, Vectors
from memories.engine.errors import EmbeddingFailed
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder

MORNING = datetime(2024, 5, 1, 9, tzinfo=UTC)
THAI = "ฉันชอบชาเขียว"


def tell(memory: Memory, scope: Scope, *texts: str) -> None:
    for text in texts:
        memory.add([{"role": "user", "name": "Nora", "content": text}], scope=scope)


def texts(memory: Memory, query: str, scope: Scope) -> list[str]:
    return [hit.text for hit in memory.search(query, scope=scope, include_messages=False)]


def test_what_answers_comes_first_with_its_proof(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "My brother is called Leo.", "I own a boat.", "The weather is mild.")
    result = memory.search("Who owns a boat?", scope=acme)
    best = result[0]
    assert (best.text, best.is_message, best.attributed_to) == ("Nora owns a boat.", False, "Nora")
    assert best.memory == memory.get(best.id)
    (source,) = best.sources
    assert (source.quote, source.message.text) == ("I own a boat.", "I own a boat.")
    assert best.neighbours == ()
    assert "boat" in best.entities
    assert best.explanation == ()
    scores = [hit.score for hit in result]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert result.degraded == {}


def test_messages_are_left_out_when_not_wanted(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "Would you like a boat?")
    assert [hit.is_message for hit in memory.search("boat", scope=acme)] == [True]
    assert not memory.search("boat", scope=acme, include_messages=False).hits


def test_at_most_as_many_hits_as_asked_for_and_none_below_the_threshold(
    memory: Memory, acme: Scope
) -> None:
    tell(memory, acme, *(f"I own boat number {number}." for number in range(6)))
    everything = memory.search("boat number 3", scope=acme)
    assert len(memory.search("boat number 3", scope=acme, top_k=2)) == 2
    strict = memory.search("boat number 3", scope=acme, threshold=everything[0].score)
    assert [hit.id for hit in strict] == [everything[0].id]
    assert not memory.search("boat number 3", scope=acme, threshold=1).hits


def test_nothing_is_found_in_an_empty_file(memory: Memory, acme: Scope) -> None:
    result = memory.search("Who owns a boat?", scope=acme, explain=True)
    assert (len(result), result.degraded) == (0, {})


def test_nobody_finds_what_is_anothers(memory: Memory, acme: Scope, globex: Scope) -> None:
    tell(memory, acme, "I own a boat.")
    tell(memory, globex, "I own a barge.")
    for query in ("boat", "barge", "Nora owns", "what happened in May 2024"):
        seen = [hit.text for hit in memory.search(query, scope=acme)]
        assert all("barge" not in text for text in seen)
    assert "barge" not in str(memory.context("barge", scope=acme))
    assert texts(memory, "barge", globex) == ["Nora owns a barge."]
    assert len(memory.list(scope=acme)) == 1


@pytest.mark.parametrize("call", ["search", "list", "context"])
def test_a_read_about_nobody_is_refused(memory: Memory, call: str) -> None:
    refusal = "name at least one of user, agent, app or run"
    reads: Mapping[str, Callable[[Mapping[str, object] | None], object]] = {
        "search": lambda filters: memory.search("boat", filters=filters),
        "list": lambda filters: memory.list(filters=filters),
        "context": lambda filters: memory.context("boat", filters=filters),
    }
    about_nobody: Sequence[Mapping[str, object] | None] = (
        None,
        {},
        {"NOT": {"user_id": "globex"}},
        {"user_id": {"ne": "globex"}},
        {"user_id": None},
        {"OR": [{"user_id": "acme"}, {"categories": "sea"}]},
        {"metadata": {"trip": "x"}},
    )
    for filters in about_nobody:
        with pytest.raises(InvalidScope, match=refusal):
            reads[call](filters)
    about_someone: Sequence[Mapping[str, object]] = (
        {"user_id": "acme"},
        {"AND": [{"categories": "sea"}, {"user_id": ["acme", "globex"]}]},
        {"OR": [{"user_id": "acme"}, {"agent_id": "helper"}]},
    )
    for named in about_someone:
        reads[call](named)


def test_filters_that_name_someone_are_scope_enough(
    memory: Memory, acme: Scope, globex: Scope
) -> None:
    tell(memory, acme, "I own a boat.")
    tell(memory, globex, "I own a boat.")
    (hit,) = memory.search("boat", filters={"user_id": "acme"}, include_messages=False)
    assert hit.memory is not None
    assert hit.memory.scope == acme
    (kept,) = memory.list(filters={"user_id": "globex"})
    assert kept.scope == globex


def test_a_write_about_nobody_is_refused(memory: Memory) -> None:
    nobody = memory.scope()
    calls: Sequence[Callable[[], object]] = (
        lambda: memory.add("I own a boat.", scope=nobody),
        lambda: memory.delete_all(scope=nobody),
        lambda: memory.entities(scope=nobody),
    )
    for call in calls:
        with pytest.raises(InvalidScope, match="name at least one of user, agent, app or run"):
            call()
    assert memory.stats().messages == 0


def test_a_scope_of_another_project_is_refused(memory: Memory, tmp_path: Path) -> None:
    with Memory(tmp_path / "globex.db", project="globex", embedder=WordHashEmbedder()) as other:
        foreign = other.scope(user="acme")
    calls: Sequence[Callable[[], object]] = (
        lambda: memory.add("I own a boat.", scope=foreign),
        lambda: memory.search("boat", scope=foreign),
        lambda: memory.list(scope=foreign),
        lambda: memory.delete_all(scope=foreign),
        lambda: memory.stats(scope=foreign),
        lambda: memory.entities(scope=Scope("globex", "default", user="acme")),
    )
    for call in calls:
        with pytest.raises(InvalidScope, match="the scope is of another project"):
            call()


FILTERS: Mapping[str, tuple[Mapping[str, object], set[str]]] = {
    "metadata": ({"metadata": {"trip": {"city": "Porto"}}}, {"boat"}),
    "a path of metadata": ({"metadata.trip.city": {"ne": "Porto"}}, {"car", "bike"}),
    "a number": ({"metadata": {"price": {"gt": 10, "lte": 90}}}, {"car"}),
    "categories": ({"categories": ["sea", "land"]}, {"boat", "car"}),
    "any category": ({"categories": "*"}, {"boat", "car"}),
    "or": ({"OR": [{"categories": "sea"}, {"metadata": {"price": 90}}]}, {"boat", "car"}),
    "not": ({"NOT": {"categories": "sea"}}, {"car", "bike"}),
    "nested": (
        {"AND": [{"NOT": [{"categories": "land"}]}, {"OR": [{"text": "boat"}, {"text": "bik"}]}]},
        {"boat", "bike"},
    ),
    "words": ({"keywords": "BOAT"}, {"boat"}),
    "time": ({"created_at": {"gte": "2024-05-02", "lt": "2024-05-03"}}, {"car"}),
    "day": ({"said_at": "2024-05-01"}, {"boat"}),
    "no expiry": ({"expires_at": None}, {"boat", "car", "bike"}),
    "speaker": ({"attributed_to": "Max"}, {"bike"}),
    "everything": ({}, {"boat", "car", "bike"}),
}


@pytest.mark.parametrize(("filters", "expected"), FILTERS.values(), ids=FILTERS.keys())
def test_filters_hold_for_lists_and_searches(
    memory: Memory, acme: Scope, filters: Mapping[str, object], expected: set[str]
) -> None:
    nora = {"role": "user", "name": "Nora"}
    memory.add(
        [nora | {"content": "I own a boat.", "timestamp": MORNING}],
        scope=acme,
        metadata={"trip": {"city": "Porto"}, "price": 900},
        categories=("sea",),
    )
    memory.add(
        [nora | {"content": "I own a car.", "timestamp": MORNING.replace(day=2)}],
        scope=acme,
        metadata={"price": 90},
        categories=("land",),
    )
    memory.add(
        [nora | {"name": "Max", "content": "I own a bike.", "timestamp": MORNING.replace(day=3)}],
        scope=acme,
    )
    for found in (
        [each.text for each in memory.list(scope=acme, filters=filters)],
        [
            hit.text
            for hit in memory.search(
                "owns boat car bike", scope=acme, filters=filters, include_messages=False
            )
        ],
    ):
        assert {text.split()[-1].rstrip(".") for text in found} == expected


def test_a_filter_that_cannot_be_read_says_where(memory: Memory, acme: Scope) -> None:
    with pytest.raises(InvalidFilter) as caught:
        memory.search("boat", scope=acme, filters={"AND": [{"user_id": {"above": 3}}]})
    assert caught.value.path.startswith("AND[0].user_id")


def test_memories_are_found_by_their_ids(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "I own a boat.", "I own a car.")
    first, second = memory.list(scope=acme)
    for wanted in (first, second):
        (found,) = memory.search("owns", filters={"memory_ids": [wanted.id]}, scope=acme)
        assert found.id == wanted.id


def test_explanations_name_every_signal_that_was_asked(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "I met Ines in Porto in May 2023.")
    result = memory.search("Whom did Nora meet in Porto in May 2023?", scope=acme, explain=True)
    lines = result[0].explanation
    for signal in Signal:
        assert sum(line.startswith(f"{signal.value} ") for line in lines) == 1
    by_signal = {line.split()[0]: line for line in lines}
    assert "cosine 0." in by_signal["semantic"]
    assert "words matched:" in by_signal["lexical"]
    assert "porto" in by_signal["lexical"]
    assert "by or about Nora" in by_signal["entity"]
    assert "'May 2023'" in by_signal["temporal"]
    assert "it tells of 2023-05-01 until 2023-06-01" in by_signal["temporal"]
    assert f"{result[0].breakdown.entity:.2f}" in by_signal["entity"]


def test_the_session_and_words_around_a_turn_are_explained(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "I own a boat.", "It is red.")
    hits = memory.search("boat", scope=acme, explain=True)
    assert all(
        any(line.startswith("best of its session ") for line in hit.explanation) for hit in hits
    )
    red = next(hit for hit in hits if "red" in hit.text)
    assert f"lexical {red.breakdown.lexical:.2f}: words said around it matched" in red.explanation


def test_text_of_an_unknown_vocabulary_has_no_semantic_weight_and_says_so(
    memory: Memory, acme: Scope
) -> None:
    tell(memory, acme, f"{THAI} tea", "I like green tea.")
    hits = memory.search("green tea", scope=acme, explain=True)
    thai = next(hit for hit in hits if THAI in hit.text)
    assert thai.breakdown.semantic == 0
    assert (
        "semantic 0.00: no vector: the embedding model does not know enough of the text's words"
        in thai.explanation
    )
    assert memory.stats().embedded == 2
    assert memory.stats().passages == 4


def test_a_question_of_an_unknown_vocabulary_is_answered_by_its_words(
    memory: Memory, acme: Scope
) -> None:
    tell(memory, acme, "I like green tea.", THAI)
    result = memory.search("ชาเขียว", scope=acme, explain=True)
    assert THAI in result[0].text
    note = "the embedding model does not know 100% of the question's words"
    assert result.degraded[Signal.SEMANTIC] == note
    assert f"semantic: {note}" in result[0].explanation


class MeaninglessEmbedder(WordHashEmbedder):
    """Finds every question unlike every text."""

    def embed_query(self, text: str) -> Vector:
        vector = super().embed_query(text)
        vector[:] = 0
        return vector


def test_a_word_found_counts_without_any_likeness_of_meaning(path: Path, clock: FixedClock) -> None:
    with Memory(path, embedder=MeaninglessEmbedder(), clock=clock) as memory:
        acme = memory.scope(user="acme")
        tell(memory, acme, "I own a boat.", "The weather is mild.")
        best = memory.search("boat", scope=acme)[0]
        assert best.text == "Nora owns a boat."
        assert best.breakdown.semantic == 0
        assert best.breakdown.lexical > 0.5
        assert best.score > 0.3


@pytest.mark.parametrize(
    "token", ["zyxwvq", "ABC-1234", "v2.10.3", "ana@example.org", "北京烤鸭", "c++", "Straße"]
)
def test_a_row_is_found_by_a_token_of_its_own(memory: Memory, acme: Scope, token: str) -> None:
    tell(memory, acme, *(f"I wrote note number {number}." for number in range(30)))
    tell(memory, acme, f"I wrote {token} on the wall.")
    best = memory.search(token, scope=acme)[0]
    assert token in best.text
    assert best.breakdown.lexical > 0


class UnreliableEmbedder(WordHashEmbedder):
    """Fails, or waits until it is released, for every question."""

    def __init__(self, *, waits: bool) -> None:
        super().__init__()
        self.released = threading.Event()
        self.waits = waits

    def embed_query(self, text: str) -> Vector:
        if not self.waits:
            raise EmbeddingFailed("the model is away")
        self.released.wait(30)
        return super().embed_query(text)


@pytest.fixture(params=[False, True], ids=["fails", "hangs"])
def unreliable(request: pytest.FixtureRequest) -> Iterator[UnreliableEmbedder]:
    embedder = UnreliableEmbedder(waits=request.param)
    yield embedder
    embedder.released.set()


def test_without_the_model_words_still_find_and_the_answer_says_what_is_missing(
    path: Path, clock: FixedClock, unreliable: UnreliableEmbedder
) -> None:
    memory = Memory(path, embedder=unreliable, clock=clock, deadline_seconds=0.5)
    acme = memory.scope(user="acme")
    tell(memory, acme, "I own a boat.")
    result = memory.search("boat", scope=acme, explain=True)
    why = "missed the deadline of 0.5 s" if unreliable.waits else "the model is away"
    assert result.degraded[Signal.SEMANTIC] == why
    assert Signal.LEXICAL not in result.degraded
    assert result[0].text == "Nora owns a boat."
    assert f"semantic: {why}" in result[0].explanation
    # One question after the other stuck: words are still looked up.
    for _ in range(2 if unreliable.waits else 8):
        assert memory.search("boat", scope=acme).hits
    unreliable.released.set()
    memory.close()


class SilentEmbedder(WordHashEmbedder):
    """Gives no vectors at all."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise EmbeddingFailed(f"no vectors for {len(texts)} texts")


def test_nothing_is_stored_of_an_add_that_could_not_be_embedded(
    path: Path, clock: FixedClock
) -> None:
    with Memory(path, embedder=SilentEmbedder(), clock=clock) as memory:
        with pytest.raises(EmbeddingFailed):
            memory.add("I own a boat.", scope=memory.scope(user="acme"))
        assert memory.stats().messages == 0


@pytest.mark.parametrize("query", ["???", "the of and", "the", "🚲", "a" * 8000])
def test_any_words_may_be_asked(memory: Memory, acme: Scope, query: str) -> None:
    tell(memory, acme, "I own a boat.")
    memory.search(query, scope=acme, explain=True)


@pytest.mark.parametrize("query", ["", " \n", "a" * 8001, "a\0b", "\ud800"])
def test_what_is_no_question_is_refused(memory: Memory, acme: Scope, query: str) -> None:
    with pytest.raises(InvalidInput, match=r"^query: "):
        memory.search(query, scope=acme)


def test_with_the_bundled_model_meaning_finds_what_no_word_does(path: Path) -> None:
    with Memory(path) as memory:
        acme = memory.scope(user="acme")
        tell(memory, acme, "My kitten sleeps all day.", "I repaired the roof.", THAI)
        best = memory.search("Does she have a cat?", scope=acme, include_messages=False)[0]
        assert "kitten" in best.text
        assert (best.breakdown.lexical, best.breakdown.semantic > 0) == (0, True)
        result = memory.search("ชาเขียว", scope=acme)
        assert "does not know" in result.degraded[Signal.SEMANTIC]
        assert THAI in result[0].text


def test_a_run_lists_the_entities_of_its_own_rows_alone(memory: Memory) -> None:
    for run, text in (("monday", "I met Ines."), ("tuesday", "I met Rui.")):
        memory.add(text, scope=memory.scope(user="acme", run=run))
    monday = [entity.name for entity in memory.entities(scope=memory.scope(run="monday"))]
    both = [entity.name for entity in memory.entities(scope=memory.scope(user="acme"))]
    assert (monday, both) == (["Ines"], ["Ines", "Rui"])
    assert memory.stats(scope=memory.scope(run="monday")).entities == 1
    assert memory.stats().entities == 2
