"""The repository's shape: docs/decisions/0001-layout-and-names.md."""

import ast
import re
import subprocess
import sys

import pytest

from tests.architecture.sources import (
    PACKAGES,
    ROOT,
    code_lines,
    functions,
    modules,
    named,
    syntax,
    tracked,
)

_TOP_LEVEL = frozenset(
    """manage.py platform memories billing workers infra tests requirements.txt
    pyproject.toml Makefile README.md CONTRIBUTING.md CHANGELOG.md LICENSE NOTICE
    docs sdk evaluation .ci .gitignore""".split()
)
_MOST_LINES = 400
# Longer ones, each with the reason why it is not cut.
_LONG_MODULES: dict[str, str] = {}
_MOST_CODE_LINES = 40
_LONG_FUNCTIONS = {
    "tests/unit/memories/engine/ingestion/reading/test_files.py:test_locomo": (
        "a whole file of the form, then what is read of it"
    ),
}
_FORBIDDEN_MODULES = frozenset("util utils helper helpers manager managers misc common".split())
# docs/glossary.md has a word for each of these.
_FORBIDDEN_NAMES = re.compile(r"(?:^|_)(?:payload|handle|handler|cfg|info)(?:_|$)")
# Methods that libraries call by these names.
_GIVEN_NAMES = {"handle": "Django's commands", "get_extra_info": "httpcore's streams"}


def test_the_top_level_is_fixed() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert found <= _TOP_LEVEL


def test_platform_is_no_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()


@pytest.mark.parametrize("code", ["import platform; print(platform.system())", "import uuid"])
def test_the_standard_librarys_platform_works_from_the_repository_root(code: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in modules("tests")}
    assert [named(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_unit_tests_mirror_the_sources() -> None:
    unit = ROOT / "tests" / "unit"
    strays = [
        named(path.parent)
        for path in modules("tests/unit")
        if path.parent != unit and not mirrors(path.parent.relative_to(unit).as_posix())
    ]
    assert sorted(set(strays)) == []


def mirrors(folder: str) -> bool:
    """True of a folder of the sources; `dates` mirrors the module `dates.py` too."""
    places = (ROOT / folder, ROOT / f"{folder}.py", ROOT / "platform" / folder)
    return any(place.exists() for place in places)


def test_no_module_is_long() -> None:
    found = {
        named(path): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > _MOST_LINES
    }
    assert {name: lines for name, lines in found.items() if name not in _LONG_MODULES} == {}
    assert _LONG_MODULES.keys() <= found.keys(), "no longer long: take it off the list"


def test_no_function_is_long() -> None:
    found = {
        f"{named(path)}:{function.name}": lines
        for path in modules()
        for function in functions(path)
        if (lines := code_lines(function)) > _MOST_CODE_LINES
    }
    assert {name: lines for name, lines in found.items() if name not in _LONG_FUNCTIONS} == {}
    assert _LONG_FUNCTIONS.keys() <= found.keys(), "no longer long: take it off the list"


def test_every_module_is_named_for_what_it_holds() -> None:
    found = [named(path) for path in modules() if path.stem.strip("_") in _FORBIDDEN_MODULES]
    folders = [named(path) for path in modules() if _FORBIDDEN_MODULES & set(path.parts)]
    assert found + folders == []


@pytest.mark.parametrize("package", [each for each in PACKAGES if each != "tests"])
def test_names_use_the_glossarys_words(package: str) -> None:
    found = {
        f"{named(path)}: {name}"
        for path in modules(package)
        for name in names_in(syntax(path))
        if _FORBIDDEN_NAMES.search(name.lower()) and name not in _GIVEN_NAMES
    }
    assert found == set()


def names_in(tree: ast.Module) -> set[str]:
    """Names that the module gives: of functions, classes, parameters and variables."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def test_every_module_of_the_product_says_what_it_is() -> None:
    silent = [
        named(path)
        for package in PACKAGES
        if package != "tests"
        for path in modules(package)
        if ast.get_docstring(syntax(path)) is None
    ]
    assert silent == []
