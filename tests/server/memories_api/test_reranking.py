"""Hits are put in order once more where a request asks for it, and never silently not."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from pytest_django import Settings

from memories.ingest.projects import PROJECTS
from tests.server.memories_api.conftest import Server
from tests.support.cross_encoders import word_counting

ANA = {"user_id": "ana"}
QUERY = "boat and tea"
V3 = "/v3/memories/search/"
NO_RERANKER = {"rerank": "no reranker is set up on this server"}


@pytest.fixture
def told(server: Server) -> Server:
    server.learn("I own a boat. I like tea.", **ANA)
    return server


def prefer(word: str, folder: Path, settings: Settings, *, outputs: int = 1) -> None:
    """Start the server anew with a reranker for which one word alone counts."""
    settings.RERANKER_FOLDER = word_counting(folder / word, [word], outputs=outputs)
    PROJECTS.close()


def texts(found: list[dict[str, str]]) -> list[str]:
    return [each["memory"] for each in found]


@pytest.mark.parametrize("word", ["boat", "tea"])
def test_every_search_can_ask_for_it(
    told: Server, tmp_path: Path, settings: Settings, word: str
) -> None:
    prefer(word, tmp_path, settings)
    asked = {"query": QUERY, "filters": ANA}
    plain = told.post(V3, asked)["results"]
    for path in (V3, "/search"):
        found = told.post(path, {**asked, "rerank": True})
        assert word in found["results"][0]["memory"]
        assert "degraded" not in found
        assert {hit["memory"]: hit["score"] for hit in found["results"]} == {
            hit["memory"]: hit["score"] for hit in plain
        }
    for path in ("/v1/memories/search/", "/v2/memories/search/"):
        found = told.post(path, {**asked, "rerank": True})
        assert word in found[0]["memory"]
    assert texts(told.post(V3, {**asked, "rerank": False})["results"]) == texts(plain)


@pytest.mark.parametrize("word", ["boat", "tea"])
def test_a_context_is_packed_in_its_order(
    told: Server, tmp_path: Path, settings: Settings, word: str
) -> None:
    prefer(word, tmp_path, settings)
    asked = {"query": QUERY, "max_tokens": 64, "threshold": 0, "rerank": "true", **ANA}
    found = told.get(f"/v1/context/?{urlencode(asked)}")
    assert word in found["context"]
    assert "degraded" not in found


def test_without_a_reranker_the_order_stays_and_the_answer_says_so(told: Server) -> None:
    asked = {"query": QUERY, "filters": ANA}
    plain = told.post(V3, asked)
    assert "degraded" not in plain
    found = told.post(V3, {**asked, "rerank": True})
    assert found.pop("degraded") == NO_RERANKER
    assert found == plain
    context = told.get(f"/v1/context/?{urlencode({'query': QUERY, 'rerank': 'true', **ANA})}")
    assert context["degraded"] == NO_RERANKER


@pytest.mark.parametrize("path", ["/v1/memories/search/", "/v2/memories/search/"])
def test_a_bare_list_is_told_in_a_header(told: Server, path: str) -> None:
    for rerank, header in ((True, "rerank"), (False, None)):
        body = {"query": QUERY, "filters": ANA, "rerank": rerank}
        answer = told.asking.post(path, body, format="json")
        assert isinstance(answer.json(), list)
        assert answer.headers.get("X-Remembrancer-Degraded") == header


def test_one_that_is_over_its_time_is_not_waited_for(
    told: Server, tmp_path: Path, settings: Settings
) -> None:
    settings.RERANK_DEADLINE_SECONDS = 1e-9
    prefer("tea", tmp_path, settings)
    asked = {"query": QUERY, "filters": ANA}
    found = told.post(V3, {**asked, "rerank": True})
    assert found.pop("degraded").keys() == {"rerank"}
    assert found == told.post(V3, asked)


def test_a_folder_of_another_model_fails_no_search(
    told: Server, tmp_path: Path, settings: Settings
) -> None:
    prefer("tea", tmp_path, settings, outputs=3)
    for _ in range(2):
        found = told.post(V3, {"query": QUERY, "filters": ANA, "rerank": True})
        assert len(found["results"]) == 2
        assert "is no cross-encoder" in found["degraded"]["rerank"]


def test_what_is_neither_true_nor_false_is_refused(server: Server) -> None:
    refused = server.post(V3, {"query": QUERY, "filters": ANA, "rerank": "perhaps"}, 400)
    assert refused["fields"].keys() == {"rerank"}
