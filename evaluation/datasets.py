"""What is asked of which conversation, and what proves the answer."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias

from evaluation.faults import EvaluationError
from memories import Conversation, Question, read_conversations

DatasetName: TypeAlias = Literal["locomo", "longmemeval", "beam"]

# LoCoMo's numbers; vendors swap the names, so the numbers are the keys.
LOCOMO_NUMBERS: Final = {
    "multi-hop": "1",
    "temporal": "2",
    "open-domain": "3",
    "single-hop": "4",
    "adversarial": "5",
}
_UNANSWERABLE: Final = "adversarial"
_LONGMEMEVAL_TYPES: Final = frozenset(
    """knowledge-update multi-session single-session-assistant single-session-preference
    single-session-user temporal-reasoning""".split()
)
# LongMemEval marks what is to be abstained from, and sessions that hold evidence, in their ids;
# its own scorer reads the latter so (src/retrieval/run_retrieval.py).
_ABSTENTION: Final = "_abs"
_EVIDENCE_SESSION: Final = "answer"
# Questions of LongMemEval that are asked unless more are wanted: two of each type.
DOZEN: Final = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that is measured.

    Attributes:
        id: unique in the file.
        category: the key of its kind in the report.
        label: that kind in words.
        evidence: what must be found, as ids of turns (LoCoMo) or sessions (LongMemEval).
        at: when it is asked; the end of the conversation where the file does not say.
        answerable: False if the right answer is to abstain.
        rubric: what a right answer holds, point by point, where the data set says it so.
    """

    id: str
    text: str
    answer: str | None
    category: str
    label: str
    evidence: tuple[str, ...]
    at: datetime | None
    answerable: bool
    rubric: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation and what is asked of it.

    Attributes:
        ranks_sessions: evidence is sessions, not turns.
    """

    conversation: Conversation
    questions: tuple[Asked, ...]
    ranks_sessions: bool = False

    @property
    def turns(self) -> int:
        """How many turns it has."""
        return sum(len(session.turns) for session in self.conversation.sessions)

    @property
    def session_of(self) -> dict[str, str]:
        """Each turn's session, by their ids."""
        return {
            turn.client_id: session.id
            for session in self.conversation.sessions
            for turn in session.turns
            if turn.client_id is not None
        }

    def units_of(self, turns: Iterable[str]) -> tuple[str, ...]:
        """What turns count as, each once where it first stands: themselves, or their sessions."""
        if not self.ranks_sessions:
            return tuple(dict.fromkeys(turns))
        session_of = self.session_of
        return tuple(dict.fromkeys(session_of[turn] for turn in turns))


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a run is about.

    Attributes:
        unit: what is ranked and counted as found: turns or sessions.
        file: the file's name, without its folder.
        sha256: of the file's bytes.
        left_out: answerable questions without evidence, which nothing can be found for.
        selection: which questions of the file are asked, in words.
    """

    name: DatasetName
    unit: Literal["turn", "session"]
    file: str
    sha256: str
    cases: tuple[Case, ...]
    left_out: int
    selection: str


def read_dataset(
    name: DatasetName,
    path: Path,
    *,
    limit: int | None = None,
    everything: bool = False,
    needs_evidence: bool = True,
) -> Dataset:
    """Read what is to be measured.

    Args:
        name: the data set's form. `locomo` also takes this product's own form of conversations
            with questions and evidence.
        path: the file.
        limit: LoCoMo: at most so many questions a conversation, spread evenly over them in the
            file's order. LongMemEval: so many questions, taken in turn from the types in
            alphabetical order, within a type answerable ones first, then by their id's SHA-256.
        everything: LongMemEval: all questions; otherwise, without a limit, a dozen.
        needs_evidence: LoCoMo: leave out answerable questions without evidence.

    Raises:
        UnreadableFile: the file is of no known form.
        EvaluationError: it is not of the form that was named.
    """
    conversations = read_conversations(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    looks_like = "longmemeval" if _is_longmemeval(conversations) else "locomo"
    if looks_like != name:
        raise EvaluationError(f"{path}: this is not {name} data; try --dataset {looks_like}")
    if name == "longmemeval":
        wanted = limit if limit is not None else (len(conversations) if everything else DOZEN)
        cases = stratified([_haystack(each) for each in conversations], wanted)
        selection = f"{len(cases)} of {len(conversations)} questions, types in turn"
        return Dataset(name, "session", path.name, digest, cases, 0, selection)
    whole = [_turn_case(each, needs_evidence=needs_evidence) for each in conversations]
    cases = tuple(
        Case(each.conversation, spread(each.questions, limit))
        for each in whole
        if each.turns and each.questions
    )
    if not any(question.answerable for case in cases for question in case.questions):
        missing = "question with evidence" if needs_evidence else "question with an answer"
        raise EvaluationError(f"{path}: there is no {missing} in it")
    asked = sum(len(case.questions) for case in whole)
    left_out = sum(len(each.questions) for each in conversations) - asked
    selection = "all" if limit is None else f"at most {limit} a conversation, evenly spread"
    return Dataset(name, "turn", path.name, digest, cases, left_out, selection)


def _is_longmemeval(conversations: Iterable[Conversation]) -> bool:
    return all(
        len(each.questions) == 1 and each.questions[0].category in _LONGMEMEVAL_TYPES
        for each in conversations
    )


def _turn_case(conversation: Conversation, *, needs_evidence: bool) -> Case:
    said = [turn.said_at for session in conversation.sessions for turn in session.turns]
    end = max((each for each in said if each is not None), default=None)
    asked = [
        _about_turns(question, f"{conversation.id}/{place}", end)
        for place, question in enumerate(conversation.questions)
    ]
    kept = [each for each in asked if each.evidence or not each.answerable or not needs_evidence]
    return Case(conversation, tuple(kept))


def _about_turns(question: Question, question_id: str, end: datetime | None) -> Asked:
    label = question.category or "none"
    unanswerable = label == _UNANSWERABLE or (question.answer is None and not question.evidence)
    return Asked(
        id=question_id,
        text=question.text,
        answer=question.answer,
        category=LOCOMO_NUMBERS.get(label, label),
        label=label,
        evidence=question.evidence,
        at=question.asked_at or end,
        answerable=not unanswerable,
    )


def _haystack(conversation: Conversation) -> Case:
    (question,) = conversation.questions
    label = question.category or "none"
    case = Case(conversation, ())
    session_of = case.session_of
    marked = {session_of[turn] for turn in question.evidence if turn in session_of}
    evidence = tuple(
        session.id
        for session in conversation.sessions
        if session.id in marked or session.id.startswith(_EVIDENCE_SESSION)
    )
    asked = Asked(
        id=conversation.id,
        text=question.text,
        answer=question.answer,
        category=label,
        label=label,
        evidence=evidence,
        at=question.asked_at,
        answerable=not conversation.id.endswith(_ABSTENTION),
    )
    return Case(conversation, (asked,), ranks_sessions=True)


def spread(questions: Sequence[Asked], limit: int | None) -> tuple[Asked, ...]:
    """At most so many, evenly spread over the whole list, in its order."""
    if limit is None or limit >= len(questions):
        return tuple(questions)
    return tuple(questions[place * len(questions) // limit] for place in range(limit))


def stratified(cases: Sequence[Case], wanted: int) -> tuple[Case, ...]:
    """So many cases of one question each, the types in turn; the same whatever their order.

    Types come in alphabetical order; within a type answerable questions first, then by the
    SHA-256 of their id.
    """
    by_type: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=_place_in_type):
        by_type[case.questions[0].category].append(case)
    rounds = max(map(len, by_type.values()), default=0)
    in_turn = [
        by_type[kind][place]
        for place in range(rounds)
        for kind in sorted(by_type)
        if place < len(by_type[kind])
    ]
    return tuple(in_turn[:wanted])


def _place_in_type(case: Case) -> tuple[bool, str]:
    question = case.questions[0]
    return not question.answerable, hashlib.sha256(question.id.encode()).hexdigest()
