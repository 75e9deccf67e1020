"""Being told that several small adds wait."""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from memories.engine.domain import Guidance, Scope
from memories.engine.ingestion.identity import IngestRequest
from memories.engine.ingestion.limits import check_guidance, check_job_id, check_turns
from memories.engine.ingestion.reading import read_turns
from memories.engine.ingestion.together import WaitingAdd, answer_together
from memories.engine.memory._file import ProjectFile
from memories.engine.memory._options import aware
from memories.engine.text.zones import zone_of


class Together(ProjectFile):
    """What a Memory asks about several adds at once."""

    def answer_together(
        self,
        adds: Sequence[WaitingAdd],
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        guidance: Guidance | None = None,
    ) -> int:
        """Ask the extractor's language model once about several small adds that wait.

        Its answer is saved to each of them, as far as it is theirs, where this Memory was given a
        place for that (its `answers`): each then learns from it and asks nobody. As many are asked
        about as fit one question, at least two; an answer that leaves something out is saved to
        none. What it took is told by the first.

        Args:
            adds: named ones of the same scope, in the order in which they will be made.
            scope: whose.
            timezone: as of `add`, the same for all of them.
            guidance: likewise.

        Returns:
            How many were answered.

        Raises:
            InvalidInput: as from `add`.
            LanguageModelBusy: the model is; nothing is saved.
        """
        zone = zone_of(timezone) or self._zone
        check_guidance(guidance := guidance or Guidance())
        requests = [self._waiting(add, zone, guidance) for add in adds]
        scope = self._own(scope)
        return self._call(
            lambda engine: answer_together(requests, scope=scope, tools=engine.ingest)
        )

    def _waiting(self, add: WaitingAdd, zone: tzinfo | None, guidance: Guidance) -> IngestRequest:
        check_job_id(add.job_id)
        said_at = None if add.timestamp is None else aware(add.timestamp, zone)
        check_turns(turns := read_turns(add.messages, said_at=said_at, zone=zone or UTC))
        return IngestRequest(turns=turns, zone=zone, guidance=guidance, job_id=add.job_id)
