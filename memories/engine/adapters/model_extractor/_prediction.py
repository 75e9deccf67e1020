"""What a model would be asked, counted without asking it."""

import json
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import TokenUsage
from memories.engine.ports.language_model import Ending, ModelAnswer, ModelRequest
from memories.engine.text.model_tokens import estimate_tokens

# In the mean of the 90 turns of the sample conversation, whose answers were written by hand; each
# turn's facts as JSON (tests/quality/test_model_extraction.py holds it to that).
WRITTEN_A_TURN: Final = 80
_NOTHING: Final = '{"facts": []}'
_CONVERSATION: Final = "<conversation>\n"


@dataclass(frozen=True, slots=True)
class CountingModel:
    """A LanguageModel that finds nothing, and says what a model would have taken.

    As if no provider kept the fixed part of its questions.

    Attributes:
        name: of the model that it stands for.
    """

    name: str

    def ask(self, request: ModelRequest) -> ModelAnswer:
        """As the port says."""
        schema = json.dumps(request.schema, separators=(",", ":"))
        read = sum(map(estimate_tokens, (request.instructions, schema, request.prompt)))
        turns = request.prompt.partition(_CONVERSATION)[2].count("\n")
        usage = TokenUsage(read=read, written=WRITTEN_A_TURN * turns)
        return ModelAnswer(_NOTHING, Ending.COMPLETE, usage, self.name)
