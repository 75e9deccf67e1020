"""What a run came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run of an agent, summed up; each statement on one line.

    Attributes:
        task: what it was to do.
        steps: what it did, each with what came of it.
        decisions: taken, with why.
        findings: what it found out.
        errors: what went wrong, and how that was got over.
        state: where it stands.
        open: what is left to do.
    """

    task: str = ""
    steps: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    state: str = ""
    open: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps or self.decisions or self.findings or self.errors or self.state)

    def followed_by(self, later: "RunSummary") -> "RunSummary":
        """With what came after it; where it stood and what was left is as the later one says."""
        return RunSummary(
            later.task or self.task,
            (*self.steps, *later.steps),
            (*self.decisions, *later.decisions),
            (*self.findings, *later.findings),
            (*self.errors, *later.errors),
            later.state or self.state,
            later.open,
        )
