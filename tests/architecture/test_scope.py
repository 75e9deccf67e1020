"""Nobody reads or writes without saying whose memories it is about.

The scope is what keeps one user's memories from another's. A store's method that does not take it
can't keep them apart, and whoever makes a Scope decides whom a call is about: both are few.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, modules, named, syntax

_PORTS = ROOT / "memories" / "engine" / "ports"
_STORES = tuple(
    _PORTS / f"{port}.py"
    for port in (
        *("record_store", "entity_store", "original_store", "passage_store", "search_index"),
        "consolidation_store",
        "import_store",
    )
)
# The file as a whole, whoever is in it.
_WITHOUT_SCOPE = frozenset({"size", "backup", "verify", "close"})
# Where the library mints one: from the names that a Memory was opened with, from rows of a file,
# and as the whole project of a scope at hand.
_MINTS = (
    "memories/engine/memory/",
    "memories/engine/storage/transfer.py",
    "memories/engine/domain/_conversation.py",
    # Of a project of the platform, as its key and its rows name it.
    "memories/records/hosting.py",
    "memories/records/projects.py",
)


def port_methods(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in syntax(path).body:
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and not member.decorator_list:
                    yield f"{node.name}.{member.name}", member


def unscoped(path: Path) -> set[str]:
    return {
        name
        for name, method in port_methods(path)
        if "scope" not in {each.arg for each in method.args.kwonlyargs}
        and method.name not in _WITHOUT_SCOPE
    }


def test_every_method_of_the_stores_takes_the_scope() -> None:
    for port in _STORES:
        assert len(list(port_methods(port))) >= 4
        assert unscoped(port) == set()


def test_the_scope_is_never_optional_to_a_store() -> None:
    for port in _STORES:
        for name, method in port_methods(port):
            pairs = zip(method.args.kwonlyargs, method.args.kw_defaults, strict=True)
            defaults = {argument.arg: default for argument, default in pairs}
            assert defaults.get("scope") is None, name
            assert all(
                ast.unparse(each.annotation) == "Scope"
                for each in method.args.kwonlyargs
                if each.arg == "scope" and each.annotation is not None
            ), name


def test_only_the_library_mints_scopes() -> None:
    minting = {
        named(path)
        for path in modules("memories")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Scope"
    }
    assert {each for each in minting if not each.startswith(_MINTS)} == set()


def test_a_method_without_scope_is_noticed(tmp_path: Path) -> None:
    port = tmp_path / "port.py"
    port.write_text(
        "class Store:\n"
        "    def get(self, ids): ...\n"
        "    def add(self, ids, *, scope): ...\n"
        "    def size(self): ...\n",
        encoding="utf-8",
    )
    assert unscoped(port) == {"Store.get"}
