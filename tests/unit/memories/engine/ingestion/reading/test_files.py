"""Files in each of the known forms."""

import gzip
import json
import lzma
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memories.engine.domain import Role, Turn
from memories.engine.ingestion.reading import Conversation, Question, Session, read_conversations

Write = Callable[[object], Path]


@pytest.fixture(name="write")
def fixture_write(tmp_path: Path) -> Write:
    def write(value: object) -> Path:
        path = tmp_path / "notes.v2.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
        return path

    return write


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2024, 3, 1, hour, minute, second, tzinfo=UTC)


HELLO = {"role": "user", "content": "Hello"}
WELCOME = {"role": "assistant", "content": "Welcome"}
TURNS = (Turn(Role.USER, "Hello"), Turn(Role.ASSISTANT, "Welcome"))


def test_a_list_of_messages(write: Write) -> None:
    expected = Conversation("notes", (Session("notes", TURNS),))
    assert read_conversations(str(write([HELLO, WELCOME]))) == (expected,)


def test_a_single_message(write: Write) -> None:
    assert read_conversations(write(HELLO))[0].sessions == (Session("notes", TURNS[:1]),)


def test_an_object_with_messages(write: Write) -> None:
    expected = Conversation("c1", (Session("c1", TURNS),))
    assert read_conversations(write({"id": "c1", "messages": [HELLO, WELCOME]})) == (expected,)


def test_conversations_without_ids_are_numbered_and_repeated_ids_made_unique(write: Write) -> None:
    conversations = [{"messages": [HELLO]}, *[{"id": "c", "messages": [HELLO]}] * 3]
    ids = [each.id for each in read_conversations(write(conversations))]
    assert ids == ["notes-1", "c", "c#2", "c#3"]


