"""What can be wrong with a run, each in one sentence for the person who started it."""


class EvaluationError(Exception):
    """The run can't be done as asked; its words say what to do about it."""
