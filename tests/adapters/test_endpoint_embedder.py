import socket
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from memories.engine.adapters.endpoint_embedder import EndpointEmbedder
from memories.engine.errors import EmbedderError, EmbeddingFailed, ModelUnavailable
from memories.engine.ports.embedder import SimilarityScale
from tests.support.embeddings_endpoint import Answer, EmbeddingsEndpoint, serving

KEY = "sk-very-secret"


@pytest.fixture
def endpoint() -> Iterator[EmbeddingsEndpoint]:
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def embedder(endpoint: EmbeddingsEndpoint, waits: list[float]) -> EndpointEmbedder:
    return EndpointEmbedder(
        base_url=endpoint.base_url,
        model="tiny",
        api_key=KEY,
        query_prefix="question: ",
        passage_prefix="passage: ",
        timeout_seconds=5.0,
        sleep=waits.append,
    )


def vector_body(*rows: str) -> bytes:
    listed = (f'{{"index": {index}, "embedding": {row}}}' for index, row in enumerate(rows))
    return f'{{"data": [{", ".join(listed)}]}}'.encode()


def test_a_request_follows_the_protocol(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder
) -> None:
    embedder.embed_passages(["one", "two"])
    (request,) = endpoint.requests
    assert request.path == "/v1/embeddings"
    assert request.authorization == f"Bearer {KEY}"
    assert request.body == {
        "model": "tiny",
        "input": ["passage: one", "passage: two"],
        "encoding_format": "float",
    }


def test_a_question_is_sent_with_its_own_prefix(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder
) -> None:
    embedder.embed_query("Where?")
    assert endpoint.requests[0].texts == ["question: Where?"]


def test_no_key_sends_no_authorization(endpoint: EmbeddingsEndpoint) -> None:
    EndpointEmbedder(base_url=f"{endpoint.base_url}/", model="tiny").embed_query("hello")
    assert endpoint.requests[0].authorization is None
    assert endpoint.requests[0].path == "/v1/embeddings"


def test_many_texts_go_in_several_requests_and_come_back_in_order(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder
) -> None:
    texts = [f"Note {number}" for number in range(150)]
    vectors = embedder.embed_passages(texts)
    expected = endpoint.embedder.embed_passages([f"passage: {text}" for text in texts])
    assert [len(request.texts) for request in endpoint.requests] == [64, 64, 22]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
def test_overload_is_retried_with_growing_waits(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder, waits: list[float], status: int
) -> None:
    endpoint.script.extend([Answer(status=status)] * 3)
    assert len(embedder.embed_query("hello")) == endpoint.embedder.dimensions
    assert waits == [0.5, 1.0, 2.0]


def test_retries_end(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder, waits: list[float]
) -> None:
    endpoint.script.extend([Answer(status=500)] * 10)
    with pytest.raises(EmbeddingFailed, match="answered 500"):
        embedder.embed_query("hello")
    assert len(endpoint.requests) == 4
    assert len(waits) == 3


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", 7.0),
        ("86400", 20.0),
        ("0", 0.5),
        ("-1", 0.5),
        ("soon", 0.5),
        ("²", 0.5),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0.5),
    ],
)
def test_the_endpoint_may_ask_for_a_longer_wait_up_to_a_bound(
    endpoint: EmbeddingsEndpoint,
    embedder: EndpointEmbedder,
    waits: list[float],
    asked: str,
    waited: float,
) -> None:
    endpoint.script.append(Answer(status=429, headers={"Retry-After": asked}))
    embedder.embed_query("hello")
    assert waits == [waited]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_a_refusal_is_not_repeated(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder, status: int
) -> None:
    endpoint.script.append(Answer(status=status, body=f"bad key {KEY}".encode()))
    with pytest.raises(EmbeddingFailed, match=f"answered {status}"):
        embedder.embed_query("hello")
    assert len(endpoint.requests) == 1


def test_a_redirect_is_not_followed_with_the_key(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder
) -> None:
    with serving() as elsewhere:
        location = {"Location": f"{elsewhere.base_url}/embeddings"}
        endpoint.script.append(Answer(status=302, headers=location))
        with pytest.raises(EmbeddingFailed, match="answered 302"):
            embedder.embed_query("hello")
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"data": null}',
        b'{"data": ["x"]}',
        b'{"data": [{"embedding": [1.0]}]}',
        b'{"data": [{"index": 0}]}',
        vector_body('"AAAA"'),
        vector_body("[[1.0]]"),
        vector_body("1.0"),
        vector_body("[]"),
        vector_body("[null, 1.0]"),
        vector_body("[NaN, 1.0]"),
        vector_body("[Infinity, 1.0]"),
        vector_body("[1e300, 1.0]"),
        vector_body("[1e30, 1.0]"),
        vector_body("[0.0, 0.0]"),
        vector_body("[1.0, 0.0]", "[1.0]"),
        vector_body("[1.0, 0.0]", "[0.0, 1.0]"),
        vector_body(),
    ],
)
def test_an_answer_without_the_vector_asked_for_is_an_error(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder, body: bytes
) -> None:
    endpoint.script.append(Answer(body=body))
    with pytest.raises(EmbeddingFailed):
        embedder.embed_query("hello")


