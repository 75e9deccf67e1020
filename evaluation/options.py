"""What the commands' options share."""

import argparse
import importlib.util
import os
from pathlib import Path
from typing import Final

from evaluation.faults import EvaluationError

# Where embeddings are kept between runs.
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "remembrancer" / "evaluation"


def positive(text: str) -> int:
    """A whole number from 1.

    Raises:
        ArgumentTypeError: it is none.
    """
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text}")
    return number


def check_drawing(wanted_by: str) -> None:
    """See that pictures can be drawn.

    Raises:
        EvaluationError: matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise EvaluationError(
            f"{wanted_by} needs matplotlib: pip install 'remembrancer[evaluation]'"
        )
