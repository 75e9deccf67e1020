"""What the pages claim of the repository is so."""

import inspect
import re
import tomllib
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest

import memories
from memories.engine import errors
from memories.engine.domain import Operator
from memories.engine.ingestion.limits import LIMITS
from memories.engine.retrieval.filters import _FIELDS, DEFAULT_LIMITS
from memories.engine.storage.transfer import KINDS
from tests.docs.pages import PAGES, ROOT, blocks, links, named, rows, snippets

README = ROOT / "README.md"
_ASIDE = re.compile(r"\([^)]*\)")
_TARGET = re.compile(r"(?<![\w-])make\s+([a-z][a-z-]*)")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_resolves(page: Path) -> None:
    broken = [
        link
        for link in links(page)
        if not link.startswith(("http://", "https://")) and not resolves(link, page)
    ]
    assert broken == []


def resolves(link: str, page: Path) -> bool:
    path, _, heading = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not heading or heading in anchors(target))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_named_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    code = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    shown = [*code, *blocks(page, "console")]
    assert {target for each in shown for target in _TARGET.findall(each)} <= targets


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / link).resolve() for link in links(index)}
    assert set(index.parent.rglob("*.md")) - {index} <= listed


def test_the_readme_opens_with_a_sentence_two_commands_and_ten_lines_of_python() -> None:
    title, sentence, *_ = README.read_text(encoding="utf-8").split("\n\n")
    assert title == "# Remembrancer"
    assert sentence.startswith("Remembrancer is ")
    assert "\n" not in sentence
    assert len(re.findall(r"[.!?](?:\s|$)", sentence.replace('know about this?"', ""))) == 1
    assert blocks(README, "console")[0].splitlines() == ["make demo", "make test"]
    first = snippets(README)[0]
    assert len([line for line in first.code.splitlines() if line.strip()]) <= 10
    text = README.read_text(encoding="utf-8")
    assert text.index("```console") < text.index("```python") < text.index("\n## ")


def test_the_readme_names_every_call() -> None:
    cells = " ".join(row[0] for row in rows(README))
    calls = {
        name
        for name, _ in inspect.getmembers(memories.Memory, inspect.isfunction)
        if not name.startswith("_")
    }
    assert {name for name in calls if not re.search(rf"`{name}\(", cells)} == set()


def test_both_memories_have_the_same_calls() -> None:
    def signatures(owner: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(member).parameters)
            for name, member in inspect.getmembers(owner, inspect.isfunction)
            if not name.startswith("_") or name == "__init__"
        }

    assert signatures(memories.AsyncMemory) == signatures(memories.Memory)


def test_the_readmes_limits_are_the_codes() -> None:
    told = {
        row[2].strip("`"): int(row[1]) for row in rows(README) if "LIMITS." in " ".join(row[2:])
    }
    held = {f"LIMITS.{each.name}": getattr(LIMITS, each.name) for each in fields(LIMITS)}
    held |= {
        f"DEFAULT_LIMITS.{each.name}": getattr(DEFAULT_LIMITS, each.name)
        for each in fields(DEFAULT_LIMITS)
    }
    assert told == held


def test_the_readmes_layout_names_folders_that_are_there() -> None:
    text = README.read_text(encoding="utf-8").partition("## Layout")[2].partition("\n## ")[0]
    named_folders = re.findall(r"\[([\w.]+/)\]", text)
    assert named_folders
    assert [folder for folder in named_folders if not (ROOT / folder).is_dir()] == []


def test_the_error_tree_is_the_codes() -> None:
    tree = (errors.__doc__ or "").partition("\n\n")[2]
    assert blocks(ROOT / "docs" / "errors.md", "text")[0] == tree


def test_the_error_tree_is_the_classes() -> None:
    drawn = re.findall(r"^([│ ]*)(?:[├└]── )?(\w+)", errors.__doc__ or "", re.MULTILINE)
    tree = [name for _, name in drawn if name[0].isupper() and name != "Every"]
    classes = [
        name
        for name, member in vars(errors).items()
        if isinstance(member, type) and issubclass(member, Exception)
    ]
    assert sorted(tree) == sorted(classes)
    assert set(classes) <= set(memories.__all__)


def test_the_filter_page_names_every_field_and_operator() -> None:
    told = code_in(cell for row in rows(ROOT / "docs" / "filters.md") for cell in row[:2])
    assert told >= set(_FIELDS) | {operator.value for operator in Operator}


def test_the_export_page_names_every_record_and_field() -> None:
    table = {
        row[0].strip("`"): code_in([_ASIDE.sub("", row[1])])
        for row in rows(ROOT / "docs" / "export.md")
    }
    assert set(table) >= set(KINDS)
    for kind, names in KINDS.items():
        assert table[kind] == set(names), kind


def code_in(cells: Iterable[str]) -> set[str]:
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def test_the_table_of_models_names_every_model() -> None:
    told = " ".join(row[0] for row in rows(ROOT / "docs" / "embedding.md"))
    models = {"BundledModel", "OnnxModel", "HubModel", "EndpointModel"}
    assert models <= set(memories.__all__)
    assert {model for model in models if model not in told} == set()


def test_the_page_on_dependencies_names_each_of_the_local_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = code_in(row[0] for row in rows(ROOT / "docs" / "decisions" / "0002-dependencies.md"))
    wanted = {re.split(r"[<>=!~\[]", each)[0] for each in project["optional-dependencies"]["local"]}
    assert project["dependencies"] == []
    assert told >= wanted


def test_every_pinned_version_named_is_the_locked_one() -> None:
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = {
        pin
        for page in PAGES
        for pin in re.findall(r"(?<=\s)[\w.-]+==\d[\w.]*", page.read_text(encoding="utf-8"))
    }
    assert pins
    assert {pin for pin in pins if f"{pin} " not in locked} == set()


def test_each_decision_has_its_five_parts() -> None:
    parts = ["Context", "Decision", "Consequences", "Alternatives", "References"]
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert re.findall(r"^## (\w+)", text, re.MULTILINE) == parts, page.name
        assert text.startswith(f"# {page.name[:4]}. "), page.name


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.startswith("# Changelog\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] == "[Unreleased]"
