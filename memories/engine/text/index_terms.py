"""What a text is found by."""

from memories.engine.text.states import state_marks
from memories.engine.text.tokens import analyse


def index_terms(text: str, *, speaker: str) -> tuple[str, ...]:
    """The terms of the text's words, then the marks of the states that it tells of its speaker."""
    return (*analyse(text), *state_marks(text, speaker=speaker))
