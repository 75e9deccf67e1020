"""The pages of the documentation, taken apart."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(
    sorted(
        (
            ROOT / "README.md",
            ROOT / "CONTRIBUTING.md",
            ROOT / "CHANGELOG.md",
            *(ROOT / "docs").rglob("*.md"),
        )
    )
)
_FENCED = re.compile(
    r"^```(?P<language>\w*)\n(?P<words>.*?)^```$(?P<gap>\s*)", re.MULTILINE | re.DOTALL
)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_ROW = re.compile(r"^\|(?!\s*-)(?P<cells>.+)\|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One Python block.

    Attributes:
        line: of the page, counted from 1, where its code begins.
        prints: the text block that follows it; None without one.
    """

    code: str
    line: int
    prints: str | None


def named(page: Path) -> str:
    """The page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def snippets(page: Path) -> list[Snippet]:
    """The page's Python blocks, in order."""
    text = page.read_text(encoding="utf-8")
    blocks = list(_FENCED.finditer(text))
    following = dict(itertools.pairwise(blocks))
    return [
        Snippet(
            code=block["words"],
            line=text.count("\n", 0, block.start("words")) + 1,
            prints=_output(block, following.get(block)),
        )
        for block in blocks
        if block["language"] == "python"
    ]


def _output(block: re.Match[str], after: re.Match[str] | None) -> str | None:
    if after is None or after["language"] != "text" or after.start() != block.end():
        return None
    return after["words"]


def blocks(page: Path, language: str) -> list[str]:
    """The page's blocks in that language, in order."""
    text = page.read_text(encoding="utf-8")
    return [block["words"] for block in _FENCED.finditer(text) if block["language"] == language]


def links(page: Path) -> Iterator[str]:
    """Targets of the page's links, those to other sites included."""
    for link in _LINK.finditer(_CODE.sub("", page.read_text(encoding="utf-8"))):
        yield link["target"]


def rows(page: Path) -> Iterator[tuple[str, ...]]:
    """Rows of the page's tables."""
    for row in _ROW.finditer(page.read_text(encoding="utf-8")):
        yield tuple(cell.strip() for cell in row["cells"].split("|"))
