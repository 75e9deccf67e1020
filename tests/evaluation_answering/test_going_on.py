"""Runs that were stopped, and models that do not answer as they should."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evaluation_answering.conftest import (
    Bench,
    answering,
    is_judging,
    question_in,
    report_of,
)
from tests.support.model_endpoint import Asked, Said

ROOT = Path(__file__).resolve().parents[2]


def test_a_finished_question_is_never_asked_again(bench: Bench, locomo: Path) -> None:
    assert bench.run(locomo, "--limit", "2") == 0
    assert len(bench.asked) == 4
    assert bench.run(locomo) == 0
    assert len(bench.asked) == 12
    assert len(set(bench.asked)) == 12
    assert bench.run(locomo) == 0
    assert len(bench.asked) == 12


def stopped_after(bench: Bench, data: Path, requests: int, how: signal.Signals) -> tuple[int, str]:
    """Start the command, and end it once so many requests have come."""
    ended: list[int] = []

    def slow(asked: Asked) -> Said:
        if len(bench.endpoint.requests) == requests:
            ended.append(requests)
            running.send_signal(how)
        said = answering(asked)
        return Said(text=said.text, delay_seconds=0.05)

    bench.endpoint.answering = slow
    command = [
        sys.executable,
        "-m",
        "evaluation",
        "answer",
        *bench.options(data, "--parallel", "1"),
    ]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    with running:
        _, errors = running.communicate(timeout=60)
    assert ended == [requests]
    return running.returncode, errors


def test_a_killed_run_goes_on_with_what_is_missing(bench: Bench, locomo: Path) -> None:
    code, _ = stopped_after(bench, locomo, 6, signal.SIGKILL)
    assert code == -signal.SIGKILL
    # As a process leaves it that is killed while it writes.
    with (bench.out / "answers.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"question": "c1/4", "bud')
    finished = set(bench.asked[:5])
    bench.endpoint.requests.clear()
    bench.endpoint.answering = answering
    assert bench.run(locomo) == 0
    assert finished.isdisjoint(bench.asked)
    assert len(finished | set(bench.asked)) == 12
    assert report_of(bench)["published"]["overall"]["accuracy"] == pytest.approx(4 / 6, abs=1e-4)


def test_ctrl_c_keeps_what_is_under_way_and_says_how_to_go_on(bench: Bench, locomo: Path) -> None:
    code, errors = stopped_after(bench, locomo, 3, signal.SIGINT)
    assert code == 130
    assert "Traceback" not in errors
    assert errors.splitlines()[-1] == (
        "answer: stopped; the same command goes on with what is not finished yet"
    )
    assert len(bench.lines("answers.jsonl")) >= 2
    asked = set(bench.asked)
    bench.endpoint.requests.clear()
    bench.endpoint.answering = answering
    assert bench.run(locomo) == 0
    assert asked.isdisjoint(bench.asked)


def test_an_overloaded_model_is_a_fault_that_is_asked_again(
    bench: Bench, locomo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overloaded = {(False, "What is Rex afraid of?"): 429, (True, "Where does Ben work?"): 529}

    def busy(asked: Asked) -> Said:
        status = overloaded.get((is_judging(asked), question_in(asked)))
        return answering(asked) if status is None else Said(status=status)

    bench.endpoint.answering = busy
    assert bench.run(locomo) == 3
    size = report_of(bench)
    assert size["answers"] == 6
    assert size["faults"] == {
        "reader busy": 1,
        f"judge: judge-model@{bench.endpoint.address} answered 529": 1,
    }
    assert (size["failures"]["no answer"], size["failures"]["no verdict"]) == (1, 1)
    assert "2 questions have no answer or no verdict" in capsys.readouterr().err
    bench.endpoint.answering = answering
    bench.endpoint.requests.clear()
    assert bench.run(locomo) == 0
    assert sorted(bench.asked) == [
        (False, "What is Rex afraid of?"),
        (True, "What is Rex afraid of?"),
        (True, "Where does Ben work?"),
    ]
    assert report_of(bench)["faults"] == {}


def test_a_refusal_is_an_answer_that_is_not_right(bench: Bench, locomo: Path) -> None:
    bench.endpoint.answering = lambda asked: (
        Said(stop_reason="refusal") if "afraid" in question_in(asked) else answering(asked)
    )
    assert bench.run(locomo) == 0
    size = report_of(bench)
    assert size["faults"] == {"reader refused": 1}
    assert size["failures"]["no answer"] == 1
    assert size["published"]["by_category"]["4"]["accuracy"] == 0.5
    assert len(bench.asked) == 11  # there is nothing to judge
    assert bench.run(locomo) == 0
    assert len(bench.asked) == 11


def test_a_malformed_verdict_is_asked_for_three_times(bench: Bench, locomo: Path) -> None:
    def malformed(asked: Asked) -> Said:
        if is_judging(asked) and "afraid" in question_in(asked):
            return Said(text='{"verdict": "perhaps"}', read=200)
        return answering(asked)

    bench.endpoint.answering = malformed
    assert bench.run(locomo) == 3
    assert bench.asked.count((True, "What is Rex afraid of?")) == 3
    size = report_of(bench)
    assert size["faults"] == {"judge: the judge gave no verdict": 1}
    assert size["failures"]["no verdict"] == 1
    assert size["judge_tokens"]["read"] == 8 * 200  # all attempts are paid for
    bench.endpoint.answering = answering
    assert bench.run(locomo) == 0
    assert bench.asked.count((False, "What is Rex afraid of?")) == 1
    assert report_of(bench)["failures"]["no verdict"] == 0


def test_a_verdict_that_comes_at_the_second_time_counts(bench: Bench, locomo: Path) -> None:
    spoilt: list[str] = []

    def once(asked: Asked) -> Said:
        if is_judging(asked) and question_in(asked) not in spoilt:
            spoilt.append(question_in(asked))
            return Said(text="Well, it is right.")
        return answering(asked)

    bench.endpoint.answering = once
    assert bench.run(locomo) == 0
    assert report_of(bench)["faults"] == {}


def test_a_model_that_refuses_everything_ends_the_run(
    bench: Bench, locomo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.endpoint.answering = lambda asked: Said(status=401)  # noqa: ARG005 - to any
    assert bench.run(locomo, "--parallel", "1") == 2
    assert "it has refused the first 3 requests" in capsys.readouterr().err
    assert len(bench.asked) < 6


def test_a_folder_of_another_run_is_refused(
    bench: Bench, locomo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.run(locomo) == 0
    assert bench.run(locomo, "--system", "bm25") == 2
    assert "it holds a run with another system; name another folder" in capsys.readouterr().err


def test_two_runs_do_not_write_to_one_folder(
    bench: Bench, locomo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes: list[int] = []

    def second(asked: Asked) -> Said:
        if not codes:
            codes.append(bench.run(locomo))
        return answering(asked)

    bench.endpoint.answering = second
    assert bench.run(locomo, "--parallel", "1") == 0
    assert codes == [2]
    assert "another run writes to it" in capsys.readouterr().err
