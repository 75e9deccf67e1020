"""Files that can't be read: what the error says and where."""

import gzip
import json
from pathlib import Path

import pytest

from memories.engine.errors import UnreadableFile
from memories.engine.ingestion.reading import read_conversations
from memories.engine.ingestion.reading._source import read_text


def refusal(path: Path, content: str | bytes) -> UnreadableFile:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UnreadableFile) as caught:
        read_conversations(path)
    return caught.value


GOOD = '{"role": "user", "content": "Hi"}'
FORMS = "a message with role and content, a conversation with messages or sessions"


@pytest.mark.parametrize(
    ("content", "line", "column", "reason"),
    [
        ("", 1, 1, "expected conversations, but the file is empty"),
        (" \r\n", 1, 1, "expected conversations, but the file is empty"),
        ("[]", 1, 1, "expected conversations, but there is no message in it"),
        ('{"a": 1,\n "b" 2}', 2, 6, "expected JSON, but expecting ':' delimiter"),
        ('{"a": 1,\r"b" 2}', 2, 5, "expected JSON, but expecting ':' delimiter"),
        ("[" * 200_000, 1, 1, "expected conversations, but the JSON is nested too deep"),
        ("[1" + "0" * 5000 + "]", 1, 1, "expected conversations, but a number has too many"),
        (f"{GOOD}\n\n{{'x'}}", 3, 2, "expected JSON, but expecting property name"),
        (f"{GOOD}\nhello", 2, 1, "expected JSON, but expecting value"),
        (f"{GOOD}\n  7\n", 2, 3, "[1]: expected a message with role and content, got the number 7"),
        (
            f'{GOOD}\n{{"role": "robot", "content": "Hi"}}',
            *(2, 10),
            "[1].role: expected one of user, assistant, system, tool, got 'robot'",
        ),
        (
            '\ufeff[\n  {"role": "user", "content": "é"}, {"role": "user", "content": 5}]',
            *(2, 65),
            "[1].content: expected a string or a list of parts, got the number 5",
        ),
        (
            '{"messages": [\n {"content": "Hi"}\n]}',
            *(2, 2),
            "messages[0]: role is missing; expected one of user,",
        ),
        (
            '{"messages": [],\n "messages": [{"role": "a",\n "role": "x", "content": "b"}]}',
            *(3, 10),
            "messages[0].role: expected one of user, assistant, system, tool, got 'x'",
        ),
        (
            '[{"role": "user", "content": "a\\u0000b"}]',
            *(1, 30),
            "[0].content: character 2 is a NUL character (U+0000)",
        ),
        (
            '{"messages": [], "tools": 1}',
            *(1, 27),
            "tools: unknown key 'tools'; known are id, messages, sessions, questions",
        ),
        ('{"messages": []}', 1, 14, "messages: expected at least one message, got an empty list"),
        (
            '{"messages": [], "sessions": []}',
            *(1, 1),
            "expected either messages or sessions, got both",
        ),
        (
            (
                '{"sessions": [{"messages": [{"role":"user","content":"a","id":"1"}]},\n'
                '{"messages": [{"role":"user","content":"b","id":"1"}]}]}'
            ),
            *(2, 49),
            "sessions[1].messages[0].id: '1' is already a message's id in this file",
        ),
        ('{"x": 1, "y": 2}', 1, 1, f"expected {FORMS}"),
        ("[\n 7]", 2, 2, f"[0]: expected {FORMS}"),
        ("Once upon\na time", 1, 1, "expected JSON, JSON Lines or a transcript of lines `Name:"),
        ('"hello"', 1, 1, "expected JSON, JSON Lines or a transcript of lines `Name: words`"),
        (
            "Ines: Hi\n[2024-13-01 10:20] Tom: Hi",
            *(2, 2),
            "expected a time such as 2024-03-01 10:20, got '2024-13-01 10:20'",
        ),
        ("Ines: Hi\n  there\x00", 2, 8, "expected text, got a NUL character"),
        (b"Ines: ol\xc3\xa1\nTom: \xff", 2, 6, "expected UTF-8 text, got the byte 0xFF"),
        (b"\xef\xbb\xbfTom: \xff", 1, 6, "expected UTF-8 text, got the byte 0xFF"),
    ],
)
def test_the_place_and_the_reason(
    tmp_path: Path, content: str | bytes, line: int, column: int, reason: str
) -> None:
    path = tmp_path / "chat.json"
    error = refusal(path, content)
    assert str(error).startswith(f"{path}, line {line}, column {column}: {reason}")
    assert (error.line, error.column) == (line, column)


