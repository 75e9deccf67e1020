"""A client for mem0's harness (mem0ai/memory-benchmarks), in the place of its `Mem0Client`.

The runners await `add` for each turn and `search` for each question, and read `memory` and
`created_at` of what they get. Their repository could not be read where this was written: the calls
are those that public forks of it make.
"""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from evaluation.harnesses.keeping import Keeping

_FOLDER: Final = "REMEMBRANCER_FOLDER"
# The runner for LoCoMo names its users so, and puts each speaker in front of the words.
_LOCOMO: Final = "locomo_"
_SPEAKER: Final = re.compile(r"(?P<name>[\w .'-]{1,40}): (?P<words>.+)", re.DOTALL)


class Mem0Client:
    """This library in the harness's process; its files lie in REMEMBRANCER_FOLDER."""

    def __init__(self, **_: object) -> None:
        """Take nothing of what the harness says of servers and keys."""
        folder = os.environ.get(_FOLDER)
        if not folder:
            raise ValueError(f"set {_FOLDER} to the folder that memories are kept in")
        self._kept = Keeping(Path(folder))

    async def add(
        self,
        messages: Sequence[Mapping[str, str]],
        user_id: str,
        observation_date: str | None = None,
        timestamp: int | None = None,
        **_: object,
    ) -> dict[str, list[dict[str, str]]]:
        """Remember turns that were said at a time, in seconds since 1970, or on a day."""
        said_at = _instant(observation_date, timestamp)
        told = [_message(each, user_id) for each in messages]
        learned = await asyncio.to_thread(self._kept.add, user_id, told, said_at=said_at)
        return {"results": [{"id": id_, "memory": text, "event": "ADD"} for id_, text in learned]}

    async def search(
        self, query: str, user_id: str, top_k: int = 200, **_: object
    ) -> list[dict[str, str | float]]:
        """The best memories and turns, each with its score and when it was said."""
        hits = await asyncio.to_thread(self._kept.hits, user_id, query, top_k)
        return [
            {
                "id": hit.id,
                "memory": f"{hit.attributed_to}: {hit.text}" if hit.is_message else hit.text,
                "score": hit.score,
                "created_at": hit.said_at.isoformat(),
            }
            for hit in hits
        ]

    async def delete_user(self, user_id: str) -> bool:
        """Forget a user."""
        await asyncio.to_thread(self._kept.forget, user_id)
        return True

    async def close(self) -> None:
        """Close the files."""
        await asyncio.to_thread(self._kept.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


def _instant(day: str | None, seconds: int | None) -> datetime | None:
    if seconds is not None:
        return datetime.fromtimestamp(seconds, UTC)
    return None if day is None else datetime.fromisoformat(day).replace(tzinfo=UTC)


def _message(given: Mapping[str, str], user_id: str) -> dict[str, object]:
    message: dict[str, object] = {"role": given.get("role", "user"), "content": given["content"]}
    spoken = _SPEAKER.fullmatch(given["content"]) if user_id.startswith(_LOCOMO) else None
    if spoken is not None:
        message |= {"name": spoken["name"], "content": spoken["words"]}
    return message
