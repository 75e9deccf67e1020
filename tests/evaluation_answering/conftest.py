"""A reader and a judge by script, on the loopback, and a small data set."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from evaluation.answering.command import main
from tests.evaluation.conftest import locomo_sample
from tests.support.model_endpoint import CHAT, MESSAGES, Asked, ModelEndpoint, Said, serving

READER_KEY = "sk-reader-very-secret"
JUDGE_KEY = "sk-judge-very-secret"
# What the reader answers to the questions of `locomo_sample`, by a word of theirs.
KNOWN = {"move": "Lisbon", "work": "Siemens", "animals": "a dog <b>Rex</b>", "afraid": "cats"}
UNKNOWN = "That is not known."


def verdict(*, right: bool, abstains: bool = False, reason: str = "It says so.") -> str:
    said = "right" if right else "wrong"
    return json.dumps({"reason": reason, "abstains": abstains, "verdict": said})


def question_in(asked: Asked) -> str:
    """What a prompt of the reader or the judge asks."""
    if is_judging(asked):
        return asked.prompt.partition("<question>\n")[2].partition("\n</question>")[0]
    return asked.prompt.rpartition("Question: ")[2]


def is_judging(asked: Asked) -> bool:
    return "<response>" in asked.prompt


def part_of(asked: Asked, name: str) -> str:
    return asked.prompt.partition(f"<{name}>\n")[2].partition(f"\n</{name}>")[0]


def read(asked: Asked) -> Said:
    answer = next((KNOWN[word] for word in KNOWN if word in question_in(asked)), UNKNOWN)
    return Said(text=f"I look at what is there.\nAnswer:\n{answer}", read=1000, written=50)


def judge(asked: Asked) -> Said:
    expected, response = part_of(asked, "expected"), part_of(asked, "response")
    abstains = response == UNKNOWN
    right = abstains if not expected else expected in response
    return Said(text=verdict(right=right, abstains=abstains), read=200, written=20)


def answering(asked: Asked) -> Said:
    return judge(asked) if is_judging(asked) else read(asked)


@dataclass(slots=True)
class Bench:
    """An endpoint that reads and judges, and what a run on it needs."""

    endpoint: ModelEndpoint
    folder: Path
    cache: Path
    protocols: tuple[str, str] = ("chat", "anthropic")
    out: Path = field(init=False)

    def __post_init__(self) -> None:
        self.out = self.folder / "out"

    def options(self, data: Path, *more: str | Path, dataset: str = "locomo") -> list[str]:
        options: list[str | Path] = ["--dataset", dataset, "--data", data, "--out", self.out]
        options += ["--cache", self.cache, "--patience", "0", "--budget", "300"]
        for role, protocol in zip(("reader", "judge"), self.protocols, strict=True):
            address = self.endpoint.address + ("/v1" if protocol == "chat" else "")
            options += [f"--{role}", f"{protocol}:{role}-model", f"--{role}-url", address]
            options += [f"--{role}-key", f"{role.upper()}_KEY"]
        return list(map(str, [*options, *more]))

    def run(self, data: Path, *more: str | Path, dataset: str = "locomo") -> int:
        return main(self.options(data, *more, dataset=dataset))

    def lines(self, name: str) -> list[dict[str, object]]:
        text = (self.out / name).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    @property
    def asked(self) -> list[tuple[bool, str]]:
        """Whether each request was the judge's, and its question."""
        return [(is_judging(each), question_in(each)) for each in self.endpoint.requests]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Embeddings of the small data sets, for all runs."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def bench(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("READER_KEY", READER_KEY)
    monkeypatch.setenv("JUDGE_KEY", JUDGE_KEY)
    with serving() as endpoint:
        endpoint.answering = answering
        yield Bench(endpoint, tmp_path, cache)


@pytest.fixture
def locomo(tmp_path: Path) -> Path:
    path = tmp_path / "locomo.json"
    path.write_text(json.dumps([locomo_sample("c1")]), encoding="utf-8")
    return path


PATHS = {"chat": CHAT, "anthropic": MESSAGES}


def report_of(bench: Bench, size: str = "300") -> Any:
    report = json.loads((bench.out / "report.json").read_text(encoding="utf-8"))
    return report["sizes"][size]
