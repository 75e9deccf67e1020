"""Asking a language model about a group, and what is done about answers that are none."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from memories.engine.consolidation.gathering import Group
from memories.engine.consolidation.question import PROMPT_VERSION, question_about
from memories.engine.consolidation.reading import ClaimReader, Claims
from memories.engine.domain import Guidance, TokenUsage
from memories.engine.ports.language_model import Ending, LanguageModel, ModelAnswer

DECLINED: Final = "the language model declined"
CUT: Final = "the language model's answer was cut"
MALFORMED: Final = "the language model's answer had not the form that was asked for"

_ATTEMPTS: Final = 2
# Of fewer nothing can be said.
_FEWEST: Final = 2


@dataclass(slots=True)
class Consolidator:
    """Asks a language model, and keeps count.

    Attributes:
        model: who is asked.
        guidance: what the project wants remembered.
        dropped: claims that were not taken over, by why.
        usage: tokens so far.
        questions: asked so far.
        unanswered: groups that nothing came of, by why.
    """

    model: LanguageModel
    guidance: Guidance
    dropped: Counter[str] = field(default_factory=Counter)
    usage: TokenUsage = field(default_factory=TokenUsage)
    questions: int = 0
    unanswered: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The model, with the version of what it is told."""
        return f"{self.model.name}, consolidation prompt {PROMPT_VERSION}"

    def claims_about(self, group: Group) -> Iterator[Claims]:
        """What the model says of the group; of its halves, where an answer about it is cut.

        Raises:
            LanguageModelBusy: it can't be asked now.
            LanguageModelFailed: it refuses the request itself.
        """
        left = [group]
        while left:
            asked = left.pop(0)
            if len(asked.memories) < _FEWEST:
                continue
            for _ in range(_ATTEMPTS):
                answer = self._ask(asked)
                if answer.ending is not Ending.COMPLETE:
                    left = [*self._instead(asked, answer.ending), *left]
                    break
                reader = ClaimReader(asked, self.guidance)
                claims = reader.read(answer.text)
                self.dropped += reader.dropped
                if claims is not None:
                    yield claims
                    break
            else:
                self.unanswered[MALFORMED] += 1

    def _ask(self, group: Group) -> ModelAnswer:
        answer = self.model.ask(question_about(group, self.guidance))
        self.questions += 1
        self.usage += answer.usage
        return answer

    def _instead(self, group: Group, ending: Ending) -> Iterator[Group]:
        """The halves of a group that is too much for one answer."""
        if ending is Ending.REFUSED:
            self.unanswered[DECLINED] += 1
            return
        middle = len(group.memories) // 2
        if middle < _FEWEST:
            self.unanswered[CUT] += 1
            return
        yield Group(group.memories[:middle], group.observations)
        yield Group(group.memories[middle:], group.observations)
