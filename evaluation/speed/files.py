"""The files that are searched: built once for this very code, then found again."""

import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation.speed import exports
from evaluation.speed.corpus import Said, talk
from evaluation.speed.embedders import MadeUpVectors
from evaluation.speed.process import in_fresh_process
from memories import Memory

# Files that no run has used for so long are cleared away: each is of one state of the code.
_KEPT_SECONDS: Final = 7 * 24 * 3600
_MADE_FROM: Final = ("corpus.py", "exports.py", "vocabulary.py")


@dataclass(frozen=True, slots=True)
class Built:
    """A file to search.

    Attributes:
        path: the file.
        facts: what building it measured, by name with unit.
    """

    path: Path
    facts: Mapping[str, float]


class BuiltFiles:
    """Builds files, or finds those that the same code built before."""

    def __init__(self, cache: Path) -> None:
        """Take the folder to keep them in."""
        self._folder = cache / "speed" / _fingerprint()

    def taken_in(self, memories: int, *, scopes: int) -> Built:
        """So many memories, and their messages, spread over so many scopes; made-up vectors.

        They are taken in as an export: adding 100,000 one by one takes far longer.
        """
        name = f"taken-in-{memories}-{scopes}"
        return self._found(name) or self._take_in(name, memories, scopes)

    def remembered(self, memories: int) -> Built:
        """So many memories, and their messages, added to one scope with the bundled model."""
        name = f"remembered-{memories}"
        return self._found(name) or self._remember(name, memories)

    def _found(self, name: str) -> Built | None:
        facts = self._folder / f"{name}.json"
        if not facts.exists():
            return None
        os.utime(self._folder)
        found: Mapping[str, float] = json.loads(facts.read_text(encoding="utf-8"))
        return Built(self._folder / f"{name}.db", found)

    def _take_in(self, name: str, memories: int, scopes: int) -> Built:
        self._announce(name)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            lines, path = Path(folder) / "export.jsonl", Path(folder) / "new.db"
            exports.write_export(lines, scope_talks(memories, scopes))
            started = time.perf_counter()
            with Memory(path, embedder=MadeUpVectors(), durability="process-crash") as memory:
                memory.import_(lines)
            return self._keep(name, path, {"ingest_s": time.perf_counter() - started})

    def _remember(self, name: str, memories: int) -> Built:
        self._announce(name)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder) / "new.db"
            return self._keep(name, path, in_fresh_process("remember", path, memories=memories))

    def _announce(self, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for other in self._folder.parent.iterdir():
            if other.stat().st_mtime < time.time() - _KEPT_SECONDS:
                shutil.rmtree(other, ignore_errors=True)
        print(f"speed: building {name}", file=sys.stderr, flush=True)

    def _keep(self, name: str, path: Path, measured: Mapping[str, float]) -> Built:
        facts = {**measured, "bytes": path.stat().st_size}
        kept = path.replace(self._folder / f"{name}.db")
        # Last: with it, the file counts as built.
        (self._folder / f"{name}.json").write_text(json.dumps(facts), encoding="utf-8")
        return Built(kept, facts)


def scope_user(number: int) -> str:
    """The user whose scope has that number."""
    return f"u{number}"


def scope_talk(memories: int, scopes: int, number: int) -> list[Said]:
    """What was said in one of the scopes."""
    return list(talk(memories // scopes, seed=scope_user(number)))


def scope_talks(memories: int, scopes: int) -> dict[str, list[Said]]:
    """What was said in every scope, by user."""
    return {scope_user(number): scope_talk(memories, scopes, number) for number in range(scopes)}


def _fingerprint() -> str:
    """A digest of the library's sources and of what the files are made from."""
    package = importlib.util.find_spec("memories")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("memories is not installed")
    sources = sorted(Path(package.origin).parent.rglob("*.py"))
    sources += [Path(__file__).with_name(name) for name in _MADE_FROM]
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
