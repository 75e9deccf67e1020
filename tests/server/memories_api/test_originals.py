"""The files that messages were made of are handed out to whom they belong, and never shown."""

import base64
from typing import Any

import pytest
from pytest_django import Settings

from memories import AnthropicModel
from tests.server.memories_api.conftest import Server
from tests.support.files import PDF, PNG, image_answer, pages_answer
from tests.support.model_endpoint import Asked, Said, serving


def answered(asked: Asked) -> Said:
    if any(part["type"] == "document" for part in asked.parts):
        return Said(text=pages_answer({1: "I own a boat."}))
    return Said(text=image_answer("a photo of a cat"))


@pytest.fixture
def message_id(server: Server, settings: Settings) -> str:
    """A message of an image and a PDF."""
    with serving() as endpoint:
        endpoint.answering = answered
        settings.READING_MODEL = AnthropicModel("claude", "sk", endpoint.address, retries=0)
        parts = [
            {"type": type_, type_: {"url": base64.b64encode(content).decode()}}
            for type_, content in (("image_url", PNG), ("pdf_url", PDF))
        ]
        said = {"messages": [{"role": "user", "content": parts}], "user_id": "ana"}
        event = server.post("/v3/memories/add/", said)
        server.do_jobs()
    (result, *_) = server.get(f"/v1/event/{event['event_id']}/")["results"]
    found: str = server.get(f"/v1/memories/{result['id']}/sources/")["results"][0]["message_id"]
    return found


def fetched(server: Server, message_id: str, part: object) -> Any:
    return server.asking.get(f"/v3/memories/messages/{message_id}/originals/{part}/")


def test_they_are_listed_without_their_bytes(server: Server, message_id: str) -> None:
    listed = server.get(f"/v3/memories/messages/{message_id}/originals/")["results"]
    assert [(each["part"], each["media_type"], each["size"]) for each in listed] == [
        (0, "image/png", len(PNG)),
        (1, "application/pdf", len(PDF)),
    ]
    # Where the server asks is nothing to its projects.
    assert {each["read_by"] for each in listed} == {"claude, prompt 1"}


@pytest.mark.parametrize(
    ("part", "content", "media_type"), [(0, PNG, "image/png"), (1, PDF, "application/pdf")]
)
def test_each_comes_as_it_was_and_as_nothing_to_be_shown(
    server: Server, message_id: str, part: int, content: bytes, media_type: str
) -> None:
    answer = fetched(server, message_id, part)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"] == (
        f'attachment; filename="part-{part}.{media_type.split("/")[1]}"'
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"


def test_globex_gets_none_of_acmes(server: Server, other_server: Server, message_id: str) -> None:
    for part in (0, 1):
        assert fetched(other_server, message_id, part).status_code == 404
    other_server.get(f"/v3/memories/messages/{message_id}/originals/", status=404)


@pytest.mark.parametrize("part", ["2", "-1", "x", "99999999999999999999", "٣", "0x0"])
def test_a_part_that_is_no_file_is_not_found(server: Server, message_id: str, part: str) -> None:
    assert fetched(server, message_id, part).status_code == 404


def test_what_a_deleted_memory_said_is_gone_from_here_too(server: Server, message_id: str) -> None:
    listed = server.post("/v3/memories/", {"filters": {"user_id": "ana"}})["results"]
    (boat,) = [each["id"] for each in listed if "boat" in each["memory"]]
    server.call("DELETE", f"/v1/memories/{boat}/")
    assert fetched(server, message_id, 1).status_code == 404
    assert fetched(server, message_id, 0).content == PNG
    _, pdf = server.get(f"/v3/memories/messages/{message_id}/originals/")["results"]
    assert (pdf["size"], pdf["digest"]) == (0, None)
