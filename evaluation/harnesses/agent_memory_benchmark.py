"""A provider for AMB (vectorize-io/agent-memory-benchmark, as of March 2026).

The harness hands over documents, mostly one session each as a JSON list of turns, and asks for
documents that go into the prompt.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from memory_bench.memory.base import MemoryProvider
from memory_bench.models import Document

from evaluation.harnesses.keeping import Keeping, instant_of

# Documents of data sets without users.
_NOBODY: Final = "everyone"
_ROLES: Final = ("user", "assistant")


class RemembrancerMemoryProvider(MemoryProvider):  # type: ignore[misc] # the harness has no types
    """This library in the harness's process; its files lie in the harness's own folder."""

    name = "remembrancer"
    description = "Facts with their source turns, found by meaning, words, entities and time."
    kind = "local"
    concurrency = 1

    def prepare(self, store_dir: Path, unit_ids: set[str] | None = None) -> None:
        """Take the folder."""
        del unit_ids
        self._kept = Keeping(Path(store_dir))

    def cleanup(self) -> None:
        """Close the files."""
        self._kept.close()

    def ingest(self, documents: Sequence[Any]) -> None:
        """Remember documents, each as one session."""
        for document in documents:
            messages = list(_messages(document))
            if messages:
                self._kept.add(
                    document.user_id or _NOBODY,
                    messages,
                    session=document.id,
                    said_at=instant_of(document.timestamp),
                )

    def retrieve(
        self,
        query: str,
        k: int = 10,
        user_id: str | None = None,
        query_timestamp: str | None = None,
    ) -> tuple[list[Any], dict[str, Any] | None]:
        """One document with what is known, in REMEMBRANCER_TOKENS tokens; none where nothing is."""
        del k
        text = self._kept.context(user_id or _NOBODY, query, asked_at=instant_of(query_timestamp))
        return [Document(id="context", content=text, user_id=user_id)] if text else [], None


def _messages(document: Any) -> Iterator[dict[str, object]]:
    """A document's turns; of any other text, all of it as one message."""
    turns = document.messages or _turns_in(document.content)
    for turn in turns or [{"role": "user", "content": document.content}]:
        message = _message(turn)
        if str(message["content"]).strip():
            yield message


def _turns_in(content: str) -> list[Mapping[str, object]]:
    try:
        turns = json.loads(content)
    except ValueError:
        return []
    is_talk = isinstance(turns, list) and all(isinstance(each, dict) for each in turns)
    return turns if is_talk else []


def _message(turn: Mapping[str, object]) -> dict[str, object]:
    speaker = turn.get("speaker")
    content = str(turn.get("content") or turn.get("text") or "")
    if turn.get("blip_caption"):
        content = f"{content} [shares a photo: {turn['blip_caption']}]".strip()
    role = turn.get("role")
    message: dict[str, object] = {"role": role if role in _ROLES else "user", "content": content}
    return message | {"name": str(speaker)} if speaker else message