def test_fewer_vectors_than_texts_are_an_error(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder
) -> None:
    endpoint.script.append(Answer(vectors=2))
    with pytest.raises(EmbeddingFailed, match="answered 2 of 3 vectors"):
        embedder.embed_passages(["a", "b", "c"])


def test_vectors_whose_length_changes_between_requests_are_an_error(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder
) -> None:
    endpoint.script.extend([Answer(), Answer(body=vector_body("[1.0, 0.0]"))])
    with pytest.raises(EmbeddingFailed, match="different lengths"):
        embedder.embed_passages(["text"] * 65)


def test_a_slow_endpoint_is_given_up_after_bounded_tries(
    endpoint: EmbeddingsEndpoint, waits: list[float]
) -> None:
    endpoint.script.extend([Answer(delay_seconds=0.4)] * 10)
    embedder = EndpointEmbedder(
        base_url=endpoint.base_url, model="tiny", timeout_seconds=0.05, sleep=waits.append
    )
    with pytest.raises(ModelUnavailable, match="can't be reached: timed out"):
        embedder.embed_query("hello")
    assert len(waits) == 3


def test_an_answer_that_breaks_off_is_asked_for_again(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder, waits: list[float]
) -> None:
    endpoint.script.append(Answer(cut=True))
    assert len(embedder.embed_query("hello")) == endpoint.embedder.dimensions
    assert waits == [0.5]


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def test_nobody_at_the_address_is_said_so(waits: list[float]) -> None:
    embedder = EndpointEmbedder(
        base_url=f"http://127.0.0.1:{closed_port()}/v1", model="tiny", sleep=waits.append
    )
    with pytest.raises(ModelUnavailable, match="can't be reached"):
        embedder.embed_query("hello")
    assert len(waits) == 3


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "host/v1",
        "ftp://host/v1",
        "file:///etc/passwd",
        "http://",
        "https:///v1",
        "http://ho st/v1",
        "http://host/v1\n",
        "http://host:port/v1",
        "http://host:0/v1",
        "http://[::1/v1",
        "http://host/v1?key=1",
        "http://höst/v1",
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(base_url: str) -> None:
    with pytest.raises(ModelUnavailable):
        EndpointEmbedder(base_url=base_url, model="tiny")


@pytest.mark.parametrize(
    "break_it",
    [
        lambda url: EndpointEmbedder(base_url=url, model="m", api_key=f"{KEY}\n"),
        lambda url: EndpointEmbedder(base_url=url, model="m", api_key=f"{KEY}é"),
        lambda url: EndpointEmbedder(base_url=url.replace("//", f"//user:{KEY}@"), model="m"),
        lambda url: EndpointEmbedder(base_url=f"{url}?key={KEY}", model="m"),
        lambda url: EndpointEmbedder(base_url=f"ftp{url}?key={KEY}", model="m"),
        lambda url: EndpointEmbedder(base_url=url, model="m", api_key=KEY).embed_query("hello"),
    ],
)
def test_no_error_shows_the_key(
    endpoint: EmbeddingsEndpoint, break_it: Callable[[str], object]
) -> None:
    endpoint.script.append(Answer(status=401, body=KEY.encode(), headers={"X-Key": KEY}))
    with pytest.raises(EmbedderError) as raised:
        break_it(endpoint.base_url)
    error: BaseException | None = raised.value
    while error is not None:
        assert KEY not in f"{error} {error!r}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_the_key_is_no_part_of_the_name_that_a_file_remembers(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder
) -> None:
    assert embedder.model == f"tiny@{endpoint.base_url}"
    assert KEY not in repr(embedder)


def test_the_dimensions_are_those_of_the_first_answer(
    endpoint: EmbeddingsEndpoint, embedder: EndpointEmbedder
) -> None:
    assert (embedder.dimensions, embedder.dimensions) == (256, 256)
    assert len(endpoint.requests) == 1


def test_a_known_scale_is_not_measured(endpoint: EmbeddingsEndpoint) -> None:
    scale = SimilarityScale(floor=0.1, ceiling=0.9)
    embedder = EndpointEmbedder(base_url=endpoint.base_url, model="tiny", scale=scale)
    assert embedder.scale is scale
    assert endpoint.requests == []


def test_a_long_text_is_cut_at_white_space_or_anywhere_if_there_is_none() -> None:
    embedder = EndpointEmbedder(base_url="http://host/v1", model="tiny", max_characters=10)
    assert embedder.split("aaaa bbbb cccc") == ((0, 9), (9, 14))
    assert embedder.split("a" * 25) == ((0, 10), (10, 20), (20, 25))
