"""A client for OmniMemEval (MemTensor/OmniMemEval, as of July 2026).

The harness makes one without arguments, adds a session's messages for a user, and asks for text.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from evaluation.harnesses.keeping import Keeping, instant_of, without_speaker

_FOLDER: Final = "REMEMBRANCER_FOLDER"


class RemembrancerClient:
    """This library in the harness's process; its files lie in REMEMBRANCER_FOLDER."""

    def __init__(self) -> None:
        folder = os.environ.get(_FOLDER)
        if not folder:
            raise ValueError(f"set {_FOLDER} to the folder that memories are kept in")
        self._kept = Keeping(Path(folder))

    def add(
        self,
        messages: Sequence[Mapping[str, object]],
        user_id: str,
        session_key: str | None = None,
        **_: object,
    ) -> None:
        """Remember `{role, content, name?, chat_time?}`."""
        told = [_message(each) for each in messages if str(each.get("content", "")).strip()]
        if told:
            self._kept.add(user_id, told, session=session_key)

    def search(self, query: str, user_id: str, top_k: int, **_: object) -> str:
        """What is known, in REMEMBRANCER_TOKENS tokens; `top_k` says nothing about tokens."""
        del top_k
        return self._kept.context(user_id, query)

    def delete_user(self, user_id: str) -> None:
        """Forget a user."""
        self._kept.forget(user_id)


def _message(given: Mapping[str, object]) -> dict[str, object]:
    content, name = str(given["content"]), given.get("name")
    message: dict[str, object] = {"role": given.get("role", "user"), "content": content}
    if isinstance(name, str) and name:
        message |= {"name": name, "content": without_speaker(content, name)}
    said_at = instant_of(given.get("chat_time"))
    if said_at is not None:
        message["timestamp"] = said_at
    return message