def test_sessions_and_questions(write: Write) -> None:
    sessions = [
        {"id": "monday", "messages": [HELLO | {"id": "t1"}]},
        {"messages": WELCOME},
        {"id": "monday", "messages": [HELLO]},
    ]
    questions = [
        {"question": "Who?", "answer": "Ines", "evidence": ["t1"], "category": "easy"},
        {"question": "When?", "asked_at": "2024-03-01T10:20"},
    ]
    (conversation,) = read_conversations(write({"sessions": sessions, "questions": questions}))
    assert [each.id for each in conversation.sessions] == ["monday", "session-2", "monday#2"]
    assert conversation.questions == (
        Question("Who?", "Ines", ("t1",), "easy", None),
        Question("When?", None, (), None, at(10, 20)),
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_json_lines_of_messages(write: Write, line_end: str) -> None:
    text = line_end.join([json.dumps(HELLO), "", json.dumps(WELCOME), ""])
    assert read_conversations(write(text))[0].sessions == (Session("notes", TURNS),)


def test_json_lines_of_conversations(write: Write) -> None:
    text = "\n".join(json.dumps({"messages": [each]}) for each in (HELLO, WELCOME))
    assert [each.sessions[0].turns for each in read_conversations(write(text))] == [
        TURNS[:1],
        TURNS[1:],
    ]


def chatgpt_message(
    role: str, *parts: object, kind: str = "text", **more: object
) -> dict[str, object]:
    content = {"content_type": kind, "parts": list(parts)}
    return {"author": {"role": role}, "content": content, "create_time": None, **more}


def chatgpt_export() -> dict[str, object]:
    hidden = {"is_visually_hidden_from_conversation": True}
    chain: list[tuple[str, dict[str, object] | None]] = [
        ("root", None),
        ("system", chatgpt_message("system", "You are helpful")),
        ("hidden", chatgpt_message("user", "My instructions", metadata=hidden)),
        ("ask", chatgpt_message("user", "Best tea?", id="m-ask", create_time=1709288400.5)),
        ("call", chatgpt_message("assistant", "search(tea)", recipient="browser")),
        ("tool", chatgpt_message("tool", "results")),
        ("thoughts", chatgpt_message("assistant", kind="thoughts")),
        ("empty", chatgpt_message("assistant", "")),
        (
            "answer",
            chatgpt_message(
                "assistant", {"asset_pointer": "x"}, {"text": "Sencha."}, kind="multimodal_text"
            ),
        ),
    ]
    mapping: dict[str, object] = {}
    parent = None
    for key, message in chain:
        mapping[key] = {"id": key, "parent": parent, "message": message, "children": ["?"]}
        parent = key
    mapping["answer"] = {"parent": "empty", "message": chain[-1][1], "children": []}
    other = chatgpt_message("assistant", "Matcha.")
    mapping["other"] = {"parent": "ask", "message": other, "children": []}
    return {"title": "Tea", "create_time": 1, "mapping": mapping, "current_node": "answer"}


def test_a_chatgpt_export_follows_the_current_branch(write: Write) -> None:
    (conversation,) = read_conversations(write([chatgpt_export() | {"id": "tea"}]))
    asked = datetime(2024, 3, 1, 10, 20, 0, 500_000, tzinfo=UTC)
    turns = (
        Turn(Role.USER, "Best tea?", client_id="m-ask", said_at=asked),
        Turn(Role.ASSISTANT, "Sencha.", said_at=asked),
    )
    assert conversation == Conversation("tea", (Session("tea", turns),))


def test_a_chatgpt_export_without_current_node_takes_the_newest_leaf(write: Write) -> None:
    export = chatgpt_export()
    del export["current_node"]
    (conversation,) = read_conversations(write([export]))
    assert [turn.text for turn in conversation.sessions[0].turns] == ["Best tea?", "Matcha."]


def test_a_claude_export(write: Write) -> None:
    parts = [{"type": "text", "text": "A"}, {"type": "tool_use"}, {"type": "text", "text": "B"}]
    messages = [
        {"uuid": "m1", "sender": "human", "text": "Hi", "created_at": "2024-03-01T10:20:00Z"},
        {"uuid": "m2", "sender": "assistant", "text": "A (block) B", "content": parts},
        {"uuid": "m3", "sender": "human", "text": "", "content": []},
    ]
    empty = {"uuid": "c0", "name": "", "chat_messages": []}
    export = {"uuid": "c1", "name": "Trip", "created_at": "2024-03-01T09:00:00Z"}
    found = read_conversations(write([empty, export | {"chat_messages": messages}]))
    turns = (
        Turn(Role.USER, "Hi", client_id="m1", said_at=at(10, 20)),
        Turn(Role.ASSISTANT, "A\nB", client_id="m2", said_at=at(10, 20)),
    )
    assert found == (Conversation("c1", (Session("c1", turns),)),)


def test_locomo(write: Write) -> None:
    spoken = {
        "speaker_a": "Ines",
        "speaker_b": "Tom",
        "session_10_date_time": "12:05 am on 2 March, 2024",
        "session_10": [{"speaker": "Tom", "dia_id": "D10:1", "text": "Late."}],
        "session_2_date_time": "1:20 pm on 1 March, 2024",
        "session_2": [
            {"speaker": "Ines", "dia_id": "D2:1", "text": "Look!", "blip_caption": "a red boat"},
            {"speaker": "Tom", "dia_id": "D2:2", "text": "", "img_url": ["u"], "query": "boat"},
            {"speaker": "Tom", "dia_id": "D2:3", "text": "", "blip_caption": "a pier"},
        ],
        "session_3_date_time": "1:20 pm on 5 March, 2024",
    }
    qa = [
        {
            "question": "How many?",
            "answer": 2,
            "evidence": ["D2:1; D10:01", "D:2:3"],
            "category": 1,
        },
        {"question": "Why?", "evidence": [], "category": 5, "adversarial_answer": "so"},
    ]
    sample = {"sample_id": "s1", "conversation": spoken, "qa": qa}
    turns = (
        Turn(
            Role.USER,
            "Look! [shares a photo: a red boat]",
            name="Ines",
            client_id="D2:1",
            said_at=at(13, 20),
        ),
        Turn(
            Role.USER,
            "[shares a photo: a pier]",
            name="Tom",
            client_id="D2:3",
            said_at=at(13, 20, 2),
        ),
    )
    late = Turn(
        Role.USER,
        "Late.",
        name="Tom",
        client_id="D10:1",
        said_at=datetime(2024, 3, 2, 0, 5, tzinfo=UTC),
    )
    assert read_conversations(write([sample])) == (
        Conversation(
            "s1",
            (Session("session_2", turns), Session("session_10", (late,))),
            (
                Question("How many?", "2", ("D2:1", "D10:1", "D2:3"), "multi-hop", None),
                Question("Why?", None, (), "adversarial", None),
            ),
        ),
    )


def longmemeval() -> dict[str, object]:
    return {
        "question_id": "q1",
        "question_type": "multi-session",
        "question": "How many?",
        "answer": 3,
        "question_date": "2024/03/01 (Fri) 10:20",
        "haystack_dates": ["2024/03/01 (Fri) 09:00"] * 2,
        "haystack_session_ids": ["s", "s"],
        "haystack_sessions": [
            [HELLO, WELCOME | {"has_answer": True}],
            [{"role": "assistant", "content": ""}, HELLO | {"has_answer": False}],
        ],
        "answer_session_ids": ["s"],
    }


def test_longmemeval(write: Write) -> None:
    (conversation,) = read_conversations(write([longmemeval()]))
    assert conversation.id == "q1"
    assert conversation.questions == (
        Question("How many?", "3", ("s:1",), "multi-session", at(10, 20)),
    )
    assert [(each.id, len(each.turns)) for each in conversation.sessions] == [("s", 2), ("s#2", 1)]
    last = conversation.sessions[1].turns[0]
    assert last == Turn(Role.USER, "Hello", client_id="s#2:1", said_at=at(9, 0, 1))


def test_a_transcript(write: Write) -> None:
    text = (
        "\n[2024-03-01 10:20] Ines Sousa: Hello\n  see https://x.example: it\n\nstill me\n"
        "2024-03-01T10:21:00Z Tom: Hi\n\n"
        "User: new sitting\nAI: yes\n"
        "--- 2024-03-01 09:00 ---\n李雷：你好\nTom: later: never\n"
    )
    (conversation,) = read_conversations(write(text))
    assert conversation.sessions == (
        Session(
            "session-1",
            (
                Turn(
                    Role.USER,
                    "Hello\n  see https://x.example: it\n\nstill me",
                    name="Ines Sousa",
                    said_at=at(10, 20),
                ),
                Turn(Role.USER, "Hi", name="Tom", said_at=at(10, 21)),
            ),
        ),
        Session("session-2", (Turn(Role.USER, "new sitting"), Turn(Role.ASSISTANT, "yes"))),
        Session(
            "session-3",
            (
                Turn(Role.USER, "你好", name="李雷", said_at=at(9, 0)),
                Turn(Role.USER, "later: never", name="Tom", said_at=at(9, 0, 1)),
            ),
        ),
    )


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bytes])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_compression_and_byte_order_mark(
    tmp_path: Path, compress: Callable[[bytes], bytes], mark: bytes
) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(compress(mark + b"Ines: Hello\r\nTom: Hi\r\n"))
    (conversation,) = read_conversations(path)
    assert [turn.text for turn in conversation.sessions[0].turns] == ["Hello", "Hi"]
