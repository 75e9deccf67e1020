"""Parts of a message's content as clients write them."""

import base64

import pytest

from memories.engine.domain import ContentPart, PartKind
from memories.engine.errors import InvalidMessages
from memories.engine.ingestion.reading import read_part, read_turns
from tests.support.files import PDF, PNG, WAV

ENCODED = base64.b64encode(PNG).decode()


@pytest.mark.parametrize(
    "url",
    [
        PNG,
        ENCODED,
        f"data:image/png;base64,{ENCODED}",
        f"DATA:;BASE64,{ENCODED}",
        f" {ENCODED[:10]}\n{ENCODED[10:]} ",
    ],
)
def test_a_file_is_bytes_base64_or_a_data_uri(url: object) -> None:
    part = read_part({"type": "image_url", "image_url": {"url": url, "detail": "high"}}, path="p")
    assert part == ContentPart(PartKind.IMAGE, content=PNG)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("image_url", PartKind.IMAGE),
        ("pdf_url", PartKind.PDF),
        ("audio_url", PartKind.AUDIO),
        ("txt_url", PartKind.TEXT),
        ("mdx_url", PartKind.TEXT),
    ],
)
def test_an_address_is_kept_and_not_asked(type_: str, kind: PartKind) -> None:
    part = read_part({"type": type_, type_: {"url": "HTTPS://a.example/x"}}, path="p")
    assert part == ContentPart(kind, address="HTTPS://a.example/x")


def test_a_recording_comes_as_openais_clients_send_it() -> None:
    sound = {"data": base64.b64encode(WAV).decode(), "format": "wav"}
    part = read_part({"type": "input_audio", "input_audio": sound}, path="p")
    assert part == ContentPart(PartKind.AUDIO, content=WAV)


@pytest.mark.parametrize(
    "url", ["# Größe".encode(), "data:text/markdown,%23%20Gr%C3%B6%C3%9Fe", "IyBHcsO2w59l"]
)
def test_text_files_are_text_at_once(url: object) -> None:
    message = {
        "role": "user",
        "content": [
            {"type": "text", "text": "Read this:"},
            {"type": "mdx_url", "mdx_url": {"url": url}},
        ],
    }
    (turn,) = read_turns(message)
    assert (turn.text, turn.parts) == ("Read this:\n# Größe", ())


def test_a_message_with_a_file_keeps_all_parts_in_order() -> None:
    content = [
        {"type": "pdf_url", "pdf_url": {"url": PDF}},
        {"type": "text", "text": "My contract."},
        {"type": "image_url", "image_url": {"url": PNG}},
    ]
    (turn,) = read_turns({"role": "user", "content": content})
    assert turn.text == "My contract."
    assert [(part.kind, part.text, part.content) for part in turn.parts] == [
        (PartKind.PDF, None, PDF),
        (PartKind.TEXT, "My contract.", None),
        (PartKind.IMAGE, None, PNG),
    ]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"type": []}, r"p\.type: expected one of text, image_url"),
        ({"type": "image_url"}, "image_url is missing"),
        ({"type": "image_url", "image_url": "x"}, r"p\.image_url: expected an object"),
        ({"type": "image_url", "image_url": {"url": ""}}, r"p\.image_url\.url: expected the file"),
        ({"type": "image_url", "image_url": {"url": 5}}, "got the number 5"),
        ({"type": "image_url", "image_url": {"url": "no base64!"}}, "got what is no base64"),
        ({"type": "image_url", "image_url": {"url": "data:image/png"}}, "expected a comma"),
        ({"type": "image_url", "image_url": {"uri": "x"}}, "unknown key 'uri'"),
        ({"type": "image_url", "image_url": {"url": PNG}, "x": 1}, "unknown key 'x'"),
        ({"type": "input_audio", "input_audio": {"format": "wav"}}, "data is missing"),
        ({"type": "txt_url", "txt_url": {"url": PNG}}, "expected text in UTF-8"),
        ({"type": "txt_url", "txt_url": {"url": b"a\0"}}, "NUL"),
        ({"type": "txt_url", "txt_url": {"url": "data:,"}}, "not empty"),
        ({"type": "image_url", "image_url": {"url": "\ud800"}}, "lone surrogate"),
    ],
)
def test_what_is_off_is_named_with_its_place(part: object, said: str) -> None:
    with pytest.raises(InvalidMessages, match=said):
        read_part(part, path="p")


def test_what_is_no_base64_is_not_repeated() -> None:
    with pytest.raises(InvalidMessages) as raised:
        read_part({"type": "pdf_url", "pdf_url": {"url": "hunter2 is my password"}}, path="p")
    assert "hunter2" not in str(raised.value)
