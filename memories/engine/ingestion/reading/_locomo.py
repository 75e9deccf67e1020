"""LoCoMo's form (Maharana et al., 2024): two people, dated sessions, questions with evidence."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from memories.engine.domain import Role, Turn
from memories.engine.ingestion.reading._conversations import Conversation, Question, Session
from memories.engine.ingestion.reading._nodes import Node
from memories.engine.ingestion.reading._times import read_clock_and_date

_SESSION_KEY = re.compile(r"session_(\d+)")
# Some evidence is written "D:11:26", "D30:05", or several ids in one string.
_TURN_ID = re.compile(r"D:?0*(\d+):0*(\d+)")
_CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}
# Only a session's start is known. A second a turn keeps the order and stays inside its day.
_TURN_SPACING = timedelta(seconds=1)


def read_locomo(node: Node, name: str) -> Conversation:
    """Returns one sample; its sessions keep their keys as ids, its turns their `dia_id`.

    A photo counts as its caption in the turn's text; its address and search words never do.
    Questions that the conversation can't answer have no answer.
    """
    given = node.find("sample_id")
    spoken = node.get("conversation", "an object of sessions")
    numbered = sorted(
        (int(match[1]), key)
        for key in spoken.key_names()
        if (match := _SESSION_KEY.fullmatch(key)) is not None
    )
    sessions = [Session(key, tuple(_turns_of(spoken, key))) for _, key in numbered]
    return Conversation(
        id=name if given is None else given.filled_text(),
        sessions=tuple(session for session in sessions if session.turns),
        questions=tuple(_questions_of(node)),
    )


def _turns_of(spoken: Node, key: str) -> Iterator[Turn]:
    date_time = spoken.find(f"{key}_date_time")
    start: datetime | None = None if date_time is None else read_clock_and_date(date_time)
    for index, item in enumerate(spoken.get(key, "a list of turns").items("a list of turns")):
        text = _text_of(item)
        if not text:
            continue
        client_id = item.find("dia_id")
        yield Turn(
            role=Role.USER,  # both are people
            text=text,
            name=item.get("speaker", "the speaker's name").filled_text(),
            client_id=None if client_id is None else client_id.filled_text(),
            said_at=None if start is None else start + index * _TURN_SPACING,
        )


def _text_of(item: Node) -> str:
    caption = item.find("blip_caption")
    photo = "" if caption is None else f"[shares a photo: {caption.text()}]"
    return f"{item.get('text', 'the words said').text()} {photo}".strip()


def _questions_of(node: Node) -> Iterator[Question]:
    listed = node.find("qa")
    for item in () if listed is None else listed.items("a list of questions"):
        answer, category, evidence = (item.find(key) for key in ("answer", "category", "evidence"))
        proofs = () if evidence is None else evidence.items("a list of turn ids")
        found = [match for proof in proofs for match in _TURN_ID.finditer(proof.text())]
        yield Question(
            text=item.get("question", "the question's text").filled_text(),
            answer=None if answer is None else str(answer.value),
            evidence=tuple(dict.fromkeys(f"D{match[1]}:{match[2]}" for match in found)),
            category=None if category is None else _category_of(category),
            asked_at=None,
        )


def _category_of(node: Node) -> str:
    known = _CATEGORIES.get(node.value) if isinstance(node.value, int) else None
    return str(node.value) if known is None else known
