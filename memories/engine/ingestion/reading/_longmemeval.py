"""LongMemEval's form (Wu et al., 2025): one question with the history that it is asked about."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from memories.engine.domain import Role, Turn
from memories.engine.ingestion.reading._conversations import (
    Conversation,
    Question,
    Session,
    UniqueIds,
)
from memories.engine.ingestion.reading._nodes import FormError, Node
from memories.engine.ingestion.reading._times import read_date_and_clock

_SPEAKERS = {"user": Role.USER, "assistant": Role.ASSISTANT}
# Only a session's start is known. A second a turn keeps the order and stays inside its day.
_TURN_SPACING = timedelta(seconds=1)


def read_longmemeval(node: Node, name: str) -> Conversation:
    """Returns one question and its history; a turn's client id is its session's and its place.

    The evidence is the turns marked `has_answer`. A history may hold a session twice: the second
    gets an id of its own.
    """
    given, asked_at = node.find("question_id"), node.find("question_date")
    answer, category = node.find("answer"), node.find("question_type")
    evidence: list[str] = []
    sessions = tuple(_sessions_of(node, evidence))
    question = Question(
        text=node.get("question", "the question's text").filled_text(),
        answer=None if answer is None else str(answer.value),
        evidence=tuple(evidence),
        category=None if category is None else category.text(),
        asked_at=None if asked_at is None else read_date_and_clock(asked_at),
    )
    return Conversation(name if given is None else given.filled_text(), sessions, (question,))


def _sessions_of(node: Node, evidence: list[str]) -> Iterator[Session]:
    ids = UniqueIds()
    sessions = list(node.get("haystack_sessions", "a list of sessions").items("a list of sessions"))
    session_ids = _listed(node, "haystack_session_ids", sessions)
    dates = _listed(node, "haystack_dates", sessions)
    for number, session in enumerate(sessions):
        wanted = session_ids[number].filled_text() if session_ids else f"session-{number + 1}"
        session_id = ids.take(wanted)
        start = read_date_and_clock(dates[number]) if dates else None
        turns = tuple(_turns_of(session, session_id, start, evidence))
        if turns:
            yield Session(session_id, turns)


def _listed(node: Node, key: str, sessions: list[Node]) -> list[Node]:
    """Returns a list that runs parallel to the sessions, empty where the file has none."""
    given = node.find(key)
    if given is None:
        return []
    items = list(given.items())
    if len(items) != len(sessions):
        reason = f"expected {len(sessions)} values, one for each session, got {len(items)}"
        raise FormError(given.path, reason)
    return items


def _turns_of(
    session: Node, session_id: str, start: datetime | None, evidence: list[str]
) -> Iterator[Turn]:
    for index, item in enumerate(session.items("a list of turns")):
        speaker = item.get("role", "user or assistant")
        role = _SPEAKERS.get(speaker.text("user or assistant"))
        if role is None:
            raise speaker.mismatch("user or assistant")
        text = item.get("content", "the words said").text()
        if not text.strip():
            continue
        client_id = f"{session_id}:{index}"
        marked = item.find("has_answer")
        if marked is not None and marked.value is True:
            evidence.append(client_id)
        said_at = None if start is None else start + index * _TURN_SPACING
        yield Turn(role, text, client_id=client_id, said_at=said_at)
