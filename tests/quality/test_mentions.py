"""How well mentions are recognised, against turns labelled by hand (tests/fixtures/mentions)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from memories.engine.text.mentions import find_mentions
from tests.conftest import RecordFigure

FIXTURES = Path(__file__).parents[1] / "fixtures" / "mentions"
Span: TypeAlias = tuple[int, int]

# What two annotators would not argue about: README.md of the fixtures, "When does a span match".
_DETERMINERS = {
    "english": r"the|an?|my|your|his|her|its|our|their|this|that|these|those|[\w.]+['’]s",
    "german": r"der|die|das|den|dem|des|(?:k?ein|mein|dein|sein|ihr|unser|eur)(?:e[mnrs]?)?|euer",
    "french": r"les?|la|une?|des|du|[mts](?:on|a|es)|notre|nos|votre|vos|leurs?|ce(?:s|t|tte)?",
    "spanish": r"el|las?|los|un(?:a|os|as)?|mis?|tus?|sus?|nuestr[oa]s?|est[aeo]s?",
    "japanese": r"(?!)",
    "russian": r"(?:мо|тво|сво)(?:й|я|ё|и|ю|его|ей|ему|им|ём|их|ими)|наш\w{0,3}|ваш\w{0,3}",  # noqa: RUF001
}
_EDGE = " \t\"'“”„«»‘’.,;:!?()[]「」『』《》…"


@dataclass(frozen=True, slots=True)
class Score:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def trimmed(text: str, span: Span, language: str) -> Span:
    start, end = span
    while True:
        inner = text[start:end].lstrip(_EDGE)
        start = end - len(inner)
        end = start + len(inner.rstrip(_EDGE))
        leading = re.compile(rf"(?:{_DETERMINERS[language]})\s+|[ldLD]['’](?=\w)", re.IGNORECASE)
        determiner = leading.match(text, start, end)
        if determiner is None or determiner.end() >= end:
            return start, end
        start = determiner.end()


def labelled_turns(name: str) -> Iterator[tuple[str, set[Span]]]:
    language = name.split("_", 1)[0]
    for line in (FIXTURES / f"{name}.jsonl").read_text("utf-8").splitlines():
        turn = json.loads(line)
        text, position = turn["text"], 0
        spans: set[Span] = set()
        for mention in turn["mentions"]:
            start = text.index(mention["surface"], position)
            position = start + len(mention["surface"])
            spans.add(trimmed(text, (start, position), language))
        yield text, spans


def measure(name: str, record_figure: RecordFigure) -> Score:
    right = found = labelled = 0
    for text, wanted in labelled_turns(name):
        language = name.split("_", 1)[0]
        spans = {trimmed(text, (each.start, each.end), language) for each in find_mentions(text)}
        right += len(spans & wanted)
        found += len(spans)
        labelled += len(wanted)
    score = Score(right / found, right / labelled)
    record_figure(f"mentions, {name}: precision", score.precision)
    record_figure(f"mentions, {name}: recall", score.recall)
    record_figure(f"mentions, {name}: F1", score.f1)
    return score


@pytest.mark.parametrize("name", ["english_dev", "english_test"])
def test_english_is_found_and_little_else(name: str, record_figure: RecordFigure) -> None:
    assert measure(name, record_figure).f1 >= 0.75


@pytest.mark.parametrize("name", ["german", "french", "spanish", "japanese", "russian"])
def test_other_languages_put_precision_first(name: str, record_figure: RecordFigure) -> None:
    assert measure(name, record_figure).precision >= 0.8
