"""Messages are learned from a few at a time, and what comes of it is added up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from memories.engine.domain import Guidance, Message, Role, TokenUsage
from memories.engine.errors import LanguageModelBusy
from memories.engine.ingestion.extraction import Listening, find_facts
from memories.engine.ingestion.surroundings import Surroundings
from memories.engine.ports.extractor import Extracted, ExtractionRequest, Wants

NOON = datetime(2024, 5, 10, 12, tzinfo=UTC)


@dataclass(slots=True)
class CountingExtractor:
    """Learns nothing, at a price; is busy from a question on."""

    wants: Wants
    busy_from: int = 99
    name: str = "counting"
    requests: list[ExtractionRequest] = field(default_factory=list)

    def extract(self, request: ExtractionRequest) -> Extracted:
        if len(self.requests) >= self.busy_from:
            raise LanguageModelBusy("counting answered 529")
        self.requests.append(request)
        return Extracted(
            (), self.name, {"it is too long": 1}, TokenUsage(read=5), 1, f"note on {request.zone}"
        )


def messages(*texts: str, role: Role = Role.USER) -> list[Message]:
    return [
        Message(f"m{place}", role, "Ana", text, NOON, NOON, "s", place)
        for place, text in enumerate(texts)
    ]


def listening(extractor: CountingExtractor, *, give_up: bool = True) -> Listening:
    def surroundings(chunk: Sequence[Message]) -> Surroundings:
        return Surroundings(note=f"around {len(chunk)}")

    earlier = tuple(messages("before"))
    return Listening(extractor, earlier, surroundings, None, Guidance(), give_up)


def asked(extractor: CountingExtractor) -> list[tuple[list[str], list[str]]]:
    """The texts of each question's earlier turns and of its own."""
    return [
        ([each.text for each in request.earlier], [each.text for each in request.messages])
        for request in extractor.requests
    ]


def test_as_many_messages_as_are_wanted_come_with_the_turns_before_them() -> None:
    extractor = CountingExtractor(Wants(messages=2, earlier=1))
    found = find_facts(messages(*"abcde"), listening(extractor))
    assert asked(extractor) == [
        (["before"], ["a", "b"]),
        (["b"], ["c", "d"]),
        (["d"], ["e"]),
    ]
    assert (found.usage, found.dropped) == (TokenUsage(read=15), {"it is too long": 3})
    assert found.notes == ("around 2", "note on None", "around 1")
    assert found.learned_by == "counting"


@pytest.mark.parametrize(
    ("texts", "chunks"),
    [
        (["aa", "bb", "cc"], [["aa", "bb"], ["cc"]]),
        (["aaaaaaaaa", "b"], [["aaaaaaaaa"], ["b"]]),
        (["a", "bbbbbbbbb", "c"], [["a"], ["bbbbbbbbb"], ["c"]]),
    ],
)
def test_no_more_characters_than_are_wanted_come_at_once_unless_one_message_has_them(
    texts: list[str], chunks: list[list[str]]
) -> None:
    extractor = CountingExtractor(Wants(characters=4, earlier=0))
    find_facts(messages(*texts), listening(extractor))
    assert [own for _, own in asked(extractor)] == chunks
    assert [before for before, _ in asked(extractor)][1:] == [[]] * (len(chunks) - 1)


def test_without_limits_all_come_at_once() -> None:
    extractor = CountingExtractor(Wants())
    find_facts(messages("a" * 10_000, *"bcdefghijkl"), listening(extractor))
    assert len(extractor.requests) == 1


def test_a_busy_model_ends_it_with_what_was_learned() -> None:
    extractor = CountingExtractor(Wants(messages=1), busy_from=1)
    found = find_facts(messages("a", "b", "c"), listening(extractor))
    assert found.usage == TokenUsage(read=5)
    assert found.notes[-1].startswith("the language model is busy: counting answered 529;")
    assert find_facts(messages("a"), listening(extractor)).learned_by == "counting"
    with pytest.raises(LanguageModelBusy):
        find_facts(messages("a"), listening(CountingExtractor(Wants(), 0), give_up=False))


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.TOOL])
def test_nobody_is_asked_about_instructions_and_tools(role: Role) -> None:
    extractor = CountingExtractor(Wants())
    found = find_facts(messages("a", role=role), listening(extractor))
    assert (extractor.requests, found.learned_by, found.notes) == ([], None, ())
