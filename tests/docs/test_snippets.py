"""What the pages show does what they say."""

import re
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, Snippet, named, snippets

_NUMBER = re.compile(r"(?<![\w.])\d\.\d+(?![\w.])")
_ID = re.compile(r"\[[0-9a-f]{8}\]")
# Quantised models round a little differently on processors of other kinds.
_TOLERANCE = 0.06
_WITH_SNIPPETS = [page for page in PAGES if snippets(page)]


@pytest.mark.parametrize("page", _WITH_SNIPPETS, ids=named)
def test_every_python_block_runs_and_prints_what_the_page_says(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for snippet in snippets(page):
        run(snippet, page, namespace)
        printed = capsys.readouterr().out
        if snippet.prints is not None:
            assert agree(printed, snippet.prints), f"{named(page)}:{snippet.line} prints\n{printed}"


def run(snippet: Snippet, page: Path, namespace: dict[str, object]) -> None:
    # Blank lines in front give a failure the page's own line numbers.
    code = "\n" * (snippet.line - 1) + snippet.code
    exec(compile(code, named(page), "exec"), namespace)  # noqa: S102 - the pages are our own


def agree(printed: str, expected: str) -> bool:
    """True if the texts are equal, give or take ids and a few hundredths in a score."""
    printed, expected = _ID.sub("[id]", printed), _ID.sub("[id]", expected)
    if _NUMBER.sub("#", printed) != _NUMBER.sub("#", expected):
        return False
    pairs = zip_longest(_NUMBER.findall(printed), _NUMBER.findall(expected), fillvalue="9")
    return all(abs(float(one) - float(other)) <= _TOLERANCE for one, other in pairs)


def test_a_wrong_output_is_noticed() -> None:
    assert agree("0.53 Lisbon\n", "0.55 Lisbon\n")
    assert not agree("0.53 Lisbon\n", "0.75 Lisbon\n")
    assert not agree("0.53 Lisbon\n", "0.53 Porto\n")
    assert agree("Lisbon [4c4a90ad]", "Lisbon [00e35744]")
    assert not agree("2 memories\n", "3 memories\n")


def test_there_is_something_to_run() -> None:
    pages = [named(page) for page in _WITH_SNIPPETS]
    assert "README.md" in pages
    assert "docs/filters.md" in pages
