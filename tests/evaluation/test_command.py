"""`python -m evaluation retrieval` as people run it."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from evaluation.files import Json, at
from evaluation.retrieval.schema import faults_of
from tests.evaluation.conftest import TYPES, Write, haystack, locomo_sample
from tests.support.cross_encoders import word_counting

ROOT: Final = Path(__file__).resolve().parents[2]
SAMPLE: Final = ROOT / "evaluation" / "samples" / "year_in_conversation.json"
PNG: Final = b"\x89PNG"


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "evaluation", *map(str, arguments)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def retrieval(
    data: Path, folder: Path, *more: str | Path, dataset: str = "locomo"
) -> tuple[str | Path, ...]:
    kept = ("--json", folder / "report.json", "--cache", folder / "cache")
    return ("retrieval", "--dataset", dataset, "--data", data, *kept, *more)


def report_in(folder: Path) -> Json:
    report: Json = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def share(report: Json, *path: str) -> float:
    value = at(report, *path)
    assert isinstance(value, int | float), path
    return value


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that a run on the sample conversation writes."""
    folder = tmp_path_factory.mktemp("sample")
    more = ("--plots", folder / "plots", "--worst", folder / "worst.md")
    ran = run(*retrieval(SAMPLE, folder, *more))
    assert ran.returncode == 0, ran.stderr
    (folder / "stdout").write_text(ran.stdout, encoding="utf-8")
    return folder


def test_the_sample_is_found_well(sample: Path) -> None:
    report = report_in(sample)
    assert at(report, "overall", "questions") == 24
    assert share(report, "overall", "recall_at", "10") >= 0.65
    assert share(report, "overall", "recall_at", "50") >= 0.9
    assert share(report, "overall", "recall_in_tokens", "2000") >= 0.9
    assert share(report, "abstention", "auc") >= 0.6
    assert at(report, "degraded", "semantic") is None


def test_the_sample_is_found_better_than_by_plain_rankings(sample: Path) -> None:
    report = report_in(sample)
    for name in ("bm25", "dense", "fusion", "messages_only"):
        lead = share(report, "baselines", name, "difference", "recall_at", "10")
        assert lead >= 0, name


def test_the_report_has_the_documented_shape(sample: Path) -> None:
    report = report_in(sample)
    assert list(faults_of(report)) == []
    assert at(report, "meta", "file") == SAMPLE.name
    assert at(report, "meta", "parts_from_earlier_runs") == 0
    assert at(report, "ingest", "turns") == 90
    assert share(report, "ingest", "texts_embedded") > 0
    assert share(report, "latency_ms", "search", "p95") > 0


def test_the_report_names_no_place_on_the_machine(sample: Path) -> None:
    text = (sample / "report.json").read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert str(sample) not in text
    assert str(Path.home()) not in text


def test_what_matters_most_is_printed(sample: Path) -> None:
    shown = (sample / "stdout").read_text(encoding="utf-8")
    for words in ("recall@10", "remembrancer", "  1 multi-hop", "messages_only", "search: p50"):
        assert words in shown


def test_pictures_and_the_worst_questions_are_written_where_asked(sample: Path) -> None:
    pictures = {path.name: path.read_bytes() for path in (sample / "plots").iterdir()}
    assert pictures.keys() == {"recall_at_k.png", "recall_in_tokens.png", "abstention.png"}
    assert all(picture.startswith(PNG) for picture in pictures.values())
    assert (sample / "worst.md").read_text(encoding="utf-8").startswith("# The 24 worst of 24")


def test_the_same_run_again_measures_nothing(sample: Path) -> None:
    before = report_in(sample)
    ran = run(*retrieval(SAMPLE, sample))
    assert ran.returncode == 0, ran.stderr
    assert "remembering" not in ran.stderr
    after = report_in(sample)
    assert at(after, "meta", "parts_from_earlier_runs") == at(after, "meta", "parts") == 3
    assert at(after, "overall") == at(before, "overall")
    assert at(after, "latency_ms") == at(before, "latency_ms")


