"""Being told many conversations at once."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final, TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

from memories.engine.domain import (
    AddResult,
    Guidance,
    ImportStage,
    ImportState,
    ImportTerms,
    JsonObject,
    Scope,
)
from memories.engine.errors import InvalidInput, InvalidMessages, LanguageModelBusy
from memories.engine.ingestion.importing import (
    LONGEST_CONVERSATION,
    ToldTurns,
    advance_import,
    begin_import,
    cancel_import,
    results_of,
    state_of,
)
from memories.engine.ingestion.limits import (
    LIMITS,
    check_categories,
    check_guidance,
    check_import_id,
    check_metadata,
    check_texts,
    check_turns,
)
from memories.engine.ingestion.reading import read_turns
from memories.engine.memory._file import ProjectFile
from memories.engine.memory._options import aware
from memories.engine.text.zones import zone_of

# Whose conversation it is, and its messages as `add` takes them.
Told: TypeAlias = tuple[Scope, str | Mapping[str, object] | Sequence[object]]
# Most batches are over within an hour.
EVERY_SECONDS: Final = 60.0


class Imports(ProjectFile):
    """What a Memory is told in imports."""

    def begin_import(
        self,
        import_id: str,
        conversations: Iterable[Told],
        *,
        timezone: str | None = None,
        timestamp: datetime | None = None,
        metadata: JsonObject | None = None,
        categories: Iterable[str] = (),
        expires_at: datetime | None = None,
        immutable: bool = False,
        guidance: Guidance | None = None,
        batched: bool = True,
    ) -> ImportState:
        """Keep many conversations at once, to be learned from through the provider's batches.

        Every message is stored and found when this returns; nobody was asked, and `predicted` says
        what asking will take, half of it in money. `advance_import` asks, or `finish_import`, or
        `cancel_import` leaves it at that. The same import begun again, as after a crash, goes on
        where it was, on the terms that it was first begun with.

        All questions are made before any is answered: facts of one import do not see one another,
        so that none supersedes another, and repeats are folded when they are stored.

        Args:
            import_id: the caller's name for it; at most 256 characters.
            conversations: each with whose it is, in order, of at most 200,000 messages; one
                without any is passed over.
            timezone: the speakers' IANA time zone, if not the one of this Memory.
            timestamp: as of `add`, for all of it; likewise what follows.
            metadata: likewise.
            categories: likewise.
            expires_at: likewise.
            immutable: likewise.
            guidance: likewise.
            batched: ask in batches; False asks one question after the other, at the full price.

        Raises:
            InvalidInput: something is off, or the extractor has no batches; nothing is stored.
        """
        check_import_id(import_id)
        zone = zone_of(timezone) or self._zone
        told = [self._told(each, timestamp, zone) for each in conversations]
        check_metadata(metadata or {}, "metadata")
        check_categories(labels := tuple(categories))
        check_guidance(guidance := guidance or Guidance())

        engine = self._engine
        terms = ImportTerms(
            id=import_id,
            begun_at=engine.ingest.clock.now(),
            extractor=engine.ingest.extractor.name,
            batched=batched,
            seed=str(uuid4()),
            zone=_name_of(zone),
            metadata=metadata or {},
            categories=labels,
            expires_at=None if expires_at is None else aware(expires_at, zone),
            immutable=immutable,
            guidance=guidance,
        )
        return self._call(
            lambda engine: begin_import(terms, told, scope=self._project, tools=engine.ingest)
        )

    def advance_import(
        self,
        import_id: str,
        *,
        give_up: bool = False,
        on_part: Callable[[], object] | None = None,
    ) -> ImportState:
        """Hand in what was not asked yet, and learn from the batches that are over.

        It waits for no batch: call it again, every minute or so, until the import is over. Where a
        batch did not answer a question, that is asked singly, at the full price. Without batches
        one conversation is learned from, or a part of a long one. One process at a time should go
        on with an import: nothing is learned twice, but two may ask the same.

        Args:
            import_id: which.
            give_up: where the model is busy that is asked singly, keep those messages without
                their facts, and say so in `tally.notes`.
            on_part: called after each part that was learned from.

        Raises:
            NotFound: there is no such import.
            InvalidInput: it was begun with another extractor than the one of this Memory.
            LanguageModelBusy: later may help; nothing is lost.
            LanguageModelFailed: the provider refuses the batch, or does not know it any more.
        """
        return self._call(
            lambda engine: advance_import(
                import_id,
                give_up=give_up,
                on_part=on_part or (lambda: None),
                scope=self._project,
                tools=engine.ingest,
            )
        )

    def finish_import(
        self,
        import_id: str,
        *,
        every_seconds: float = EVERY_SECONDS,
        on_progress: Callable[[ImportState], None] | None = None,
    ) -> ImportState:
        """Advance an import until it is over: minutes, or up to a day and more.

        Interrupted, it can be called again. A busy model is waited for, as long as it wishes.

        Args:
            import_id: which.
            every_seconds: how long it rests between two looks.
            on_progress: told after each.

        Raises:
            NotFound: there is no such import.
            InvalidInput: it was begun with another extractor than the one of this Memory.
            LanguageModelFailed: the provider refuses the batch, or does not know it any more.
        """
        while True:
            state, pause = look_at_import(self, import_id, every_seconds)
            if on_progress is not None:
                on_progress(state)
            if state.is_over:
                return state
            time.sleep(pause)

    def import_state(self, import_id: str) -> ImportState:
        """How an import stands; nobody is asked.

        Raises:
            NotFound: there is no such import.
        """
        return state_of(import_id, scope=self._project, tools=self._engine.ingest)

    def import_results(self, import_id: str) -> tuple[tuple[Scope, AddResult], ...]:
        """Whose each part is that was learned from so far, and what `add` would have answered.

        Raises:
            NotFound: there is no such import.
        """
        return results_of(import_id, scope=self._project, tools=self._engine.ingest)

    def cancel_import(self, import_id: str) -> ImportState:
        """Call off what was not learned yet; its messages stay, and are found as they are.

        What the provider answered until then is paid for, and not learned from.

        Raises:
            NotFound: there is no such import.
            InvalidInput: it was begun with another extractor than the one of this Memory.
            LanguageModelBusy: later may help; nothing was called off.
            LanguageModelFailed: the provider does not know the batch, or refuses.
        """
        return self._call(
            lambda engine: cancel_import(import_id, scope=self._project, tools=engine.ingest)
        )

    def _told(self, told: Told, timestamp: datetime | None, zone: tzinfo | None) -> ToldTurns:
        """One conversation, checked."""
        whose, messages = told
        said_at = None if timestamp is None else aware(timestamp, zone)
        turns = read_turns(messages, said_at=said_at, zone=zone or UTC) if messages else ()
        check_texts(turns, "an import")
        if len(turns) > LONGEST_CONVERSATION:
            raise InvalidMessages(
                f"messages: at most {LONGEST_CONVERSATION} in one conversation, got {len(turns)}"
            )
        for start in range(0, len(turns), LIMITS.messages):
            check_turns(turns[start : start + LIMITS.messages])
        return self._own(whose), turns


def look_at_import(
    memory: Imports, import_id: str, every_seconds: float
) -> tuple[ImportState, float]:
    """Advance an import once, and say how it stands and how long to rest before the next time."""
    try:
        state = memory.advance_import(import_id)
    except LanguageModelBusy as error:
        return memory.import_state(import_id), max(every_seconds, error.retry_after or 0.0)
    return state, every_seconds if state.stages[ImportStage.ASKED] else 0.0


def _name_of(zone: tzinfo | None) -> str | None:
    """The zone as it can be written down.

    Raises:
        InvalidInput: it has no IANA name.
    """
    if zone is None or isinstance(zone, ZoneInfo):
        return None if zone is None else zone.key
    raise InvalidInput("timezone: an import needs one with an IANA name, such as 'Europe/Lisbon'")
