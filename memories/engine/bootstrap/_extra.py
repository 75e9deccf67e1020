"""Whether what the engine needs is installed."""

import importlib.util
from typing import Final

from memories.engine.errors import MissingExtra

# Modules of the `local` extra: importing the library needs none of them, opening a file all.
_EXTRA: Final = ("apsw", "numpy", "onnxruntime", "tokenizers", "Stemmer")


def check_extra() -> None:
    """Look for the modules of the `local` extra.

    Raises:
        MissingExtra: one is not installed.
    """
    missing = [name for name in _EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"the engine needs {', '.join(missing)}: pip install 'remembrancer[local]'"
        )
