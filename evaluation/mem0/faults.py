"""What can go wrong with the mem0 package."""

from evaluation.faults import EvaluationError


class Mem0Failed(EvaluationError):
    """The package could not be installed, started, set up fairly or asked; the words say which."""
