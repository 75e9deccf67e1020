import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from evaluation.mem0.endpoint import EmbeddingEndpoint
from memories.engine.domain import Vector, Vectors
from memories.engine.errors import EmbeddingFailed
from memories.engine.ports.embedder import WordHashEmbedder

TEXTS = ["I live in Lisbon.", "My dog is called Rex."]


class ApartEmbedder(WordHashEmbedder):
    """Embeds questions as the opposite of texts, and no text about storms."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if any("storm" in text for text in texts):
            raise EmbeddingFailed("no storms")
        return super().embed_passages(texts)

    def embed_query(self, text: str) -> Vector:
        vector: Vector = -super().embed_query(text)
        return vector


@pytest.fixture
def endpoint() -> Iterator[EmbeddingEndpoint]:
    with EmbeddingEndpoint(ApartEmbedder()) as serving:
        yield serving


def ask(endpoint: EmbeddingEndpoint, **request: object) -> list[dict[str, object]]:
    url = f"{endpoint.base_url}/embeddings"
    with urllib.request.urlopen(url, json.dumps(request).encode()) as answer:
        data: list[dict[str, object]] = json.load(answer)["data"]
    return data


def test_texts_come_back_as_vectors_in_their_order(endpoint: EmbeddingEndpoint) -> None:
    data = ask(endpoint, input=TEXTS, model="passages")
    assert [each["index"] for each in data] == [0, 1]
    expected = ApartEmbedder().embed_passages(TEXTS)
    assert np.allclose(np.asarray([each["embedding"] for each in data]), expected)
    assert endpoint.texts == 2
    assert endpoint.seconds > 0


def test_vectors_come_packed_where_the_client_asks_for_it(endpoint: EmbeddingEndpoint) -> None:
    (one,) = ask(endpoint, input=TEXTS[0], model="passages", encoding_format="base64")
    unpacked = np.frombuffer(base64.b64decode(str(one["embedding"])), dtype="<f4")
    assert np.array_equal(unpacked, ApartEmbedder().embed_passages(TEXTS[:1])[0])


def test_questions_are_embedded_as_questions(endpoint: EmbeddingEndpoint) -> None:
    (one,) = ask(endpoint, input=TEXTS[:1], model="queries")
    assert np.allclose(np.asarray(one["embedding"]), ApartEmbedder().embed_query(TEXTS[0]))


def test_a_text_that_cannot_be_embedded_is_an_error(endpoint: EmbeddingEndpoint) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(endpoint, input=["the storm"], model="passages")
    with caught.value as answer:
        assert answer.code == 500
        assert b"EmbeddingFailed: no storms" in answer.read()
