"""What a run has measured so far, kept so that a run that was stopped goes on from there."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from evaluation.faults import EvaluationError
from evaluation.files import Json, write_whole
from evaluation.retrieval.measured import Measured, from_json, to_json
from evaluation.surroundings import fingerprint_of

# Code that decides what is measured; the other's is read besides where it takes part.
_SOURCES: Final = (
    "memories",
    "evaluation/retrieval",
    "evaluation/baselines.py",
    "evaluation/datasets.py",
    "evaluation/embedding_cache.py",
    "evaluation/remembering.py",
    "evaluation/walk.py",
)
# Runs whose checkpoints are kept, the newest ones: a run of another state of the code has its own.
_RUNS_KEPT: Final = 20


def fingerprint_of_sources(besides: Iterable[str] = ()) -> str:
    """SHA-256 of the code that a result depends on, and of the data files beside it.

    Args:
        besides: more folders, as paths in the repository.
    """
    return fingerprint_of((*_SOURCES, *besides))


class Checkpoints:
    """The measurements of one run, a file for each way of finding on each conversation."""

    def __init__(self, folder: Path, key: Mapping[str, Json]) -> None:
        """Find the run's place.

        Args:
            folder: where all runs have theirs.
            key: everything that changes what is measured.

        Raises:
            EvaluationError: the folder can't be written.
        """
        named = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
        self._runs = folder / "checkpoints"
        self._folder = self._runs / named
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(folder, error) from error

    def find(self, part: str) -> dict[str, Measured] | None:
        """What was measured of a part of the run; None where nothing whole is kept."""
        try:
            kept = json.loads(self._path(part).read_text(encoding="utf-8"))
            return {name: from_json(each) for name, each in kept.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # it is measured anew

    def keep(self, part: str, measured: Mapping[str, Measured]) -> None:
        """Keep a part, whole or not at all, whatever happens to the process.

        Raises:
            EvaluationError: it can't be written.
        """
        text = json.dumps({name: to_json(each) for name, each in measured.items()})
        try:
            write_whole(self._path(part), text)
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def forget(self) -> None:
        """Drop what is kept of this run."""
        shutil.rmtree(self._folder)
        self._folder.mkdir()

    def prune(self) -> None:
        """Drop the oldest runs, beyond those worth keeping."""
        runs = sorted(self._runs.iterdir(), key=lambda run: run.stat().st_mtime, reverse=True)
        for run in runs[_RUNS_KEPT:]:
            shutil.rmtree(run, ignore_errors=True)

    def _path(self, part: str) -> Path:
        return self._folder / f"{hashlib.sha256(part.encode()).hexdigest()[:24]}.json"


def _unusable(folder: Path, error: OSError) -> EvaluationError:
    return EvaluationError(
        f"{folder}: the cache can't be written there ({error.strerror}); "
        "name another folder with --cache"
    )
