"""The repository's files, and its Python read as syntax."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("memories", "platform", "billing", "workers", "evaluation", "tests")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        [
            *("git", "-c", "safe.directory=*", "ls-files", "-z"),
            *("--cached", "--others", "--exclude-standard"),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    files = (ROOT / name for name in set(listed.split("\0")) if name)
    return tuple(sorted(path for path in files if path.is_file()))


def modules(folder: str = ".") -> list[Path]:
    """Python files under a folder of the repository; without migrations, which Django writes."""
    return [
        path
        for path in tracked()
        if path.suffix == ".py"
        and (ROOT / folder) in path.parents
        and (path.parent.name != "migrations" or path.name == "__init__.py")
    ]


@cache
def syntax(path: Path) -> ast.Module:
    """The module's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named(path: Path) -> str:
    """The file's path in the repository."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body that hold code: without docstring, comments and blank lines."""
    skipped = 1 if ast.get_docstring(function) is not None else 0
    return len(
        {
            line
            for statement in function.body[skipped:]
            for node in ast.walk(statement)
            if isinstance(node, ast.expr | ast.stmt)
            for line in (node.lineno, node.end_lineno or node.lineno)
        }
    )
