"""What an extractor said is read as it was written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from memories.engine.domain import (
    EntityType,
    Fact,
    FactLink,
    Guidance,
    Interval,
    Kind,
    LinkKind,
    Mention,
    Message,
    Precision,
    Quote,
    Role,
    Scope,
    TokenUsage,
)
from memories.engine.ingestion.answers import SavingExtractor
from memories.engine.ports.answers import AnswersInMemory
from memories.engine.ports.extractor import Extracted, ExtractionRequest, ScriptedExtractor, Wants

ACME = Scope("acme", "notes", user="acme")
# Whole minutes, and one as odd as the clocks of 1900.
OFFSETS = st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30)),
                           timezone(timedelta(minutes=19, seconds=32))])  # fmt: skip
INSTANTS = st.datetimes(timezones=OFFSETS)
TEXTS = st.text(st.characters())
PLACES = st.integers(0, 10_000)
FACTS = st.builds(
    Fact,
    text=TEXTS,
    attributed_to=TEXTS,
    quotes=st.lists(
        st.builds(Quote, st.sampled_from(["m1", "m2", "stranger"]), PLACES, PLACES, TEXTS)
    ).map(tuple),
    said_at=INSTANTS,
    kind=st.sampled_from(Kind),
    occurred=st.none() | st.builds(Interval, INSTANTS, INSTANTS, st.sampled_from(Precision)),
    mentions=st.none()
    | st.lists(
        st.builds(Mention, TEXTS, PLACES, PLACES, st.sampled_from(EntityType), st.floats(0.01, 1.0))
    ).map(tuple),
    categories=st.lists(TEXTS).map(tuple),
    links=st.lists(st.builds(FactLink, st.sampled_from(LinkKind), TEXTS)).map(tuple),
    importance=st.none() | st.floats(0, 1),
    repeats=st.none() | TEXTS,
)


def asking(*ids: str) -> ExtractionRequest:
    now = datetime(2024, 5, 10, 12, tzinfo=UTC)
    return ExtractionRequest(
        tuple(
            Message(
                id=id_,
                role=Role.USER,
                speaker="Ana",
                text=f"text {place}",
                said_at=now,
                recorded_at=now,
                session="s",
                position=place,
            )
            for place, id_ in enumerate(ids)
        )
    )


@given(st.lists(FACTS, max_size=3))
def test_a_saved_answer_is_what_was_said(facts: list[Fact]) -> None:
    asked = ScriptedExtractor({"text 0": facts})
    extractor = SavingExtractor(asked, AnswersInMemory(), job_id="j", scope=ACME)
    first, second = (extractor.extract(asking("m1", "m2")).facts for _ in range(2))
    assert first == second == tuple(facts)
    assert [each.said_at.utcoffset() for each in second] == [
        each.said_at.utcoffset() for each in facts
    ]
    assert len(asked.requests) == 1


def test_quotes_name_the_messages_of_the_attempt_that_asks() -> None:
    now = datetime(2024, 5, 10, 12, tzinfo=UTC)
    quotes = tuple(Quote(id_, 0, 4, "text") for id_ in ("m2", "m1", "stranger"))
    facts = [Fact("Ana owns a boat.", "Ana", quotes, now, Kind.STATE)]
    asked = ScriptedExtractor({"text 0": facts})
    extractor = SavingExtractor(asked, AnswersInMemory(), job_id="j", scope=ACME)
    extractor.extract(asking("m1", "m2"))
    (again,) = extractor.extract(asking("n1", "n2")).facts
    assert [quote.message_id for quote in again.quotes] == ["n2", "n1", "stranger"]


def test_what_an_extractor_took_and_noted_is_read_again_too() -> None:
    found = Extracted(
        (),
        "claude, prompt 1, settings 0",
        {"it is too long": 2},
        TokenUsage(read=1, read_from_cache=2, written_to_cache=3, written=4),
        questions=3,
        note="the language model declined",
    )
    extractor = SavingExtractor(GivingExtractor([found]), AnswersInMemory(), "j", ACME)
    assert [extractor.extract(asking("m1")) for _ in range(2)] == [found, found]


def test_each_question_of_a_job_is_saved_by_itself() -> None:
    answers = [Extracted((), "claude", questions=number) for number in range(3)]
    extractor = SavingExtractor(GivingExtractor(answers), AnswersInMemory(), "j", ACME)
    guided = replace(asking("m1"), guidance=Guidance("Boats."))
    questions = [asking("m1"), asking("m1", "m2"), guided]
    for _ in range(2):
        assert [extractor.extract(question) for question in questions] == answers


class GivingExtractor:
    """Gives each answer once."""

    name = "giving"
    wants = Wants()

    def __init__(self, answers: list[Extracted]) -> None:
        self._left = iter(answers)

    def extract(self, request: ExtractionRequest) -> Extracted:
        assert request.messages
        return next(self._left)
