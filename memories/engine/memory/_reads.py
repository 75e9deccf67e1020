"""Asking what is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from memories.engine.domain import (
    Context,
    HistoryEntry,
    Link,
    MemoryRecord,
    OwnedMessage,
    Page,
    Participant,
    Scope,
    SearchResult,
    Selection,
    Shelf,
    Source,
)
from memories.engine.errors import InvalidInput, NotFound
from memories.engine.memory._file import ProjectFile
from memories.engine.memory._options import (
    View,
    aware,
    check_parts,
    check_query,
    check_within,
    from_cursor,
    from_place,
    to_cursor,
    to_place,
)
from memories.engine.memory._originals import with_origins
from memories.engine.retrieval.packing import pack
from memories.engine.retrieval.request import SearchRequest

_MOST_HITS: Final = 1000
_MOST_NEIGHBOURS: Final = 10
_MOST_HOPS: Final = 2
_LARGEST_PAGE: Final = 1000
_MOST_SKIPPED: Final = 1_000_000_000
# Hits that are looked at for a context.
_CONTEXT_HITS: Final = 100
# The fused score from which a context counts a hit as relevant. A first guess: five questions on
# subjects that a conversation never touched scored up to .15. It does not tell a question about the
# right people that was never answered from one that was; to be set once that is measured.
RELEVANT: Final = 0.15
_LARGEST_CONTEXT: Final = 1_000_000


class Reads(ProjectFile):
    """What a Memory answers."""

    def search(
        self,
        query: str,
        *,
        scope: Scope | None = None,
        top_k: int = 10,
        filters: Mapping[str, object] | None = None,
        threshold: float = 0.0,
        explain: bool = False,
        as_of: datetime | None = None,
        recorded_as_of: datetime | None = None,
        reference_time: datetime | None = None,
        latest_only: bool = False,
        include_merged: bool = False,
        include_messages: bool = True,
        show_expired: bool = False,
        neighbours: int = 0,
        leave_out: Iterable[str] = (),
        rerank: bool = False,
        decay: bool = False,
        hops: int = 1,
    ) -> SearchResult:
        """What is known that answers a question, best first.

        Args:
            query: the question, or any words.
            scope: whose memories; may be left out where the filters name somebody.
            top_k: at most so many hits, from 1 to 1000.
            filters: conditions, as docs/filters.md says.
            threshold: leave out hits with a fused score below, from 0 to 1.
            explain: say for each hit what each signal gave, and why.
            as_of: only what had been said by then, in the words of then.
            recorded_as_of: only what had been stored by then.
            reference_time: the instant that "yesterday" is judged from; `as_of` or now
                if None.
            latest_only: leave out what was superseded.
            include_merged: also near repeats that were folded into another memory.
            include_messages: also raw turns; False gives memories alone.
            show_expired: also what has expired.
            neighbours: so many turns before and after its first source come with each hit,
                from 0 to 10.
            leave_out: parts of the score that are not used, to see what each of them gives:
                any of semantic, lexical, entity, temporal, session and intent.
            rerank: let the reranker that the Memory was opened with put the best 30 hits in order
                once more; where it fails, they stay as they were and `degraded` says so.
            decay: let hits fade that were said long ago and not again, to .7 of their score at
                least; `threshold` is judged before.
            hops: 2 searches once more for whom and what the best three hits name; what it finds
                takes the last quarter of the places.

        Raises:
            InvalidInput: an argument is off; its kinds and words say which.
        """
        engine = self._engine
        check_within("top_k", top_k, 1, _MOST_HITS)
        check_within("threshold", threshold, 0, 1)
        check_within("neighbours", neighbours, 0, _MOST_NEIGHBOURS)
        check_within("hops", hops, 1, _MOST_HOPS)
        if rerank and engine.search.reranker is None:
            raise InvalidInput("rerank: the memory was opened without a reranker")
        scope = self._own(scope, required=False)
        now = engine.search.clock.now()
        view = View(filters, as_of, recorded_as_of, latest_only, include_merged, show_expired)
        scope, selection = view.of(scope, now=now, zone=self._zone)
        # On the first search, outside of the signals' deadline.
        engine.search.embedder.load()
        request = SearchRequest(
            query=check_query(query),
            selection=selection,
            reference=aware(reference_time or as_of or now, self._zone),
            zone=self._zone,
            top_k=top_k,
            threshold=threshold,
            messages=include_messages,
            neighbours=neighbours,
            leave_out=check_parts(leave_out),
            explain=explain,
            rerank=rerank,
            decay=decay,
            hops=hops,
        )
        return self._call(lambda engine: engine.find(request, scope=scope), engine)

    def context(
        self,
        query: str,
        *,
        scope: Scope | None = None,
        max_tokens: int = 2000,
        filters: Mapping[str, object] | None = None,
        threshold: float = RELEVANT,
        as_of: datetime | None = None,
        recorded_as_of: datetime | None = None,
        reference_time: datetime | None = None,
        latest_only: bool = False,
        include_merged: bool = False,
        show_expired: bool = False,
        rerank: bool = False,
        decay: bool = False,
        hops: int = 1,
    ) -> Context:
        """What is known, as text ready for a prompt: in order of time, dated, with sources.

        It stands between marks that keep it from being learned again, as data that no text inside
        can break out of, and says so where nothing relevant is known or likely none of it answers.

        Args:
            query: the question that the prompt is about.
            scope: whose memories.
            max_tokens: the budget, estimated at 3.6 bytes a token; at least 64.
            filters: conditions, as docs/filters.md says.
            threshold: hits below this fused score count as irrelevant.
            as_of: only what had been said by then.
            recorded_as_of: only what had been stored by then.
            reference_time: the instant that "yesterday" is judged from; `as_of` or now
                if None.
            latest_only: leave out what was superseded.
            include_merged: also near repeats that were folded into another memory.
            show_expired: also what has expired.
            rerank: as for `search`; the hits that come first are the first to be packed.
            decay: likewise.
            hops: likewise.

        Raises:
            InvalidInput: an argument is off; its kinds and words say which.
        """
        check_within("max_tokens", max_tokens, 64, _LARGEST_CONTEXT)
        found = self.search(
            query,
            scope=scope,
            top_k=_CONTEXT_HITS,
            filters=filters,
            threshold=threshold,
            as_of=as_of,
            recorded_as_of=recorded_as_of,
            reference_time=reference_time,
            latest_only=latest_only,
            include_merged=include_merged,
            show_expired=show_expired,
            neighbours=1,
            rerank=rerank,
            decay=decay,
            hops=hops,
        )
        probability = None if found.confidence is None else found.confidence.probability
        packed = pack(found.hits, max_tokens=max_tokens, zone=self._zone, probability=probability)
        return replace(packed, degraded=found.degraded)

    def get(self, memory_id: str, *, as_of: datetime | None = None) -> MemoryRecord:
        """One memory; an expired, superseded or merged one too.

        Args:
            memory_id: the memory.
            as_of: in the words of then; as it is now if None.

        Raises:
            NotFound: there is no such memory in this project, or it had not been said by then.
        """
        memories = self._engine.ingest.records.memories
        moment = None if as_of is None else aware(as_of, self._zone)
        selection = Selection(now=self._engine.ingest.clock.now(), as_of=moment)
        found = memories.as_told([memory_id], scope=self._project, selection=selection)
        if memory_id not in found:
            raise NotFound(f"no memory {memory_id}")
        return found[memory_id]

    def has_older(self, instant: datetime) -> bool:
        """True if `delete_older` would delete something."""
        records, before = self._engine.ingest.records, aware(instant, self._zone)
        return bool(
            records.messages.recorded_before(before, scope=self._project, limit=1)
            or records.memories.not_said_since(before, scope=self._project, limit=1)
        )

    def message(self, message_id: str) -> OwnedMessage:
        """One stored message, verbatim; an expired one too.

        Raises:
            NotFound: there is no such message in this project.
        """
        found = self._engine.ingest.records.messages.owned([message_id], scope=self._project)
        if message_id not in found:
            raise NotFound(f"no message {message_id}")
        return found[message_id]

    def list(
        self,
        *,
        scope: Scope | None = None,
        filters: Mapping[str, object] | None = None,
        limit: int = 100,
        cursor: str | None = None,
        as_of: datetime | None = None,
        recorded_as_of: datetime | None = None,
        latest_only: bool = False,
        include_merged: bool = False,
        show_expired: bool = False,
    ) -> Page:
        """Memories in the order they were stored, a page at a time.

        Args:
            scope: whose; may be left out where the filters name somebody.
            filters: conditions, as docs/filters.md says.
            limit: memories a page, from 1 to 1000.
            cursor: the one of the page before; None begins.
            as_of: only what had been said by then.
            recorded_as_of: only what had been stored by then.
            latest_only: leave out what was superseded.
            include_merged: also near repeats that were folded into another memory.
            show_expired: also what has expired.

        Raises:
            InvalidInput: an argument is off; its kinds and words say which.
        """
        check_within("limit", limit, 1, _LARGEST_PAGE)
        engine = self._engine
        scope = self._own(scope, required=False)
        view = View(filters, as_of, recorded_as_of, latest_only, include_merged, show_expired)
        scope, selection = view.of(scope, now=engine.ingest.clock.now(), zone=self._zone)
        memories = engine.ingest.records.memories.page(
            scope=scope,
            selection=selection,
            after=from_cursor(cursor),
            limit=limit,
        )
        more = len(memories) == limit
        return Page(tuple(memories.values()), to_cursor(max(memories)) if more else None)

    def browse(
        self,
        *,
        scope: Scope | None = None,
        filters: Mapping[str, object] | None = None,
        cursor: str | None = None,
        skip: int = 0,
        limit: int = 100,
        newest_first: bool = True,
        as_of: datetime | None = None,
        recorded_as_of: datetime | None = None,
        latest_only: bool = False,
        include_merged: bool = False,
        show_expired: bool = False,
    ) -> Shelf:
        """Memories in the order they were said, from any place on, with how many there are in all.

        Those said at the same moment follow one another as they were stored. Memories and total are
        of one moment; what comes in between two calls moves no others where the next one is given
        the cursor of the last.

        Args:
            scope: whose; may be left out where the filters name somebody.
            filters: conditions, as docs/filters.md says.
            cursor: the one of the shelf before, in the same order; None begins.
            skip: how many to leave out before the first, at most a thousand million.
            limit: at most so many, from 1 to 1000.
            newest_first: begin with what was said last; otherwise with what was said first.
            as_of: only what had been said by then.
            recorded_as_of: only what had been stored by then.
            latest_only: leave out what was superseded.
            include_merged: also near repeats that were folded into another memory.
            show_expired: also what has expired.

        Raises:
            InvalidInput: an argument is off; its kinds and words say which.
        """
        check_within("skip", skip, 0, _MOST_SKIPPED)
        check_within("limit", limit, 1, _LARGEST_PAGE)
        engine = self._engine
        scope = self._own(scope, required=False)
        view = View(filters, as_of, recorded_as_of, latest_only, include_merged, show_expired)
        scope, selection = view.of(scope, now=engine.ingest.clock.now(), zone=self._zone)
        shelf = engine.ingest.records.memories.browse(
            scope=scope,
            selection=selection,
            after=to_place(cursor),
            skip=skip,
            limit=limit,
            newest_first=newest_first,
        )
        more = shelf.last is not None and len(shelf) == limit
        return replace(shelf, cursor=from_place(shelf.last) if more else None)

    def history(self, memory_id: str) -> Sequence[HistoryEntry]:
        """What happened to a memory, oldest first; also after it was deleted, without its words.

        Raises:
            NotFound: there never was such a memory in this project.
        """
        entries = self._engine.ingest.records.memories.history(memory_id, scope=self._project)
        if not entries:
            raise NotFound(f"no memory {memory_id}")
        return entries

    def sources(self, memory_id: str) -> Sequence[Source]:
        """The messages that a memory rests on, each with the exact words quoted.

        Where these come from a file that the message was made of, `origins` says from where in it.

        Raises:
            NotFound: there is no such memory.
        """
        self.get(memory_id)
        records = self._engine.ingest.records
        found = records.messages.sources([memory_id], scope=self._project).get(memory_id, [])
        return with_origins(found, records=records, scope=self._project)

    def links(self, memory_id: str) -> Sequence[Link]:
        """How a memory relates to others, with score and reason.

        Raises:
            NotFound: there is no such memory.
        """
        self.get(memory_id)
        return self._engine.ingest.records.memories.links(memory_id, scope=self._project)

    def participants(self) -> Sequence[Participant]:
        """Everyone in the project whom messages or memories belong to, by kind and name.

        Users come first, then agents, apps and runs. What belongs to several of them counts for
        each; runs of one name are one run, whoever they belong to.
        """
        return self._engine.ingest.records.participants(scope=self._project)