def stopped_in_the_second_conversation(
    arguments: tuple[str | Path, ...], how: signal.Signals
) -> tuple[int, str]:
    with subprocess.Popen(
        command(*arguments), cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        while "(2/2)" not in running.stderr.readline():
            assert running.poll() is None
        running.send_signal(how)
        _, errors = running.communicate(timeout=60)
    return running.returncode, errors


def test_a_run_that_was_killed_goes_on_with_what_is_missing(write: Write, tmp_path: Path) -> None:
    data = write("l.json", [locomo_sample("c1"), locomo_sample("c2")])
    arguments = retrieval(data, tmp_path)
    code, _ = stopped_in_the_second_conversation(arguments, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert not (tmp_path / "report.json").exists()
    assert run(*arguments).returncode == 0
    resumed = report_in(tmp_path)
    assert at(resumed, "meta", "parts_from_earlier_runs") == 3
    assert run(*arguments, "--fresh").returncode == 0
    whole = report_in(tmp_path)
    assert at(whole, "meta", "parts_from_earlier_runs") == 0
    # Hits of one score come in an order of their own in each file, so these alone are compared.
    for name in ("bm25", "dense", "fusion"):
        assert at(resumed, "baselines", name, "overall") == at(whole, "baselines", name, "overall")


def test_ctrl_c_says_how_to_go_on(write: Write, tmp_path: Path) -> None:
    data = write("l.json", [locomo_sample("c1"), locomo_sample("c2")])
    code, errors = stopped_in_the_second_conversation(retrieval(data, tmp_path), signal.SIGINT)
    assert code == 130
    assert errors.splitlines()[-1] == (
        "retrieval: stopped; the same command goes on with what is not measured yet"
    )
    assert "Traceback" not in errors


def fault_of(*arguments: str | Path) -> str:
    """The one line that a run which can't be done leaves."""
    ran = run(*arguments)
    assert ran.returncode == 2
    assert ran.stdout == ""
    (line,) = ran.stderr.splitlines()
    assert line.startswith("retrieval: ")
    return line.removeprefix("retrieval: ")


def test_a_missing_file_gets_one_line(tmp_path: Path) -> None:
    assert "nowhere.json" in fault_of(*retrieval(tmp_path / "nowhere.json", tmp_path))


def test_a_file_of_no_known_form_gets_one_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text("nothing that anybody says", encoding="utf-8")
    assert "line 1, column 1" in fault_of(*retrieval(path, tmp_path))


def test_the_wrong_data_set_gets_one_line(write: Write, tmp_path: Path) -> None:
    path = write("m.json", [haystack("q", TYPES[0])])
    fault = fault_of(*retrieval(path, tmp_path))
    assert fault == f"{path}: this is not locomo data; try --dataset longmemeval"


def test_a_missing_model_gets_one_line(write: Write, tmp_path: Path) -> None:
    path = write("l.json", [locomo_sample("c1")])
    away = tmp_path / "away"
    fault = fault_of(*retrieval(path, tmp_path, "--embedder", away))
    assert fault == f"{away}: there is no such folder for --embedder"
    away.mkdir()
    for option in ("--embedder", "--rerank"):
        assert "holds no model.onnx" in fault_of(*retrieval(path, tmp_path, option, away))


def test_a_cross_encoder_is_measured_beside_the_rest(write: Write, tmp_path: Path) -> None:
    path = write("l.json", [locomo_sample("c1")])
    folder = word_counting(tmp_path / "mine", ["marathon"])
    ran = run(*retrieval(path, tmp_path, "--rerank", folder))
    assert ran.returncode == 0, ran.stderr
    assert "\nreranked " in ran.stdout
    report = report_in(tmp_path)
    assert str(at(report, "meta", "options", "rerank")).startswith("mine@")
    assert at(report, "baselines", "reranked", "latency_ms", "search", "p50") is not None


def test_a_place_that_can_not_be_written_is_told_before_the_run(
    write: Write, tmp_path: Path
) -> None:
    path = write("l.json", [locomo_sample("c1")])
    arguments = retrieval(path, tmp_path, "--worst", tmp_path / "away" / "worst.md")
    assert fault_of(*arguments).endswith(f"there is no folder {tmp_path / 'away'}")
    assert "report.json" not in {each.name for each in tmp_path.iterdir()}
    fault = fault_of(*retrieval(path, tmp_path, "--worst", tmp_path))
    assert fault == f"{tmp_path}: expected a file, but it is a folder"


_WITHOUT_MATPLOTLIB = """
import sys
from evaluation.__main__ import main

class WithoutMatplotlib:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, *more):
        return None if name == "matplotlib" else self.finder.find_spec(name, *more)

sys.meta_path[:] = map(WithoutMatplotlib, sys.meta_path)
sys.exit(main(sys.argv[1:]))
"""


def test_without_matplotlib_it_says_what_to_install(write: Write, tmp_path: Path) -> None:
    path = write("l.json", [locomo_sample("c1")])
    arguments = retrieval(path, tmp_path, "--plots", tmp_path / "plots")
    ran = subprocess.run(
        [sys.executable, "-c", _WITHOUT_MATPLOTLIB, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr == (
        "retrieval: --plots needs matplotlib: pip install 'remembrancer[evaluation]'\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--limit", "0"), "expected a number from 1, got 0"),
        (("--limit", "x"), "expected a number from 1, got x"),
        (("--dataset", "beam"), "invalid choice: 'beam'"),
    ],
)
def test_an_option_that_is_off_is_refused(arguments: tuple[str, ...], words: str) -> None:
    ran = run("retrieval", "--dataset", "locomo", "--data", "x", "--json", "y", *arguments)
    assert ran.returncode == 2
    assert words in ran.stderr


def test_the_commands_are_listed() -> None:
    ran = run("--help")
    assert ran.returncode == 0
    assert "retrieval" in ran.stdout
    other = run("retrievel")
    assert other.returncode == 2
    assert other.stderr.startswith("evaluation: there is no command 'retrievel'\n")
