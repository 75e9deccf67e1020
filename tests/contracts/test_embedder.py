"""What the Embedder port promises, asked of every adapter and of the fake."""

import itertools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memories.engine.adapters.endpoint_embedder import EndpointEmbedder
from memories.engine.adapters.model_files import bundled_model, model_in_folder
from memories.engine.adapters.onnx_embedder import OnnxEmbedder
from memories.engine.adapters.query_batches import QueryBatches
from memories.engine.adapters.query_cache import QueryCache
from memories.engine.domain import Vectors
from memories.engine.ports.embedder import (
    MOST_UNKNOWN,
    Embedder,
    QuestionsEmbedder,
    WordHashEmbedder,
)
from tests.support.embeddings_endpoint import serving

TEXTS = (
    "ok",
    "Anna moved into a flat in Lisbon near the river, and her brother helped her. " * 6,
    "Tom is allergic to shellfish.",
    "x",
    "The exam was harder than expected, but she passed. " * 3,
    "Ella compró 3 kilos de café.",
    "我喜欢绿茶",
    "😊",
)
LONG = "Lena practises the cello every evening, and on Sundays she plays with Ben. " * 60


@dataclass(frozen=True, slots=True)
class Subject:
    """An adapter under test.

    Attributes:
        fits: whether a part of a text goes into the model whole.
        several: the adapter again, where it can be asked several questions at once.
        knows_its_words: whether it can tell what is out of its vocabulary.
    """

    embedder: Embedder
    fits: Callable[[str], bool]
    several: QuestionsEmbedder | None = None
    knows_its_words: bool = True


def folder_with_declarations(folder: Path) -> Path:
    """The bundled model as sentence-transformers would save it, with prompts."""
    files = bundled_model()
    (folder / "onnx").mkdir(parents=True)
    (folder / "onnx" / "model.onnx").symlink_to(files.model)
    (folder / "tokenizer.json").symlink_to(files.tokenizer)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True})
    )
    prompts = {"query": "question: ", "document": "a passage of text to be found: "}
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    return folder


def onnx_subject(embedder: OnnxEmbedder) -> Subject:
    def fits(part: str) -> bool:
        return len(embedder._tokenizer.encode(embedder._files.passage_prefix + part).ids) <= 256

    return Subject(embedder, fits, embedder)


def bundled_subject() -> Subject:
    return onnx_subject(OnnxEmbedder(bundled_model(), threads=2))


def shared_subject() -> Subject:
    """The bundled model as the platform uses it."""
    bundled = bundled_subject()
    assert bundled.several is not None
    return replace(bundled, embedder=QueryCache(QueryBatches(bundled.several), most=2))


@pytest.fixture(scope="module", params=["fake", "bundled", "shared", "folder", "endpoint"])
def subject(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subject]:
    if request.param == "fake":
        fake = WordHashEmbedder(words=40)
        yield Subject(fake, lambda part: len(part.split()) <= 40, fake)
    elif request.param == "bundled":
        yield bundled_subject()
    elif request.param == "shared":
        yield shared_subject()
    elif request.param == "folder":
        folder = folder_with_declarations(tmp_path_factory.mktemp("models") / "tiny")
        yield onnx_subject(OnnxEmbedder(model_in_folder(folder), threads=1))
    else:
        with serving() as endpoint:
            embedder = EndpointEmbedder(
                base_url=endpoint.base_url, model="tiny", max_characters=900
            )
            yield Subject(embedder, lambda part: len(part) <= 900, knows_its_words=False)


def assert_unit(vectors: Vectors, shape: tuple[int, int]) -> None:
    assert vectors.shape == shape
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_passages_become_unit_vectors_of_the_stated_length(subject: Subject) -> None:
    embedder = subject.embedder
    assert_unit(embedder.embed_passages(TEXTS), (len(TEXTS), embedder.dimensions))


def test_a_query_becomes_one_unit_vector_of_the_same_length(subject: Subject) -> None:
    embedder = subject.embedder
    assert_unit(embedder.embed_query("Where does Anna live?")[None, :], (1, embedder.dimensions))


def test_questions_asked_together_get_what_each_gets_alone(subject: Subject) -> None:
    if subject.several is None:
        pytest.skip("takes one at a time")
    for texts in (TEXTS, TEXTS[:2], TEXTS[2:5] * 6):
        together = subject.several.embed_queries(texts)
        assert_unit(together, (len(texts), subject.embedder.dimensions))
        alone = np.stack([subject.several.embed_query(text) for text in texts])
        np.testing.assert_allclose(together, alone, rtol=0, atol=1e-6)


