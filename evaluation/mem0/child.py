"""Runs in mem0's own environment: takes commands as JSON lines, answers each with one line.

The first line in is the set-up; the first line out says that it is fair, or why it is not. It
must import nothing of this project: it is run as a file.
"""

# ruff: noqa: PLC0415 - the package is imported once its surroundings are as they should be

import functools
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from mem0 import Memory


class Unfair(Exception):
    """A signal of the package is off, so that what it finds must not be measured."""


class Warnings(logging.Handler):
    """Collects what the package only warns of: it goes on without a signal that failed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the words."""
        self.messages.append(record.getMessage())

    def check(self) -> None:
        """Raise Unfair if there was any since the last time."""
        messages, self.messages = self.messages, []
        if messages:
            raise Unfair("; ".join(messages))


def use_local_stop_words(folder: str) -> None:
    """Let fastembed read the stop words of its BM25 from a folder, not from a model hub."""
    import fastembed

    original = fastembed.SparseTextEmbedding
    with_folder = functools.partialmethod(original.__init__, specific_model_path=folder)
    # A class still, as the vector store's client asks it for the models that there are.
    fastembed.SparseTextEmbedding = type(original.__name__, (original,), {"__init__": with_folder})


def open_memory(setup: dict[str, object], folder: str) -> "Memory":
    """mem0 on local files, with our embedder behind its own client for OpenAI's protocol."""
    from mem0 import Memory

    memory = Memory.from_config(
        {
            "embedder": {
                "provider": "openai",
                "config": {
                    "model": "passages",
                    "api_key": "unused",
                    "openai_base_url": setup["endpoint"],
                    "embedding_dims": setup["dimensions"],
                },
            },
            "vector_store": {
                "provider": "qdrant",
                "config": {
                    "path": str(Path(folder) / "qdrant"),
                    "embedding_model_dims": setup["dimensions"],
                },
            },
            # Never asked: everything is added with infer=False.
            "llm": {"provider": "openai", "config": {"api_key": "unused"}},
            "history_db_path": str(Path(folder) / "history.db"),
        }
    )
    tell_queries_apart(memory)
    return memory


def tell_queries_apart(memory: "Memory") -> None:
    """Name the endpoint's model by what is embedded: some models want questions marked as such."""
    embedding = memory.embedding_model

    def named(embed: Callable[..., object]) -> Callable[..., object]:
        def embed_as(text: object, memory_action: str = "add") -> object:
            embedding.config.model = "queries" if memory_action == "search" else "passages"
            return embed(text, memory_action)

        return embed_as

    embedding.embed = named(embedding.embed)
    embedding.embed_batch = named(embedding.embed_batch)


def check_signals(memory: "Memory", warnings: Warnings) -> None:
    """Raise Unfair unless keywords take part in a score, and words are read as they should be.

    What the package finds in a question or a text, lemmas and entities, is checked at its source:
    `add` with infer=False links no entities to what it stores, so that no score shows them.
    """
    import spacy
    from mem0.utils.entity_extraction import extract_entities
    from mem0.utils.lemmatization import lemmatize_for_bm25

    if not spacy.util.is_package("en_core_web_sm"):
        raise Unfair("spaCy's model en_core_web_sm is not installed under that name")
    if "attend" not in lemmatize_for_bm25("She attended two meetings").split():
        raise Unfair("words are not reduced to their lemmas")
    told = (
        "Caroline: I adopted a guinea pig called Oscar in Boston.",
        "Ben: The marathon was cancelled because of the storm.",
        "Ana: My grandmother bakes plum cake every Sunday.",
    )
    if not any("Boston" in name for _, name in extract_entities(told[0])):
        raise Unfair("entities are not found in texts")
    for number, text in enumerate(told):
        memory.add(text, user_id="check", metadata={"client_id": str(number)}, infer=False)
    asked = {"filters": {"user_id": "check"}, "top_k": 50, "threshold": 0.0, "explain": True}
    found = memory.search("Who adopted a guinea pig in Boston?", **asked)["results"]
    warnings.check()
    if not found or found[0]["metadata"]["client_id"] != "0":
        raise Unfair("the check does not find the turn that answers it first")
    details = found[0].get("score_details") or {}
    if not details.get("bm25_score", 0) > 0:
        raise Unfair(f"keywords take no part in a score: {details}")


class Child:
    """One opened mem0 that does what the lines say."""

    def __init__(self, memory: "Memory", warnings: Warnings) -> None:
        self._memory = memory
        self._warnings = warnings

    def answer(self, command: dict[str, object]) -> dict[str, object]:
        """Do one command and say what it took.

        Raises:
            Unfair: the package warned of something and went on without it.
        """
        does = {"add": self._add, "search": self._search}[str(command["do"])]
        started = time.perf_counter()
        answer = does(command)
        answer["seconds"] = time.perf_counter() - started
        self._warnings.check()
        return answer

    def _add(self, command: dict[str, object]) -> dict[str, object]:
        self._memory.add(
            command["text"],
            user_id=command["user"],
            metadata={"client_id": command["id"]},
            infer=False,
        )
        return {}

    def _search(self, command: dict[str, object]) -> dict[str, object]:
        found = self._memory.search(
            command["question"],
            filters={"user_id": command["user"]},
            top_k=command["top_k"],
            threshold=0.0,
        )
        return {"ids": [each["metadata"]["client_id"] for each in found["results"]]}


def send(stream: TextIO, answer: dict[str, object]) -> None:
    """Write one line."""
    stream.write(json.dumps(answer) + "\n")
    stream.flush()


def start(setup: dict[str, object], folder: str) -> Child:
    """Set the package up and see that it is fair."""
    os.environ["MEM0_DIR"] = folder
    warnings = Warnings()
    logging.getLogger("mem0").addHandler(warnings)
    use_local_stop_words(str(setup["stop_words"]))
    # Apart from what is measured: the check's turns must not be found or counted later.
    checked = Path(folder) / "check"
    checked.mkdir()
    check_signals(open_memory(setup, str(checked)), warnings)
    return Child(open_memory(setup, folder), warnings)


def main() -> None:
    """Answer until the parent closes its end."""
    # What the package prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with tempfile.TemporaryDirectory(prefix="mem0-") as folder:
        try:
            child = start(json.loads(sys.stdin.readline()), folder)
        except Exception as error:  # the parent has to be told, whatever it is
            send(answers, {"error": f"{type(error).__name__}: {error}"})
            raise
        send(answers, {"ready": True})
        for line in sys.stdin:
            try:
                answer = child.answer(json.loads(line))
            except Exception as error:  # noqa: BLE001 - as above
                answer = {"error": f"{type(error).__name__}: {error}"}
            send(answers, answer)


if __name__ == "__main__":
    main()
