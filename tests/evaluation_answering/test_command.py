"""`python -m evaluation answer` on a loopback endpoint, from the data set to the page."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.evaluation.conftest import TYPES, haystack
from tests.evaluation_answering.conftest import (
    JUDGE_KEY,
    PATHS,
    READER_KEY,
    UNKNOWN,
    Bench,
    answering,
    is_judging,
    judge,
    part_of,
    question_in,
    report_of,
)
from tests.evaluation_answering.test_beam import chat
from tests.support.model_endpoint import Asked, Said

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("protocols", [("chat", "anthropic"), ("anthropic", "chat")])
def test_a_whole_run_reads_judges_and_reports(
    protocols: tuple[str, str], bench: Bench, locomo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.protocols = protocols
    prices = ("--price", "reader=3,15", "--price", "judge=1,5,0.1")
    assert bench.run(locomo, *prices) == 0
    asked_at = {is_judging(each): each.path for each in bench.endpoint.requests}
    assert asked_at == {False: PATHS[protocols[0]], True: PATHS[protocols[1]]}
    keys = {is_judging(each): each.authorization for each in bench.endpoint.requests}
    assert keys == {False: f"Bearer {READER_KEY}", True: f"Bearer {JUDGE_KEY}"}
    size = report_of(bench)
    assert size["answers"] == 6
    by_category = size["published"]["by_category"]
    assert {name: each["accuracy"] for name, each in by_category.items()} == {
        "1": 0,  # "a dog" is not "a dog and a cat"
        "2": 1,
        "3": 0,  # nothing is known of Lisbon's population
        "4": 1,
        "5": 1,  # abstained
    }
    assert size["published"]["overall"]["accuracy"] == pytest.approx(4 / 6, abs=1e-4)
    assert size["published"]["without_unanswerable"]["questions"] == 5
    assert size["abstention"] == {
        "unanswerable": 1,
        "abstained": 1,
        "answerable": 5,
        "wrongly_abstained": 1,
    }
    assert size["reader_tokens"]["read"] == 6000
    assert size["cost"] == pytest.approx(6 * (1000 * 3 + 50 * 15 + 200 * 1 + 20 * 5) / 1e6)
    assert size["failures"]["no evidence named"] == 1
    assert size["faults"] == {}
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1].split() == ["all", "questions", "0.667", "[0.300,", "0.903]"]
    assert "reader: 6 requests, about" in shown.err
    assert "cost: about 0.0" in shown.err


def test_what_is_kept_says_everything(bench: Bench, locomo: Path) -> None:
    assert bench.run(locomo) == 0
    (first, *_) = [each for each in bench.lines("answers.jsonl") if each["question"] == "c1/0"]
    asking: Any = first["asking"]
    place: Any = first["context_at"]
    context = asking["prompt"][slice(*place)]
    assert "Ana moved to Lisbon in May 2023" in context
    assert asking["prompt"].endswith("Question: Where did Ana move in May 2023?")
    assert "asked on Friday, 02 June 2023, 19:10" in asking["prompt"]
    assert (first["text"], asking["outcome"], asking["model"]) == (
        "Lisbon",
        "complete",
        "reader-model",
    )
    assert asking["tokens"]["read"] == 1000
    assert asking["seconds"] > 0
    assert first["inside"]
    assert first["search_ms"]
    (judged, *_) = [each for each in bench.lines("verdicts.jsonl") if each["question"] == "c1/0"]
    assert (judged["judge"], judged["expected"], judged["score"]) == ("gold", "Lisbon", 1.0)
    assert judged["reason"] == "It says so."
    manifest = json.loads((bench.out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["models_that_answered"] == {
        "reader": ["reader-model"],
        "judge": ["judge-model"],
    }
    settings = manifest["settings"]
    assert asking["instructions"] == settings["prompts"]["reader"]
    assert judged["asking"]["instructions"] == settings["prompts"]["judges"]["gold"]  # type: ignore[index] # an object
    assert len(settings["data_sha256"]) == 64
    assert manifest["ended_at"] >= manifest["begun_at"]
    page = (bench.out / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/svg+xml;base64,") == 2
    assert "http" not in page.replace(bench.endpoint.address, "")  # nothing else is loaded
    assert "What is the population of Lisbon?" in page
    assert "a dog &lt;b&gt;Rex&lt;/b&gt;" in page
    assert "<b>" not in page


def test_no_key_reaches_a_file_or_the_terminal(
    bench: Bench, locomo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.run(locomo) == 0
    bench.endpoint.answering = lambda asked: Said(status=401)  # noqa: ARG005 - to any
    bench.out = bench.folder / "refused"
    assert bench.run(locomo) == 2
    shown = capsys.readouterr()
    places = (*bench.folder.rglob("*"), *bench.cache.rglob("*"))
    written = [path.read_bytes() for path in places if path.is_file()]
    assert written
    for key in (READER_KEY, JUDGE_KEY):
        assert not any(key.encode() in each for each in written)
        assert key not in shown.out + shown.err


def test_each_budget_is_read_for_itself(bench: Bench, locomo: Path) -> None:
    assert bench.run(locomo, "--budget", "64,2000") == 0
    answers = bench.lines("answers.jsonl")
    sizes: dict[object, set[Any]] = {}
    for each in answers:
        sizes.setdefault(each["budget"], set()).add(each["context_tokens"])
    assert sizes.keys() == {64, 2000}
    assert max(sizes[64]) <= 64
    assert max(sizes[2000]) > 64
    assert report_of(bench, "64")["answers"] == report_of(bench, "2000")["answers"] == 6


def test_corrections_stand_beside_the_published_key(bench: Bench, locomo: Path) -> None:
    path = bench.folder / "corrections.json"
    source = "https://example.org/audit"
    corrections = {
        "c1/2": {"answer": "a dog", "source": source},
        "c1/4": {"drop": True, "source": source},
    }
    path.write_text(json.dumps(corrections), encoding="utf-8")
    assert bench.run(locomo) == 0
    before = len(bench.asked)
    assert bench.run(locomo, "--corrections", path) == 0
    assert bench.asked[before:] == [(True, "Which animals do Ana and Ben's sister have?")]
    size = report_of(bench)
    assert size["published"]["overall"]["accuracy"] == pytest.approx(4 / 6, abs=1e-4)
    assert size["corrected"]["overall"] == {
        "questions": 5,
        "accuracy": 1.0,
        "interval": [pytest.approx(0.5655, abs=1e-4), 1.0],
    }
    assert size["failures"]["wrong gold"] == 2
    assert "corrected" in (bench.out / "report.html").read_text(encoding="utf-8")


def test_another_run_is_compared_question_by_question(bench: Bench, locomo: Path) -> None:
    assert bench.run(locomo) == 0
    first, bench.out = bench.out, bench.folder / "bm25"

    def worse(asked: Asked) -> Said:
        if not is_judging(asked) and "afraid" in question_in(asked):
            return Said(text=f"Answer:\n{UNKNOWN}")
        return answering(asked)

    bench.endpoint.answering = worse
    assert bench.run(locomo, "--system", "bm25", "--against", first) == 0
    report = json.loads((bench.out / "report.json").read_text(encoding="utf-8"))
    against = report["against"]
    assert (against["system"], against["differing"]) == ("remembrancer", [])
    compared = against["sizes"]["300"]
    assert (compared["pairs"], compared["only_first"], compared["only_second"]) == (6, 0, 1)
    assert compared["p"] == 1.0
    assert compared["difference"] == pytest.approx(-1 / 6, abs=1e-4)
    assert "McNemar p" in (bench.out / "report.html").read_text(encoding="utf-8")


def test_full_context_hands_over_everything_once(bench: Bench, locomo: Path) -> None:
    assert bench.run(locomo, "--system", "full-context", "--budget", "64,300") == 0
    answers = bench.lines("answers.jsonl")
    assert len(answers) == 6
    asking: Any = answers[0]["asking"]
    assert "- Ben: On Sunday I ran the half marathon in Hamburg." in asking["prompt"]
    assert "## 8 May 2023" in asking["prompt"]
    assert report_of(bench, "all")["failures"]["misread"] == 1


def test_longmemevals_types_are_judged_as_its_authors_do(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    asked = [haystack(f"q-{kind}", kind) for kind in TYPES] + [haystack("q_abs", TYPES[1])]
    path.write_text(json.dumps(asked), encoding="utf-8")
    bench.endpoint.answering = lambda asked: (
        judge(asked) if is_judging(asked) else Said(text="Answer:\nat Siemens")
    )
    assert bench.run(path, dataset="longmemeval") == 0
    judges = {each["question"]: each["judge"] for each in bench.lines("verdicts.jsonl")}
    assert judges == {
        "q-knowledge-update": "update",
        "q-multi-session": "complete",
        "q-single-session-assistant": "complete",
        "q-single-session-preference": "preference",
        "q-single-session-user": "complete",
        "q-temporal-reasoning": "temporal",
        "q_abs": "unanswerable_explained",
    }
    assert report_of(bench)["published"]["overall"]["questions"] == 7


def test_beams_rubrics_are_scored_point_by_point(bench: Bench, tmp_path: Path) -> None:
    def answering_points(asked: Asked) -> Said:
        if not is_judging(asked):
            return Said(text="Answer:\nMarch 29")
        met = ["yes", "partly"][: len(part_of(asked, "expected").splitlines())]
        points = [{"reason": "so it is", "met": each} for each in met]
        return Said(text=json.dumps({"points": points}))

    bench.endpoint.answering = answering_points
    assert bench.run(chat(tmp_path / "1"), dataset="beam") == 0
    verdicts = {each["question"]: each for each in bench.lines("verdicts.jsonl")}
    assert verdicts["1/information_extraction/0"]["points"] == [1.0, 0.5]
    assert verdicts["1/information_extraction/0"]["score"] == 0.75
    assert {each["judge"] for each in verdicts.values()} == {"points"}
    size = report_of(bench)
    assert size["published"]["overall"]["accuracy"] == pytest.approx((0.75 + 3) / 4)
    assert size["published"]["by_category"]["information_extraction"]["accuracy"] == 0.75
    assert size["abstention"] is None
    assert sum(size["failures"].values()) == 1


def test_what_a_run_will_cost_is_said_without_asking(
    bench: Bench, locomo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = ("--price", "reader=1000,0", "--price", "judge=0,0")
    assert bench.run(locomo, "--predict", "--budget", "2000,4000", *prices) == 0
    assert bench.asked == []
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("answer: reader: 12 requests, about ")
    cost = float(lines[2].split()[3])
    # Twelve contexts, six of each size, and the instructions with each.
    assert 6 * (2000 + 4000) / 1000 < cost < 6 * (2000 + 4000 + 2 * 700) / 1000


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--reader", "llama"), "llama: expected anthropic:MODEL or chat:MODEL"),
        (("--judge-url", "http://me:secret@127.0.0.1"), "must hold no name, password or query"),
        (("--judge-url", "ftp://127.0.0.1"), "must begin with http(s)://"),
        (("--reader-key", "NOBODYS_KEY"), "the environment has no NOBODYS_KEY with its key"),
        (("--price", "reader=cheap"), "--price reader=cheap: expected reader=READ,WRITTEN"),
        (("--against", "nowhere"), "expects the folder of a run on the same data"),
        (("--corrections", "nowhere.json"), "corrections can't be read from it"),
    ],
)
def test_what_is_off_gets_one_line(
    more: tuple[str, ...],
    words: str,
    bench: Bench,
    locomo: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert bench.run(locomo, *more) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if "requests" not in line]
    (line,) = errors
    assert line.startswith("answer: ")
    assert words in line
    assert "secret" not in line
    assert bench.asked == []


@pytest.mark.parametrize("budget", ["0", "63", "2000,x"])
def test_a_budget_that_is_none_is_refused(
    budget: str, bench: Bench, locomo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        bench.run(locomo, "--budget", budget)
    assert "expected" in capsys.readouterr().err


def test_help_needs_no_engine() -> None:
    code = (
        "import sys; from evaluation.__main__ import main\n"
        "try: main(['answer', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(bool({'numpy', 'matplotlib', 'anthropic', 'openai'} & sys.modules.keys()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "--budget TOKENS,..." in ran.stdout


def test_so_many_questions_are_read_at_the_same_time(bench: Bench, locomo: Path) -> None:
    together = threading.Barrier(3, timeout=10)

    def meeting(asked: Asked) -> Said:
        if not is_judging(asked):
            together.wait()  # breaks, and with it the request, if fewer come at a time
        return answering(asked)

    bench.endpoint.answering = meeting
    assert bench.run(locomo, "--parallel", "3") == 0
    assert report_of(bench)["faults"] == {}
