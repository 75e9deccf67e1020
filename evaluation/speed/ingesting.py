"""How fast it remembers, beside the model that embeds what is remembered."""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evaluation.speed.corpus import Said, sessions, talk
from evaluation.speed.embedders import RecordingEmbedder
from evaluation.speed.rows import Figure, Row, Target
from evaluation.speed.sizes import Sizes
from memories import Embedder, Memory

_OF_EMBEDDER: Final = Target(0.7, at_least=True)


def against_embedder(sizes: Sizes, embedder: Embedder) -> Row:
    """Adding a talk a session at a time, against embedding the same batches of texts alone."""
    turns = list(talk(sizes.ingested, seed="ingested"))
    recording = RecordingEmbedder(embedder)
    embedder.embed_passages([turns[0].text])
    adding: list[float] = []
    alone: list[float] = []
    texts = 0
    with TemporaryDirectory() as folder, Memory(Path(folder) / "new.db", embedder=recording) as new:
        for part in _parts(turns, sizes.rounds):
            adding.append(_add(new, part))
            batches, recording.batches = recording.batches, []
            texts += sum(map(len, batches))
            alone.append(_embed(embedder, batches))
        memories = new.stats().memories
    return Row(
        key="ingest_throughput",
        what=f"adding {sizes.ingested:,} turns, throughput as a share of the embedder's own",
        unit="times",
        figure=Figure.of_rounds(
            sum(alone) / sum(adding),
            [model / whole for model, whole in zip(alone, adding, strict=True)],
        ),
        target=_OF_EMBEDDER,
        note=f"{memories:,} memories learned, {texts:,} texts embedded; real model",
        parts={
            "turns_per_s": len(turns) / sum(adding),
            "texts_per_s": texts / sum(adding),
            "embedder_texts_per_s": texts / sum(alone),
        },
    )


def _parts(turns: Sequence[Said], rounds: int) -> list[list[Sequence[Said]]]:
    """The talk's sessions, in so many parts."""
    every = list(sessions(turns))
    size = max(1, len(every) // rounds)
    return [every[first : first + size] for first in range(0, len(every), size)]


def _add(memory: Memory, part: Sequence[Sequence[Said]]) -> float:
    scope = memory.scope(user="u0")
    started = time.perf_counter()
    for session in part:
        memory.add([turn.as_message() for turn in session], scope=scope)
    return time.perf_counter() - started


def _embed(embedder: Embedder, batches: Sequence[Sequence[str]]) -> float:
    started = time.perf_counter()
    for batch in batches:
        embedder.embed_passages(batch)
    return time.perf_counter() - started