def export_with(*, node: object, leaf: str = "a") -> str:
    return json.dumps([{"mapping": {"a": node}, "current_node": leaf}], indent=1)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (
            export_with(node={"parent": "gone", "message": None}),
            *(5, "[0].mapping.a.parent: expected the id of a message in mapping, got 'gone'"),
        ),
        (
            export_with(node={"parent": "a"}),
            *(5, "[0].mapping.a.parent: expected a tree, but these messages form a circle"),
        ),
        (
            export_with(node={}, leaf="b"),
            *(6, "[0].current_node: expected the id of a message in mapping, got 'b'"),
        ),
        (
            export_with(node={"message": {"author": {}}}),
            *(6, "[0].mapping.a.message.author: role is missing; expected the speaker's role"),
        ),
        (
            '[{"chat_messages":\n[{"sender": "robot"}]}]',
            *(2, "[0].chat_messages[0].sender: expected human or assistant, got 'robot'"),
        ),
        (
            '{"conversation": {"session_1": [],\n"session_1_date_time": "noon"}}',
            *(2, "conversation.session_1_date_time: expected a time such as '1:56 pm on 8 May"),
        ),
        (
            '{"conversation": {"session_1": [],\n"session_1_date_time":"1:00 pm on 31 June 2024"}}',
            *(2, "conversation.session_1_date_time: expected a time that exists"),
        ),
        (
            '{"haystack_sessions": [[]], "question": "q",\n"haystack_dates": []}',
            *(2, "haystack_dates: expected 1 values, one for each session, got 0"),
        ),
        (
            '{"haystack_sessions":\n[[{"role": "robot", "content": "x"}]]}',
            *(2, "haystack_sessions[0][0].role: expected user or assistant, got 'robot'"),
        ),
        (
            '{"haystack_sessions": [[]], "question": "q",\n"haystack_dates": ["2024-03-01"]}',
            *(2, "haystack_dates[0]: expected a time such as '2023/04/23 (Sun) 18:14'"),
        ),
    ],
)
def test_exports_name_the_place_too(tmp_path: Path, content: str, line: int, reason: str) -> None:
    error = refusal(tmp_path / "conversations.json", content)
    assert f": {reason}" in str(error)
    assert error.line == line


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nothing\.json: there is no such file$"):
        read_conversations(tmp_path / "nothing.json")


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"but it is a directory$") as caught:
        read_conversations(tmp_path)
    assert (caught.value.line, caught.value.column) == (None, None)


def test_a_device() -> None:
    with pytest.raises(UnreadableFile, match=r"but it is not a regular file$"):
        read_conversations("/dev/null")


@pytest.mark.parametrize(
    "magic", [b"\x1f\x8b", b"\xfd7zXZ\x00", gzip.compress(b"x" * 99, mtime=0)[:-9]]
)
def test_damaged_compression(tmp_path: Path, magic: bytes) -> None:
    assert "its compression is damaged" in str(refusal(tmp_path / "chat.gz", magic))


def test_the_limit_counts_decompressed_bytes(tmp_path: Path) -> None:
    path = tmp_path / "chat.gz"
    path.write_bytes(gzip.compress(b"x" * 5000))
    assert len(read_text(path, largest=5000)) == 5000
    with pytest.raises(UnreadableFile, match=r"larger than 4,999 bytes uncompressed"):
        read_text(path, largest=4999)


@pytest.mark.parametrize("text", ["[2024-03-01 10:20]", "{Ines}: Hi"])
def test_neither_json_nor_transcript(tmp_path: Path, text: str) -> None:
    error = refusal(tmp_path / "chat.txt", text)
    assert (error.line, error.column) is not None
