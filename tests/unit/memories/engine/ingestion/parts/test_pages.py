"""A PDF is written down some pages at a time; nothing in an answer is believed that can't be."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from memories import Attachment, Ending, LanguageModelFailed, ModelAnswer, ModelRequest, TokenUsage
from memories.engine.domain import ReadingUsage
from memories.engine.ingestion.parts._asking import Asking, Unreadable
from memories.engine.ingestion.parts._pages import read_pdf
from memories.engine.ingestion.parts._words import FileWords
from memories.engine.ports.language_model import ScriptedModel
from tests.support.files import PDF, asked_pages, pages_answer

Answering = Callable[[ModelRequest], str | ModelAnswer]


def asking(answer: Answering) -> tuple[Asking, ScriptedModel]:
    model = ScriptedModel(answer)
    return Asking(model, None, give_up=True, usage=ReadingUsage()), model


def read(answer: Answering, *, most_pages: int = 50) -> FileWords:
    return read_pdf(Attachment("application/pdf", PDF), asking(answer)[0], most_pages=most_pages)


def book(in_all: int) -> Answering:
    """Says of each page which it is."""

    def answer(request: ModelRequest) -> str:
        wanted = [number for number in asked_pages(request) if number <= in_all]
        return pages_answer({number: f"Page {number}." for number in wanted}, in_all)

    return answer


def cut() -> ModelAnswer:
    return ModelAnswer('{"pages_in', Ending.CUT, TokenUsage(written=9), "scripted")


@pytest.mark.parametrize("in_all", [1, 2, 5, 6, 12])
def test_all_pages_are_read_five_at_a_time(in_all: int) -> None:
    asker, model = asking(book(in_all))
    said = read_pdf(Attachment("application/pdf", PDF), asker, most_pages=50)
    assert [(each.page, each.text) for each in said.words] == [
        (number, f"Page {number}.") for number in range(1, in_all + 1)
    ]
    assert said.notes == ()
    assert len(model.requests) == -(-in_all // 5)
    assert all(request.shown_again for request in model.requests)
    assert asker.usage.tokens.written > 0


def test_an_answer_that_is_cut_is_asked_for_in_halves_down_to_a_page() -> None:
    def answer(request: ModelRequest) -> str | ModelAnswer:
        return cut() if len(asked_pages(request)) > 1 else book(4)(request)

    said = read(answer)
    assert [each.page for each in said.words] == [1, 2, 3, 4]
    assert said.notes == ()


def test_a_page_that_does_not_fit_is_noted_and_the_others_are_there() -> None:
    def answer(request: ModelRequest) -> str | ModelAnswer:
        return cut() if 2 in asked_pages(request) else book(7)(request)

    said = read(answer)
    assert [each.page for each in said.words] == [1, 3, 4, 5, 6, 7]
    assert said.notes == ("page 2 could not be read: the language model's answer was cut",)


def test_blank_pages_have_no_words_and_are_no_flaw() -> None:
    said = read(lambda _: pages_answer({1: "One.", 2: " ", 3: "Three."}))
    assert [each.page for each in said.words] == [1, 3]
    assert said.notes == ()


def test_pages_that_were_left_out_not_asked_for_or_said_twice() -> None:
    listed = [
        {"number": 2, "words": "Two."},
        {"number": 2, "words": "Another two."},
        {"number": 9, "words": "Nobody asked."},
        {"number": 0, "words": "None."},
        {"number": True, "words": "One?"},
        {"number": "3", "words": "Three?"},
        {"number": 3},
        "page",
        {"number": 1, "words": "x" * 50_001},
    ]
    said = read(lambda _: json.dumps({"pages_in_all": 3, "pages": listed}))
    assert [(each.page, each.text) for each in said.words] == [(2, "Two.")]
    assert said.notes == ("pages 1, 3 could not be read: the language model left it out",)


def test_too_many_pages_are_refused_after_one_question() -> None:
    asker, model = asking(book(51))
    with pytest.raises(Unreadable, match="at most 50 pages, got 51"):
        read_pdf(Attachment("application/pdf", PDF), asker, most_pages=50)
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "no JSON",
        "[]",
        '{"pages": []}',
        '{"pages_in_all": 0, "pages": []}',
        '{"pages_in_all": -1, "pages": []}',
        '{"pages_in_all": true, "pages": []}',
        '{"pages_in_all": 1e9, "pages": []}',
        '{"pages_in_all": 2, "pages": {}}',
    ],
)
def test_an_answer_of_another_form_is_asked_for_once_more(answer: str) -> None:
    answers = [answer, pages_answer({1: "One."})]
    assert [each.text for each in read(lambda _: answers.pop(0)).words] == ["One."]
    with pytest.raises(Unreadable, match="not the form"):
        read(lambda _: answer)


def test_a_model_that_declines_or_fails_is_told() -> None:
    declined = ModelAnswer("", Ending.REFUSED, TokenUsage(), "scripted")
    with pytest.raises(Unreadable, match="declined"):
        read(lambda _: declined)

    def fail(_: ModelRequest) -> Any:
        raise LanguageModelFailed("claude answered 401")

    with pytest.raises(Unreadable, match="claude answered 401"):
        read(fail)


def test_later_pages_that_are_declined_leave_the_first_ones() -> None:
    declined = ModelAnswer("", Ending.REFUSED, TokenUsage(), "scripted")
    said = read(lambda asked: declined if 6 in asked_pages(asked) else book(7)(asked))
    assert [each.page for each in said.words] == [1, 2, 3, 4, 5]
    assert said.notes == ("pages 6, 7 could not be read: the language model declined",)


def test_a_model_that_counts_wildly_is_asked_no_more_than_its_first_count_says() -> None:
    counts = iter([8, 40, 1, 50])
    asker, model = asking(lambda _: pages_answer({1: "x", 6: "y"}, next(counts)))
    read_pdf(Attachment("application/pdf", PDF), asker, most_pages=50)
    assert len(model.requests) == 2
