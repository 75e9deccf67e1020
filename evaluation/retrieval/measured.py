"""What was measured of one way of finding on one conversation, as it is kept between runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from evaluation.files import Json


@dataclass(frozen=True, slots=True)
class Ingested:
    """What remembering a conversation took.

    Attributes:
        seconds: from the first turn to the last, embedding and its cache included.
        embedding_seconds: that the model took for `texts_embedded` passages.
        cache_seconds: that reading and writing the cache of embeddings took.
        texts_from_cache: passages that were not embedded in this run.
        bytes_on_disk: size of the file; None for what has none.
        memories: how many it learned; None for what learns nothing.
    """

    turns: int
    seconds: float
    embedding_seconds: float
    cache_seconds: float
    texts_embedded: int
    texts_from_cache: int
    bytes_on_disk: int | None = None
    memories: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What one question found.

    Attributes:
        question: the question's id.
        ranked: ids of the first turns or sessions, best first, each once.
        held: for each budget of tokens, the ids of the evidence inside the context.
        tokens: for each budget, how many the context has.
        confidence: how sure the answer is said to be; None where nothing says.
        milliseconds: what was timed, by name: search, context, embedder.
        degraded: signals that did not run, with why.
    """

    question: str
    ranked: tuple[str, ...]
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    confidence: float | None = None
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    degraded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """One way of finding on one conversation."""

    ingested: Ingested
    answers: tuple[Answered, ...]


def to_json(measured: Measured) -> dict[str, Json]:
    """As plain values."""
    return asdict(measured)


def from_json(kept: Mapping[str, Json]) -> Measured:
    """What `to_json` gave.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    ingested, answers = kept["ingested"], kept["answers"]
    if not isinstance(ingested, dict) or not isinstance(answers, list):
        raise TypeError("expected what was ingested and answered")
    return Measured(
        ingested=Ingested(**ingested),  # type: ignore[arg-type] # as `asdict` wrote it
        answers=tuple(_answered(each) for each in answers),
    )


def _answered(kept: Json) -> Answered:
    if not isinstance(kept, dict):
        raise TypeError("expected an answer")
    answered = Answered(**kept)  # type: ignore[arg-type] # as `asdict` wrote it
    return Answered(
        question=answered.question,
        ranked=tuple(answered.ranked),
        held={budget: tuple(ids) for budget, ids in answered.held.items()},
        tokens=answered.tokens,
        confidence=answered.confidence,
        milliseconds=answered.milliseconds,
        degraded=answered.degraded,
    )
