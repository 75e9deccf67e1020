"""Asking what is known, awaited."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from memories.engine.domain import (
    Context,
    HistoryEntry,
    Link,
    MemoryRecord,
    Original,
    OwnedMessage,
    Page,
    Participant,
    Scope,
    SearchResult,
    Shelf,
    Source,
)
from memories.engine.memory._async_file import AsyncProjectFile
from memories.engine.memory._reads import RELEVANT


class AsyncReads(AsyncProjectFile):
    """What an AsyncMemory answers."""

    async def search(
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
        """As `Memory.search`."""
        return await self._run(
            partial(
                self._memory.search,
                query,
                scope=scope,
                top_k=top_k,
                filters=filters,
                threshold=threshold,
                explain=explain,
                as_of=as_of,
                recorded_as_of=recorded_as_of,
                reference_time=reference_time,
                latest_only=latest_only,
                include_merged=include_merged,
                include_messages=include_messages,
                show_expired=show_expired,
                neighbours=neighbours,
                leave_out=leave_out,
                rerank=rerank,
                decay=decay,
                hops=hops,
            )
        )

    async def context(
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
        """As `Memory.context`."""
        return await self._run(
            partial(
                self._memory.context,
                query,
                scope=scope,
                max_tokens=max_tokens,
                filters=filters,
                threshold=threshold,
                as_of=as_of,
                recorded_as_of=recorded_as_of,
                reference_time=reference_time,
                latest_only=latest_only,
                include_merged=include_merged,
                show_expired=show_expired,
                rerank=rerank,
                decay=decay,
                hops=hops,
            )
        )

    async def get(self, memory_id: str, *, as_of: datetime | None = None) -> MemoryRecord:
        """As `Memory.get`."""
        return await self._run(partial(self._memory.get, memory_id, as_of=as_of))

    async def message(self, message_id: str) -> OwnedMessage:
        """As `Memory.message`."""
        return await self._run(partial(self._memory.message, message_id))

    async def has_older(self, instant: datetime) -> bool:
        """As `Memory.has_older`."""
        return await self._run(partial(self._memory.has_older, instant))

    async def list(
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
        """As `Memory.list`."""
        return await self._run(
            partial(
                self._memory.list,
                scope=scope,
                filters=filters,
                limit=limit,
                cursor=cursor,
                as_of=as_of,
                recorded_as_of=recorded_as_of,
                latest_only=latest_only,
                include_merged=include_merged,
                show_expired=show_expired,
            )
        )

    async def browse(
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
        """As `Memory.browse`."""
        return await self._run(
            partial(
                self._memory.browse,
                scope=scope,
                filters=filters,
                cursor=cursor,
                skip=skip,
                limit=limit,
                newest_first=newest_first,
                as_of=as_of,
                recorded_as_of=recorded_as_of,
                latest_only=latest_only,
                include_merged=include_merged,
                show_expired=show_expired,
            )
        )

    async def history(self, memory_id: str) -> Sequence[HistoryEntry]:
        """As `Memory.history`."""
        return await self._run(partial(self._memory.history, memory_id))

    async def sources(self, memory_id: str) -> Sequence[Source]:
        """As `Memory.sources`."""
        return await self._run(partial(self._memory.sources, memory_id))

    async def originals(self, message_id: str) -> Sequence[Original]:
        """As `Memory.originals`."""
        return await self._run(partial(self._memory.originals, message_id))

    async def original(self, message_id: str, part: int) -> Original:
        """As `Memory.original`."""
        return await self._run(partial(self._memory.original, message_id, part))

    async def links(self, memory_id: str) -> Sequence[Link]:
        """As `Memory.links`."""
        return await self._run(partial(self._memory.links, memory_id))

    async def participants(self) -> Sequence[Participant]:
        """As `Memory.participants`."""
        return await self._run(self._memory.participants)