def test_no_texts_give_no_vectors(subject: Subject) -> None:
    vectors = subject.embedder.embed_passages([])
    assert vectors.shape == (0, subject.embedder.dimensions)
    assert vectors.dtype == np.float32


def test_vectors_come_in_the_order_of_their_texts_whatever_shares_the_batch(
    subject: Subject,
) -> None:
    texts = [*TEXTS, *TEXTS[::-1], *(f"Note {number}" for number in range(70))]
    together = subject.embedder.embed_passages(texts)
    alone = np.concatenate([subject.embedder.embed_passages([text]) for text in texts[:20]])
    np.testing.assert_allclose((together[:20] * alone).sum(axis=1), 1.0, atol=1e-4)


def test_the_same_text_always_gets_the_same_vector(subject: Subject) -> None:
    once, again = (subject.embedder.embed_passages(TEXTS) for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_a_question_lies_nearest_to_the_passage_that_answers_it(subject: Subject) -> None:
    passages = ["Tom fixed the roof.", "Anna lives in Lisbon.", "The bill was 40 euros."]
    cosines = subject.embedder.embed_passages(passages) @ subject.embedder.embed_query(
        "Where in Lisbon does Anna live?"
    )
    assert int(cosines.argmax()) == 1


def test_an_empty_text_still_gets_a_unit_vector(subject: Subject) -> None:
    assert_unit(subject.embedder.embed_passages([""]), (1, subject.embedder.dimensions))


def test_a_text_that_fits_is_one_span(subject: Subject) -> None:
    for text in (*TEXTS[2:4], ""):
        assert subject.embedder.split(text) == ((0, len(text)),)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    text=st.one_of(
        st.just(LONG),
        st.text(max_size=1500),
        st.lists(st.sampled_from(["Anna", "prestidigitation ", "茶", " ", "\n", "xq", "42"])).map(
            lambda parts: "".join(parts) * 40
        ),
        st.text(st.sampled_from("abcxyz0-"), min_size=900, max_size=3000),
    )
)
def test_the_spans_of_a_text_cover_it_in_order_and_each_fits(subject: Subject, text: str) -> None:
    spans = subject.embedder.split(text)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    for (start, until), (next_start, next_until) in itertools.pairwise(spans):
        assert start < next_start, "spans come in order"
        assert until < next_until, "every span brings something new"
        assert not text[until:next_start].strip(), "no word lies between two spans"
    for start, until in spans:
        assert subject.fits(text[start:until])


def test_a_long_text_is_cut(subject: Subject) -> None:
    assert len(subject.embedder.split(LONG)) > 2


@pytest.mark.parametrize("text", [*TEXTS, "", "ฉันชอบกินข้าว", "привет"])
def test_the_unknown_share_is_a_share(subject: Subject, text: str) -> None:
    assert 0.0 <= subject.embedder.unknown_share(text) <= 1.0


def test_plain_english_is_known(subject: Subject) -> None:
    assert subject.embedder.unknown_share("Tom is allergic to shellfish.") == 0.0


def test_a_script_outside_the_vocabulary_is_said_to_be_unknown(subject: Subject) -> None:
    share = subject.embedder.unknown_share("ฉันชอบกินข้าวผัดกับเพื่อน")
    assert (share > MOST_UNKNOWN) is subject.knows_its_words


def test_eight_threads_get_what_one_gets(subject: Subject) -> None:
    expected = subject.embedder.embed_passages(TEXTS)
    question = subject.embedder.embed_query("Where does Anna live?")

    def ask(turn: int) -> None:
        if turn % 2:
            np.testing.assert_array_equal(subject.embedder.embed_passages(TEXTS), expected)
        else:
            np.testing.assert_array_equal(
                subject.embedder.embed_query("Where does Anna live?"), question
            )
        assert subject.embedder.split(TEXTS[0]) == ((0, len(TEXTS[0])),)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(24)))


def test_eight_threads_may_use_a_model_that_was_never_used() -> None:
    embedder = bundled_subject().embedder
    with ThreadPoolExecutor(8) as threads:
        vectors = list(threads.map(embedder.embed_query, ["Where does Anna live?"] * 8))
    for vector in vectors:
        np.testing.assert_array_equal(vector, vectors[0])


def test_the_scale_tells_related_from_unrelated(subject: Subject) -> None:
    scale = subject.embedder.scale
    assert -1.0 <= scale.floor < scale.ceiling <= 1.0
    assert (scale.score(scale.floor), scale.score(scale.ceiling)) == (0.0, 1.0)
    assert scale.score(-1.0) == 0.0
    assert scale.score(1.0) == 1.0


def test_the_model_is_named(subject: Subject) -> None:
    assert subject.embedder.model
