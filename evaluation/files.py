"""Files that are there whole or not at all, and JSON to look into."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from evaluation.faults import EvaluationError

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


def at(report: "Json | Mapping[str, Json]", *path: str) -> Json:
    """What stands at a path of a report; None where nothing does."""
    value: Json = dict(report) if isinstance(report, Mapping) else report
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, in place of one that was there.

    Raises:
        OSError: it can't be written.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write(path: Path, text: str) -> None:
    """Write a file that somebody asked for.

    Raises:
        EvaluationError: it can't be written.
    """
    try:
        write_whole(path, text)
    except OSError as error:
        raise EvaluationError(f"{path}: it can't be written ({error.strerror})") from error
