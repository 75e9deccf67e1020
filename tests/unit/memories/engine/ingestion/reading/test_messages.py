"""Messages handed in as values."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from memories.engine.domain import Role, Turn
from memories.engine.errors import InvalidMessages
from memories.engine.ingestion.reading import read_turns

MARCH = datetime(2024, 3, 1, 10, 20, tzinfo=UTC)


def test_a_string_is_one_message_of_the_user() -> None:
    assert read_turns("I moved to Lisbon.") == (Turn(Role.USER, "I moved to Lisbon."),)


def test_a_dict_is_one_message() -> None:
    assert read_turns({"role": "assistant", "content": "Hello"}) == (Turn(Role.ASSISTANT, "Hello"),)


def test_a_list_keeps_every_field() -> None:
    turns = read_turns(
        [
            {"role": "system", "content": " verbatim \n"},
            {
                "role": "user",
                "content": "Hi",
                "name": "Ines",
                "id": "m2",
                "timestamp": "2024-03-01T10:20:00",
                "metadata": {"topic": ["a", 1, 2.5, None, True], "ünï": {"deep": "x"}},
            },
            {"role": "tool", "content": "42", "name": None},
        ]
    )
    assert turns[0] == Turn(Role.SYSTEM, " verbatim \n")
    assert turns[1] == Turn(
        Role.USER,
        "Hi",
        name="Ines",
        client_id="m2",
        said_at=MARCH,
        metadata={"topic": ["a", 1, 2.5, None, True], "ünï": {"deep": "x"}},
    )
    assert turns[2] == Turn(Role.TOOL, "42")


def test_text_parts_are_joined_by_line_breaks() -> None:
    parts = [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]
    assert read_turns([{"role": "user", "content": parts}])[0].text == "One\nTwo"


@pytest.mark.parametrize(
    "timestamp",
    [
        "2024-03-01T10:20:00Z",
        "2024-03-01 10:20",
        "2024-03-01T12:20:00+02:00",
        1709288400,
        1709288400.0,
        1709288400000,
        datetime(2024, 3, 1, 10, 20),  # noqa: DTZ001 - naive means UTC
        MARCH,
    ],
)
def test_every_way_to_write_a_time(timestamp: object) -> None:
    turn = read_turns([{"role": "user", "content": "x", "timestamp": timestamp}])[0]
    assert turn.said_at == MARCH


def test_the_offset_that_was_written_is_kept() -> None:
    message = {"role": "user", "content": "x", "timestamp": "2024-03-01T12:20:00+02:00"}
    said_at = read_turns(message)[0].said_at
    assert said_at is not None
    assert said_at.utcoffset() == timedelta(hours=2)


def test_messages_without_a_time_take_the_one_given() -> None:
    own = {"role": "user", "content": "x", "timestamp": 0}
    turns = read_turns([own, {"role": "user", "content": "y"}], said_at=MARCH)
    assert [turn.said_at for turn in turns] == [datetime(1970, 1, 1, tzinfo=UTC), MARCH]


FAR_EAST = timezone(timedelta(hours=14))
TIMES = "expected an ISO 8601 time or epoch seconds, got "
ROLES = "expected one of user, assistant, system, tool"
TYPES = "one of text, image_url, pdf_url, txt_url, mdx_url, audio_url, input_audio"
FILE = "the file's bytes, a data URI, base64 or an address"
KNOWN = "known are role, content, name, id, timestamp, metadata"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"role": "robot"}, f".role: {ROLES}, got 'robot'"),
        ({"role": None}, f".role: {ROLES}, got null"),
        ({"role": 7}, f".role: {ROLES}, got the number 7"),
        ({"content": None}, ".content: expected the message's text, got null"),
        ({"content": " \n"}, ".content: expected text that is not empty, got ' \\n'"),
        ({"content": 5}, ".content: expected a string or a list of parts, got the number 5"),
        ({"content": []}, ".content: expected text that is not empty, got parts without any"),
        (
            {"content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}]},
            f".content[1].image_url: url is missing; expected {FILE}",
        ),
        ({"content": [{"type": "video"}]}, f".content[0].type: expected {TYPES}, got 'video'"),
        ({"content": [{"text": "a"}]}, f".content[0]: type is missing; expected {TYPES}"),
        ({"content": ["a"]}, ".content[0]: expected an object, got 'a'"),
        (
            {"content": [{"type": "text", "text": "a", "bold": True}]},
            ".content[0].bold: unknown key 'bold'; known are type, text",
        ),
        (
            {"content": "ab\x00c"},
            ".content: character 3 is a NUL character (U+0000), which no text can hold",
        ),
        (
            {"content": "\ud83d!"},
            ".content: character 1 is a lone surrogate (U+D83D), which no text can hold",
        ),
        ({"name": ""}, ".name: expected a string that is not empty, got ''"),
        ({"id": 5}, ".id: expected a string that is not empty, got the number 5"),
        ({"timestamp": "soon"}, f".timestamp: {TIMES}'soon'"),
        ({"timestamp": True}, f".timestamp: {TIMES}true"),
        ({"timestamp": float("nan")}, ".timestamp: "),
        ({"timestamp": 10**400}, f".timestamp: {TIMES}a very large number"),
        (
            {"timestamp": datetime(1, 1, 1, tzinfo=FAR_EAST)},
            f".timestamp: {TIMES}a datetime",
        ),
        ({"metadata": "x"}, ".metadata: expected an object, got 'x'"),
        ({"metadata": {"a": [float("inf")]}}, ".metadata.a[0]: expected a finite number"),
        (
            {"metadata": {"a": datetime(2024, 1, 1, tzinfo=UTC)}},
            ".metadata.a: expected a JSON value, got a datetime",
        ),
        ({"metadata": {1: "x"}}, ".metadata: expected string keys, got the number 1"),
        ({"metadata": {"a\x00": 1}}, ".metadata: character 2 is a NUL character"),
        ({"speaker": "x"}, f".speaker: unknown key 'speaker'; {KNOWN}"),
    ],
)
def test_what_is_off_is_named_with_its_place(changed: dict[str, object], message: str) -> None:
    good = {"role": "user", "content": "fine"}
    with pytest.raises(InvalidMessages) as caught:
        read_turns([good, good, good, good | changed])
    assert str(caught.value).startswith(f"messages[3]{message}")


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ("", "messages: expected a string that is not empty, got ''"),
        ([], "messages: expected at least one message, got an empty list"),
        (None, "messages: expected a string, a message or a list of messages, got null"),
        (7, "messages: expected a string, a message or a list of messages, got the number 7"),
        (b"hi", "messages: expected a string, a message or a list of messages, got a list"),
        ({"content": "x"}, f"message: role is missing; {ROLES}"),
        ({"role": "user"}, "message: content is missing; expected the message's text"),
        (["hi"], "messages[0]: expected a message with role and content, got 'hi'"),
        ({"role": "robot" * 20, "content": "x"}, f"message.role: {ROLES}, got '{'robot' * 8}…'"),
    ],
)
def test_a_wrong_whole_is_named(messages: object, message: str) -> None:
    with pytest.raises(InvalidMessages) as caught:
        read_turns(messages)
    assert str(caught.value) == message


def test_two_messages_with_one_id_are_refused() -> None:
    message = {"role": "user", "content": "x", "id": "m1"}
    with pytest.raises(InvalidMessages, match=r"^messages\[1\]\.id: 'm1' is already the id of "):
        read_turns([message, message])


def test_metadata_that_holds_itself_is_refused() -> None:
    metadata: dict[str, object] = {}
    metadata["self"] = metadata
    with pytest.raises(InvalidMessages, match="nested deeper than 32 levels"):
        read_turns({"role": "user", "content": "x", "metadata": metadata})
