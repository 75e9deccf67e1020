"""What a run keeps: a line of JSON for each answer and each verdict, there whole or not at all."""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from evaluation.answering.asking import Outcome, Reply
from evaluation.answering.finding import Budget
from evaluation.faults import EvaluationError
from evaluation.files import Json

ANSWERS: Final = "answers.jsonl"
VERDICTS: Final = "verdicts.jsonl"
# Which key an answer was judged by.
PUBLISHED: Final = "published"
CORRECTED: Final = "corrected"


@dataclass(frozen=True, slots=True)
class Asking:
    """One request and what came of it, as it is kept.

    Attributes:
        instructions: digest of what the model was told; the words are in the manifest.
        prompt: all of what differs.
        reply: the model's words.
        outcome: a value of `Outcome`.
        fault: why there is no answer, or why it can't be used.
        model: as the provider names it.
        tokens: read, read_from_cache, written_to_cache and written, as the provider counts them;
            of all attempts.
        seconds: that the last answer took.
        cost: of all attempts; None where no price was named.
    """

    instructions: str
    prompt: str
    reply: str
    outcome: str
    fault: str | None
    model: str | None
    tokens: Mapping[str, int]
    seconds: float
    cost: float | None


def asking_of(instructions: str, prompt: str, reply: Reply) -> Asking:
    """A request and its reply as they are kept."""
    return Asking(
        instructions=instructions,
        prompt=prompt,
        reply=reply.text,
        outcome=reply.outcome.value,
        fault=reply.fault,
        model=reply.model,
        tokens=asdict(reply.usage),
        seconds=round(reply.seconds, 4),
        cost=reply.cost,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader answered a question from one context.

    Attributes:
        question: its id.
        budget: tokens that the context was to have; None for everything.
        context_at: from where until where it stands in the prompt, in characters.
        context_tokens: that it has, at 3.6 bytes a token.
        inside: ids of the turns in it.
        ranked: ids of the turns that were found at all, best first.
        is_empty: whether nothing was found.
        search_ms: that finding took.
        text: the answer alone.
    """

    question: str
    budget: Budget
    category: str
    context_at: tuple[int, int]
    context_tokens: int
    inside: tuple[str, ...]
    ranked: tuple[str, ...]
    is_empty: bool
    search_ms: float
    text: str
    asking: Asking

    @property
    def key(self) -> tuple[str, Budget]:
        """What it answers."""
        return self.question, self.budget

    @property
    def is_finished(self) -> bool:
        """Whether the reader answered; who was only busy, or refused the request, is asked anew."""
        return self.asking.outcome not in (Outcome.BUSY, Outcome.FAILED)

    @property
    def wants_verdict(self) -> bool:
        """Whether there is something to judge: who refused or wrote nothing is not right."""
        return self.asking.outcome in (Outcome.COMPLETE, Outcome.CUT) and bool(self.text)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge said of an answer.

    Attributes:
        by: which key it was judged by: `published` or `corrected`.
        expected: the right answer by that key.
        judge: name of the judge's instructions.
        score: from 0 to 1; None without a verdict.
        abstains: whether the answer says that it is not known.
        points: what each point of a rubric got.
    """

    question: str
    budget: Budget
    by: str
    expected: str | None
    judge: str
    score: float | None
    abstains: bool | None
    reason: str
    points: tuple[float, ...]
    asking: Asking

    @property
    def key(self) -> tuple[str, Budget, str, str | None]:
        """What it judges, by which right answer."""
        return self.question, self.budget, self.by, self.expected

    @property
    def is_finished(self) -> bool:
        """Whether there is a verdict; without one the judge is asked anew."""
        return self.score is not None


class Record(Protocol):
    """What a log holds."""

    @property
    def key(self) -> tuple[object, ...]:
        """What it is about; a later record takes the place of an earlier one."""
        ...


_Kept = TypeVar("_Kept", bound=Record)


@dataclass(slots=True)
class Log(Generic[_Kept]):
    """A file of records, a line each, while it is entered; several threads may add.

    Attributes:
        path: made if it is missing.
        read: makes a record of a line's object.
    """

    path: Path
    read: Callable[[dict[str, Any]], _Kept]
    records: dict[tuple[object, ...], _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _file: int = -1

    def __enter__(self) -> Self:
        """Read what is there. A last line that a killed process left unfinished is taken off.

        Raises:
            EvaluationError: a line is of another form, the file can't be used, or another run
                uses it.
        """
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._file, len(_whole_lines(self.path)))
        except BlockingIOError as error:
            raise EvaluationError(f"{self.path}: another run writes to it") from error
        except OSError as error:
            raise EvaluationError(f"{self.path}: {error.strerror}") from error
        self.records.update(kept(self.path, self.read))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._file)

    def add(self, record: _Kept) -> None:
        """Keep a record; it is on the disk when this returns."""
        line = json.dumps(asdict(record), ensure_ascii=False)  # type: ignore[call-overload] # a dataclass
        with self._lock:
            os.write(self._file, line.encode("utf-8", "backslashreplace") + b"\n")
            os.fsync(self._file)
            self.records[record.key] = record


def _whole_lines(path: Path) -> bytes:
    content = path.read_bytes()
    return content[: content.rfind(b"\n") + 1]


def kept(path: Path, read: Callable[[dict[str, Any]], _Kept]) -> dict[tuple[object, ...], _Kept]:
    """The records of a file by what they are about, the last of each; none without the file.

    Raises:
        EvaluationError: a line is of another form, or the file can't be read.
    """
    records: dict[tuple[object, ...], _Kept] = {}
    try:
        lines = _whole_lines(path).splitlines() if path.exists() else []
    except OSError as error:
        raise EvaluationError(f"{path}: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        try:
            record = read(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            raise EvaluationError(f"{path}:{number}: not a record of a run") from error
        records[record.key] = record
    return records


def answers_of(folder: Path) -> list[Answer]:
    """The answers of a run that may still go on."""
    return list(kept(folder / ANSWERS, _answer).values())


def judgements_of(folder: Path) -> list[Judgement]:
    """The verdicts of a run that may still go on."""
    return list(kept(folder / VERDICTS, _judgement).values())


def answer_log(folder: Path) -> Log[Answer]:
    """The answers of a run's folder, to be added to."""
    return Log(folder / ANSWERS, _answer)


def judgement_log(folder: Path) -> Log[Judgement]:
    """The verdicts of a run's folder, to be added to."""
    return Log(folder / VERDICTS, _judgement)


def _answer(line: dict[str, Any]) -> Answer:
    first, last = line["context_at"]
    return Answer(
        **{
            **line,
            "context_at": (first, last),
            "inside": tuple(line["inside"]),
            "ranked": tuple(line["ranked"]),
            "asking": Asking(**line["asking"]),
        }
    )


def _judgement(line: dict[str, Any]) -> Judgement:
    points = tuple(line["points"])
    return Judgement(**{**line, "points": points, "asking": Asking(**line["asking"])})


def read_manifest(folder: Path) -> dict[str, Json] | None:
    """What a run's folder says of the run; None where there is none.

    Raises:
        EvaluationError: it can't be read.
    """
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path}: it can't be read") from error
    if not isinstance(manifest, dict):
        raise EvaluationError(f"{path}: expected an object")
    return manifest
