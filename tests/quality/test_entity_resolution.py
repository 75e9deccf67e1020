"""How well entities are found to be one whose names are only alike, by labels."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from memories import Extracted, ExtractionRequest, Fact, Memory, Wants
from memories.engine.domain import Kind, Quote
from tests.conftest import RecordFigure
from tests.quality.test_entity_linking import Labelled, Pairs, turns_of

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"


@dataclass(slots=True)
class Labels:
    """An extractor that learns each message as one fact, with the mentions it is labelled by."""

    by_text: dict[str, list[Labelled]]
    wants: Wants = field(default_factory=Wants)
    name: str = "labels"

    def extract(self, request: ExtractionRequest) -> Extracted:
        facts = tuple(
            Fact(
                text=message.text,
                attributed_to=message.speaker,
                quotes=(Quote(message.id, 0, len(message.text), message.text),),
                said_at=message.said_at,
                kind=Kind.STATE,
                mentions=tuple(each.mention for each in self.by_text[message.text]),
            )
            for message in request.messages
        )
        return Extracted(facts, self.name)


def texts_of(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


def exported(memory: Memory, to: Path) -> dict[str, list[dict[str, str]]]:
    """Lines of an export by kind."""
    memory.export(to)
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in to.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        lines[row["record"]].append(row)
    return lines


def linked(lines: dict[str, list[dict[str, str]]], labels: dict[str, list[Labelled]]) -> Pairs:
    """Pairs of labelled mentions, by the entities that stand for them."""
    texts = {each["id"]: each["text"] for each in lines["memory"]}
    into = {each["entity_id"]: each["into_id"] for each in lines["entity_merge"]}
    means: list[str] = []
    entities: list[str] = []
    for mention in lines["mention"]:
        for each in labels.get(texts.get(mention["owner_id"], ""), ()):
            if each.mention.surface == mention["surface"]:
                means.append(each.means)
                entity = mention["entity_id"]
                while entity in into:
                    entity = into[entity]
                entities.append(entity)
    pairs = Pairs()
    pairs.count(means, entities)
    return pairs


def resolved(path: Path, folder: Path) -> tuple[Pairs, Pairs]:
    """Pairs of a conversation before its entities are resolved, and after."""
    texts = texts_of(path)
    labels = dict(zip(texts, turns_of(path), strict=True))
    with Memory(folder / f"{path.stem}.db", extractor=Labels(labels)) as memory:
        scope = memory.scope(user=path.stem)
        for text in texts:
            memory.add(text, scope=scope)
        before = linked(exported(memory, folder / f"{path.stem}.before"), labels)
        memory.resolve_entities(scope=scope)
        after = linked(exported(memory, folder / f"{path.stem}.after"), labels)
    return before, after


def conversations() -> Iterator[Path]:
    for name in ("alike", "links"):
        yield from sorted((FIXTURES / name).glob("*.jsonl"))


def test_entities_whose_names_are_alike_are_found_to_be_one(
    tmp_path: Path, record_figure: RecordFigure
) -> None:
    every = {"before": Pairs(), "after": Pairs()}
    for path in conversations():
        before, after = resolved(path, tmp_path)
        for when, pairs in (("before", before), ("after", after)):
            every[when].add(pairs)
            if path.parent.name == "alike":
                record_figure(f"entities of {path.stem}, {when}: precision", pairs.precision)
                record_figure(f"entities of {path.stem}, {when}: recall", pairs.recall)
    for when, pairs in every.items():
        record_figure(f"entities of all, {when} resolution: precision", pairs.precision)
        record_figure(f"entities of all, {when} resolution: recall", pairs.recall)
    assert every["after"].precision >= 0.93
    assert every["after"].recall >= every["before"].recall + 0.05
