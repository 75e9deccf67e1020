"""A whole run: every way of finding on every conversation, going on from where it stopped."""

import hashlib
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Final

from evaluation.baselines import plain_rankers
from evaluation.datasets import Case, Dataset
from evaluation.embedding_cache import CachedEmbedder
from evaluation.files import Json
from evaluation.progress import Progress
from evaluation.retrieval.checkpoints import Checkpoints, fingerprint_of_sources
from evaluation.retrieval.indexes import INDEXES, Opens, in_a_file
from evaluation.retrieval.measured import Measured
from evaluation.retrieval.measuring import ask, measure_ranker, remember
from memories import Extracted, ExtractionRequest, Reranker, Wants

# The key of what is measured, as opposed to what it is measured against.
OWN: Final = "remembrancer"
RERANKED: Final = "reranked"
# What `search` can leave out.
PARTS: Final = ("semantic", "lexical", "entity", "temporal", "session", "intent")
# How many turns a baseline of ours is asked for: enough to fill the largest budget of tokens.
_RANKED: Final = 1000
# As `search` is asked for, and what the package's own measurements ask for.
_MEM0_RANKED: Final = 50
# Packages whose version changes vectors, stems or what SQLite finds.
_PACKAGES: Final = ("apsw", "numpy", "onnxruntime", "PyStemmer", "tokenizers")

# Measures one conversation; told what it does and how far it is.
Contender = Callable[[Case, str], dict[str, Measured]]


class SilentExtractor:
    """Learns nothing, so that a Memory holds messages alone."""

    name = "silent"
    wants = Wants()

    def extract(self, request: ExtractionRequest) -> Extracted:
        """Nothing."""
        del request
        return Extracted((), self.name)


@dataclass(frozen=True, slots=True)
class Results:
    """What a run measured.

    Attributes:
        measured: for each way of finding, its measurements in the order of the data set's cases.
        parts: how many pieces the run has.
        resumed: how many of them an earlier run had measured.
    """

    measured: Mapping[str, Sequence[Measured]]
    parts: int
    resumed: int


@dataclass(frozen=True, slots=True)
class Contenders:
    """The ways of finding that a run compares; a part of a run is one of them on one case.

    Attributes:
        opens: where this library keeps what it is told.
        reranker: of `reranked`.
    """

    embedder: CachedEmbedder
    opens: Opens = in_a_file
    reranker: Reranker | None = None

    def engine(self, case: Case, place: str) -> dict[str, Measured]:
        """This library: messages and memories, and its memories alone."""
        with self.opens(self.embedder) as memory:
            ingested = remember(memory, case, self.embedder, _progress("remembering", case, place))
            asking = _progress("asking", case, place)
            both = ask(memory, case, self.embedder, told=asking)
            memories = ask(memory, case, self.embedder, include_messages=False, budgets=())
        return {OWN: Measured(ingested, both), "memories_only": Measured(ingested, memories)}

    def without(self, case: Case, place: str) -> dict[str, Measured]:
        """This library with one part of its score left out, for each part."""
        with self.opens(self.embedder) as memory:
            ingested = remember(memory, case, self.embedder)
            return {
                f"without_{part}": Measured(
                    ingested,
                    ask(
                        memory,
                        case,
                        self.embedder,
                        leave_out=(part,),
                        budgets=(),
                        told=_progress(f"asking without {part}", case, place),
                    ),
                )
                for part in PARTS
            }

    def reranked(self, case: Case, place: str) -> dict[str, Measured]:
        """This library, what it finds put in order once more."""
        with self.opens(self.embedder, reranker=self.reranker) as memory:
            ingested = remember(memory, case, self.embedder)
            asking = _progress("asking and reranking", case, place)
            answers = ask(memory, case, self.embedder, rerank=True, told=asking)
        return {RERANKED: Measured(ingested, answers)}

    def messages_only(self, case: Case, place: str) -> dict[str, Measured]:
        """This library with an extractor that learns nothing."""
        with self.opens(self.embedder, SilentExtractor()) as memory:
            ingested = remember(memory, case, self.embedder)
            asking = _progress("asking messages alone", case, place)
            answers = ask(memory, case, self.embedder, told=asking)
        return {"messages_only": Measured(ingested, answers)}

    def plain(self, case: Case, place: str) -> dict[str, Measured]:
        """BM25, dense and their fusion."""
        del place
        return {
            name: measure_ranker(ranker, case, self.embedder, limit=_RANKED)
            for name, ranker in plain_rankers(self.embedder).items()
        }

    def mem0(self, case: Case, place: str) -> dict[str, Measured]:
        """The package mem0ai."""
        from evaluation.mem0.ranker import Mem0Ranker  # noqa: PLC0415 - only where asked for

        asking = _progress("asking mem0", case, place)
        with Mem0Ranker(self.embedder) as ranker:
            limit = _MEM0_RANKED
            return {"mem0": measure_ranker(ranker, case, self.embedder, limit=limit, told=asking)}


def _progress(what: str, case: Case, place: str) -> Callable[[int], None]:
    total = case.turns if what == "remembering" else len(case.questions)
    return Progress(f"{case.conversation.id} ({place}) {what}", total).show


def key_of(dataset: Dataset, embedder: CachedEmbedder, *, index: str = "file") -> dict[str, Json]:
    """What decides a run's results, apart from which conversations and questions are asked."""
    return {
        "dataset": dataset.name,
        "sha256": dataset.sha256,
        "model": embedder.model,
        "index": index,
        "sources": fingerprint_of_sources(),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
    }


def measure(
    dataset: Dataset,
    embedder: CachedEmbedder,
    checkpoints: Checkpoints,
    *,
    with_mem0: bool = False,
    ablate: bool = False,
    reranker: Reranker | None = None,
    index: str = "file",
) -> Results:
    """Measure every conversation of a data set; what the checkpoints hold is not measured again.

    Raises:
        RemembrancerError: the engine can't run.
    """
    ways = Contenders(embedder, INDEXES[index], reranker)
    parts: dict[str, Contender] = {
        "engine": ways.engine,
        "messages_only": ways.messages_only,
        "plain": ways.plain,
    }
    if ablate:
        parts["without"] = ways.without
    if reranker is not None:
        parts[f"{RERANKED} {reranker.name}"] = ways.reranked
    if with_mem0:
        parts[f"mem0 {fingerprint_of_sources(['evaluation/mem0'])}"] = ways.mem0
    measured: dict[str, list[Measured]] = {}
    resumed = 0
    for number, case in enumerate(dataset.cases, start=1):
        for part, contender in parts.items():
            name = _part_name(part, case)
            found = checkpoints.find(name)
            resumed += found is not None
            if found is None:
                found = contender(case, f"{number}/{len(dataset.cases)}")
                checkpoints.keep(name, found)
            for way, each in found.items():
                measured.setdefault(way, []).append(each)
    return Results(measured, len(dataset.cases) * len(parts), resumed)


def _part_name(part: str, case: Case) -> str:
    asked = "\0".join(question.id for question in case.questions)
    questions = hashlib.sha256(asked.encode()).hexdigest()
    return f"{part}\0{case.conversation.id}\0{questions}"
