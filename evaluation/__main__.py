"""The measurements, by name: `python -m evaluation retrieval ...`."""

import importlib
import sys
from collections.abc import Sequence
from typing import Final

# Each module has `main(arguments) -> exit code`, and is imported only when it is asked for.
_COMMANDS: Final = {
    "retrieval": ("evaluation.retrieval.command", "how much of the evidence search finds"),
    "confidence": ("evaluation.confidence.command", "whether a search knows that it knows"),
    "answer": ("evaluation.answering.command", "how many answers from it are judged right"),
}
_MISUSED: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one measurement.

    Args:
        arguments: its name and its options; those of the command line if None.

    Returns:
        The measurement's exit code; 2 where there is none of that name.
    """
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in _COMMANDS:
        module = importlib.import_module(_COMMANDS[name][0])
        return int(module.main(rest))
    lines = "\n".join(f"  {name:12}{what}" for name, (_, what) in _COMMANDS.items())
    usage = f"usage: python -m evaluation COMMAND [--help]\n\n{lines}"
    if name in ("-h", "--help"):
        print(usage)
        return 0
    print(f"evaluation: there is no command {name!r}\n{usage}", file=sys.stderr)
    return _MISUSED


if __name__ == "__main__":
    sys.exit(main())
