"""Telling what to know, and what to forget."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from memories.engine.domain import (
    AddResult,
    DeletionReceipt,
    Guidance,
    JsonObject,
    MemoryRecord,
    Preview,
    Scope,
    TokenUsage,
)
from memories.engine.ingestion.deletion import delete_memories, delete_older, delete_scope
from memories.engine.ingestion.identity import IngestRequest
from memories.engine.ingestion.limits import (
    check_categories,
    check_guidance,
    check_job_id,
    check_metadata,
    check_turns,
)
from memories.engine.ingestion.parts import check_files
from memories.engine.ingestion.pipeline import ingest, predict, preview
from memories.engine.ingestion.reading import read_turns
from memories.engine.ingestion.revision import (
    UNCHANGED,
    MaybeInstant,
    supersede_memory,
    update_memory,
)
from memories.engine.ingestion.tools import IngestTools
from memories.engine.memory._file import ProjectFile
from memories.engine.memory._options import View, aware, edit_of
from memories.engine.text.zones import zone_of


class Writes(ProjectFile):
    """What a Memory is told."""

    def add(
        self,
        messages: str | Mapping[str, object] | Sequence[object],
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        timestamp: datetime | None = None,
        metadata: JsonObject | None = None,
        categories: Iterable[str] = (),
        expires_at: datetime | None = None,
        immutable: bool = False,
        infer: bool = True,
        guidance: Guidance | None = None,
        give_up: bool = True,
        job_id: str | None = None,
        seed: str | None = None,
    ) -> AddResult:
        """Keep what was said and learn from it. The same messages again add nothing.

        Nor does the same job again, and it asks neither extractor nor model: it answers what it
        answered the first time, whatever the messages are now, also after a crash. Of several
        threads or processes that do the same job at once one stores something and all answer
        alike, though each may have asked. What is kept for this holds no words: where a memory was
        deleted meanwhile, or a fact was not learned as it had been deleted before, the outcome's
        text is then empty. A job that failed is begun again, from what the extractor said where
        this Memory was given a place to save that (its `answers`).

        Args:
            messages: `{role, content, name?, id?, timestamp?, metadata?}`, a list of them, or a
                text that the user said. `content` is a text, or a list of parts: docs/parts.md.
            scope: whose memories they become.
            timezone: the speakers' IANA time zone, if not the one of this Memory.
            timestamp: when messages without a time of their own were said.
            metadata: kept with the messages and memories; filters can ask for it.
            categories: kept with the memories.
            expires_at: from then on neither is shown.
            immutable: the memories can be deleted but not changed.
            infer: learn facts; False keeps each message verbatim as one memory. Images, PDFs and
                recordings are put into words all the same.
            guidance: what is to be learned, added to that of this Memory; categories in it replace
                those.
            give_up: where a language model is busy, keep the messages without their facts, or
                without the words of a file, and say so; False stores nothing, for an add that is
                tried again later.
            job_id: the caller's name for this add, one of its own in its scope; at most 256
                characters.
            seed: what the ids of messages and memories follow from, where they were told before
                (see `pending` of this Memory): text of at least 128 random bits, not used twice.
                Drawn by chance if None.

        Raises:
            InvalidMessages: naming the message and what is off; nothing is stored.
            InvalidScope: the scope names nobody.
            InvalidInput: something else is off; its words say what, and nothing is stored.
            LanguageModelBusy: a model is, and this is not to be given up.
        """
        request = self._request(
            messages,
            timezone=timezone,
            timestamp=timestamp,
            metadata=metadata,
            categories=categories,
            expires_at=expires_at,
            guidance=guidance,
        )
        if job_id is not None:
            check_job_id(job_id)
        request = replace(
            request,
            immutable=immutable,
            infer=infer,
            give_up=give_up,
            job_id=job_id,
            seed=seed or request.seed,
        )
        scope = self._own(scope)
        return self._call(lambda engine: ingest(request, scope=scope, tools=engine.ingest))

    def preview(
        self,
        messages: str | Mapping[str, object] | Sequence[object],
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        timestamp: datetime | None = None,
        guidance: Guidance | None = None,
    ) -> Preview:
        """What `add` would learn from the messages, and why; nothing is stored.

        The extractor is asked as in an add, and what that takes is told. Messages that are known
        already are not learned from again.

        Args:
            messages: as of `add`.
            scope: whose memories they would become.
            timezone: as of `add`.
            timestamp: likewise.
            guidance: likewise.

        Raises:
            InvalidInput: as from `add`.
        """
        request = self._request(messages, timezone=timezone, timestamp=timestamp, guidance=guidance)
        scope = self._own(scope)
        return self._call(lambda engine: preview(request, scope=scope, tools=engine.ingest))

    def predict(
        self,
        messages: str | Mapping[str, object] | Sequence[object],
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        timestamp: datetime | None = None,
        guidance: Guidance | None = None,
    ) -> TokenUsage:
        """About what `add` would take of the extractor's language model, which is not asked.

        Prompts are counted as they would be sent, at 3.6 bytes a token and as if the provider kept
        nothing; answers at 80 tokens a message. Without a model it takes nothing. What it takes to
        read images, PDFs and recordings is not among it.

        Args:
            messages: as of `add`.
            scope: whose memories they would become.
            timezone: as of `add`.
            timestamp: likewise.
            guidance: likewise.

        Raises:
            InvalidInput: as from `add`.
        """
        request = self._request(messages, timezone=timezone, timestamp=timestamp, guidance=guidance)
        scope = self._own(scope)
        return self._call(lambda engine: predict(request, scope=scope, tools=engine.ingest))

    def _request(
        self,
        messages: str | Mapping[str, object] | Sequence[object],
        *,
        timezone: str | tzinfo | None,
        timestamp: datetime | None,
        guidance: Guidance | None,
        metadata: JsonObject | None = None,
        categories: Iterable[str] = (),
        expires_at: datetime | None = None,
    ) -> IngestRequest:
        """What is handed in, checked."""
        zone = zone_of(timezone) or self._zone
        said_at = None if timestamp is None else aware(timestamp, zone)
        turns = read_turns(messages, said_at=said_at, zone=zone or UTC)
        check_turns(turns)
        check_files(turns)
        check_metadata(metadata or {}, "metadata")
        check_categories(labels := tuple(categories))
        check_guidance(guidance := guidance or Guidance())
        return IngestRequest(
            turns=turns,
            zone=zone,
            metadata=metadata or {},
            categories=labels,
            expires_at=None if expires_at is None else aware(expires_at, zone),
            guidance=guidance,
        )

    def update(
        self,
        memory_id: str,
        *,
        text: str | None = None,
        metadata: JsonObject | None = None,
        categories: Iterable[str] | None = None,
        expires_at: MaybeInstant = UNCHANGED,
        timestamp: datetime | None = None,
        if_version: int | None = None,
    ) -> MemoryRecord:
        """Store a memory's new version under its id; the old wording stays in its history.

        Args:
            memory_id: which.
            text: its new wording.
            metadata: replaces the whole of it.
            categories: replace them all.
            expires_at: None lifts the expiry; left out, it stays.
            timestamp: when the new wording was said; now if None.
            if_version: change it only if this is still its version.

        Raises:
            NotFound: there is no such memory.
            Immutable: it was stored as immutable.
            ChangedMeanwhile: it is no longer the version that was named.
            InvalidInput: nothing is to change, or another memory already says just that.
        """
        edit = edit_of(
            text=text,
            metadata=metadata,
            categories=categories,
            expires_at=expires_at,
            said_at=timestamp,
            zone=self._zone,
            if_version=if_version,
        )
        return self._call(
            lambda engine: update_memory(memory_id, edit, scope=self._project, tools=engine.ingest)
        )

    def supersede(self, memory_id: str, *, by: str) -> MemoryRecord:
        """Let a newer memory replace an older one; both stay readable.

        Returns:
            The older one, as it now is.

        Raises:
            NotFound: one of them is not there.
            InvalidInput: the newer one is itself superseded by the older.
        """
        return supersede_memory(memory_id, by=by, scope=self._project, tools=self._engine.ingest)

    def delete(self, memory_id: str, *, keep_source: bool = False) -> DeletionReceipt:
        """Delete a memory for good, with its words in the messages that it came from.

        Words that another memory quotes too stay. The fact is not learned from the same messages
        again; its history keeps what happened, without any words.

        Args:
            memory_id: which.
            keep_source: leave the messages as they are.

        Raises:
            NotFound: there is no such memory.
        """
        return self._call(
            lambda engine: delete_memories(
                [memory_id], keep_source=keep_source, scope=self._project, tools=engine.ingest
            )
        )

    def delete_all(
        self, *, scope: Scope, filters: Mapping[str, object] | None = None
    ) -> DeletionReceipt:
        """Delete everything of a scope, messages too; or, with filters, the memories that fit.

        Raises:
            InvalidScope: the scope names nobody.
            InvalidFilter: a filter can't be read; nothing is deleted.
        """
        scope = self._own(scope)
        return self._call(lambda engine: self._delete_all(engine.ingest, scope, filters))

    def delete_everything(self) -> DeletionReceipt:
        """Delete every message, memory and entity of the project, whoever they belong to.

        As `delete_all` does for a scope: histories keep what happened without any words, the same
        messages may be added afresh, and only facts that were deleted one by one before stay
        forgotten. What the file knows of its model, and what its jobs answered, without words,
        stays too.
        """
        return self._call(lambda engine: delete_scope(scope=self._project, tools=engine.ingest))

    def delete_older(self, instant: datetime) -> DeletionReceipt:
        """Delete what the project was told before, and what was learned from it.

        A memory that was changed or said again since stays, without the older messages. Histories
        keep what happened without any words.
        """
        before = aware(instant, self._zone)
        total = DeletionReceipt(memories=0)
        while True:
            done = self._call(
                lambda engine: delete_older(before, scope=self._project, tools=engine.ingest)
            )
            if not done.memories and not done.messages:
                return total
            total = DeletionReceipt(
                memories=total.memories + done.memories,
                messages=total.messages + done.messages,
                entities=total.entities + done.entities,
            )

    def _delete_all(
        self, tools: IngestTools, scope: Scope, filters: Mapping[str, object] | None
    ) -> DeletionReceipt:
        if filters is None:
            return delete_scope(scope=scope, tools=tools)
        view = View(filters, include_merged=True, show_expired=True)
        reach, selection = view.of(scope, now=tools.clock.now())
        fitting = tools.records.memories.page(scope=reach, selection=selection, after=0, limit=-1)
        return delete_memories(
            [memory.id for memory in fitting.values()], keep_source=False, scope=scope, tools=tools
        )
