"""Reading a model's summary: a statement that no turn shows is none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from memories.engine.adapters.model_extractor._reading import TOO_MANY
from memories.engine.adapters.model_summarizer._instructions import LISTED
from memories.engine.domain import Message, RunSummary
from memories.engine.text.model_answers import Unfit, numbered, object_in, statement_of

UNSHOWN: Final = "no message shows it"

# Of each list: what an agent reads again has to be short.
_MOST_STATEMENTS: Final = 100
_MOST_TURNS: Final = 50
_LONGEST_STATEMENT: Final = 1000


@dataclass(slots=True)
class SummaryReader:
    """Reads the answer about some messages.

    Attributes:
        messages: as they were shown, counted from 1.
        shown: ids of those that what is believed rests on, in their order.
        dropped: how many statements were not taken over, by why.
    """

    messages: Sequence[Message]
    shown: dict[str, None] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)

    def read(self, answer: str) -> RunSummary | None:
        """What holds; None if the answer is not in the form that was asked for."""
        claims = _claims(answer)
        if claims is None:
            return None
        return RunSummary(
            task=self._said(claims.get("task")),
            steps=self._listed(claims["steps"]),
            decisions=self._listed(claims["decisions"]),
            findings=self._listed(claims["findings"]),
            errors=self._listed(claims["errors"]),
            state=self._said(claims.get("state")),
            open=self._listed(claims["open"]),
        )

    def _said(self, claim: object) -> str:
        """One statement; nothing where there is none, which is no fault."""
        is_empty = isinstance(claim, dict) and claim.get("text") == ""
        return "" if is_empty else "".join(self._listed([claim]))

    def _listed(self, claims: object) -> tuple[str, ...]:
        listed = claims if isinstance(claims, list) else []
        if len(listed) > _MOST_STATEMENTS:
            self.dropped[TOO_MANY] += len(listed) - _MOST_STATEMENTS
        statements: list[str] = []
        for claim in listed[:_MOST_STATEMENTS]:
            try:
                statements.append(self._statement(claim))
            except Unfit as unfit:
                self.dropped[unfit.why] += 1
        return tuple(statements)

    def _statement(self, claim: object) -> str:
        written = claim.get("text") if isinstance(claim, dict) else None
        text = statement_of(written, longest=_LONGEST_STATEMENT)
        turns = claim.get("turns") if isinstance(claim, dict) else None
        wanted = turns[:_MOST_TURNS] if isinstance(turns, list) else []
        messages = [numbered(turn, self.messages) for turn in wanted]
        if not messages or None in messages:
            raise Unfit(UNSHOWN)
        self.shown |= {each.id: None for each in messages if each is not None}
        return text


def _claims(answer: str) -> Mapping[str, object] | None:
    parsed = object_in(answer) or {}
    return parsed if all(isinstance(parsed.get(name), list) for name in LISTED) else None
