"""BEAM's form (Tavakoli et al., 2025): folders of one long chat each, with questions and rubrics.

Read as its repository lays it out: `chat.json`, or `chat_trunecated.json` where there is one, as
the authors' own scripts prefer it, and `probing_questions/probing_questions.json`.
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from evaluation.datasets import Asked, Case, Dataset, spread
from evaluation.faults import EvaluationError
from evaluation.files import Json
from memories import Conversation, read_conversations

ABILITIES: Final = tuple(
    """abstention contradiction_resolution event_ordering information_extraction
    instruction_following knowledge_update multi_session_reasoning preference_following
    summarization temporal_reasoning""".split()
)
_UNANSWERABLE: Final = "abstention"
# Each ability has its own word for the answer that the authors hold for right.
_ANSWERS: Final = ("answer", "ideal_answer", "ideal_response", "ideal_summary")
_EXPECTED: Final = "expected_compliance"
_CHATS: Final = ("chat_trunecated.json", "chat.json")
_QUESTIONS: Final = "probing_questions/probing_questions.json"
# Where a message of the user came from in the authors' plan; nobody said it.
_PLACE_IN_PLAN: Final = re.compile(r"\s*->->\s*[\w/, ]*$")
_ANCHOR: Final = "%B-%d-%Y"
# Only days are known. A second a turn keeps the order.
_TURN_SPACING: Final = timedelta(seconds=1)


def read_beam(path: Path, *, limit: int | None = None) -> Dataset:
    """Read one chat's folder, or a folder of such folders.

    Args:
        path: the folder.
        limit: at most so many questions a chat, spread evenly over them in the file's order.

    Raises:
        EvaluationError: it is no such folder, or a file in it is of another form.
    """
    folders = _folders_in(path)
    digest = hashlib.sha256()
    cases: list[Case] = []
    for folder in folders:
        for file in _files_of(folder):
            digest.update(file.read_bytes())
        cases.append(_case(folder, limit))
    selection = "all" if limit is None else f"at most {limit} a chat, evenly spread"
    return Dataset("beam", "turn", path.name, digest.hexdigest(), tuple(cases), 0, selection)


def _folders_in(path: Path) -> list[Path]:
    if (path / _QUESTIONS).is_file():
        return [path]
    found = [each.parent.parent for each in path.glob(f"*/{_QUESTIONS}")]
    if not found:
        raise EvaluationError(
            f"{path}: expected a folder with {_CHATS[1]} and {_QUESTIONS}, or a folder of such"
        )
    return sorted(found, key=lambda each: (len(each.name), each.name))


def _files_of(folder: Path) -> tuple[Path, Path]:
    for name in _CHATS:
        if (folder / name).is_file():
            return folder / name, folder / _QUESTIONS
    raise EvaluationError(f"{folder}: there is no {_CHATS[1]} in it")


def _case(folder: Path, limit: int | None) -> Case:
    chat, questions = _files_of(folder)
    name = folder.name
    try:
        conversation = _conversation(name, json.loads(chat.read_text(encoding="utf-8")))
        asked = list(_asked(name, json.loads(questions.read_text(encoding="utf-8"))))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(f"{folder}: this is not BEAM's form ({error!r})") from error
    said = [turn.said_at for session in conversation.sessions for turn in session.turns]
    end = max((each for each in said if each is not None), default=None)
    timed = [replace(each, at=end) for each in asked]
    return Case(conversation, spread(timed, limit))


def _conversation(name: str, chat: Sequence[Mapping[str, Json]]) -> Conversation:
    """The chat through this product's own form, which is read publicly."""
    said_at: datetime | None = None
    sessions: list[Json] = []
    for number, batch in enumerate(_batches(chat), start=1):
        messages: list[Json] = []
        for message in batch:
            anchor = message.get("time_anchor")
            if anchor:
                said_at = datetime.strptime(str(anchor), _ANCHOR).replace(tzinfo=UTC)
            content = _PLACE_IN_PLAN.sub("", str(message["content"]))
            if content.strip():
                messages.append(_message(message, content, said_at))
                said_at = None if said_at is None else said_at + _TURN_SPACING
        if messages:
            sessions.append({"id": f"batch-{number}", "messages": messages})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.json"
        path.write_text(json.dumps({"id": name, "sessions": sessions}), encoding="utf-8")
        (conversation,) = read_conversations(path)
    return conversation


def _message(message: Mapping[str, Json], content: str, said_at: datetime | None) -> Json:
    told: dict[str, Json] = {
        "role": message["role"],
        "content": content,
        "id": str(message["id"]),
    }
    if said_at is not None:
        told["timestamp"] = said_at.isoformat()
    return told


def _batches(chat: Sequence[Mapping[str, Json]]) -> Iterator[list[Mapping[str, Json]]]:
    """The batches' messages; chats of ten million tokens have a level of plans above them."""
    for part in chat:
        if "turns" in part:
            turns = part["turns"]
            if not isinstance(turns, list):
                raise TypeError("expected a list of turns")
            yield [message for turn in turns for message in turn]  # type: ignore[union-attr,misc] # else TypeError
        else:
            for plan in part.values():
                yield from _batches(plan)  # type: ignore[arg-type] # else TypeError


def _asked(name: str, questions: Mapping[str, Sequence[Mapping[str, Json]]]) -> Iterator[Asked]:
    for ability in questions:
        if ability not in ABILITIES:
            raise ValueError(f"unknown ability {ability}")
        for number, each in enumerate(questions[ability]):
            rubric = each["rubric"]
            if not isinstance(rubric, list) or not rubric:
                raise ValueError(f"{ability}/{number}: no rubric")
            answer = next((each[key] for key in (*_ANSWERS, _EXPECTED) if key in each), None)
            yield Asked(
                id=f"{name}/{ability}/{number}",
                text=str(each["question"]),
                answer=None if answer is None else str(answer),
                category=ability,
                label=ability.replace("_", " "),
                evidence=tuple(dict.fromkeys(_ids_in(each.get("source_chat_ids")))),
                at=None,
                answerable=ability != _UNANSWERABLE,
                rubric=tuple(map(str, rubric)),
            )


def _ids_in(value: Json) -> Iterator[str]:
    """Ids of messages, in whatever lists and objects they are."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _ids_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _ids_in(each)
    elif isinstance(value, int):
        yield str(value)
