"""The report's shape, checked before one is written: its keys are what others build on."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from evaluation.files import Json

# A leaf is a word of `_LEAVES`, or several with "|"; a key that ends in "?" may be missing; "*"
# stands for every other key.
Shape: TypeAlias = "str | Mapping[str, Shape]"

_FIGURES: Final[Mapping[str, Shape]] = {
    "questions": "count",
    "any_hit_at": {"*": "share"},
    "any_hit_at_interval": {"*": "interval"},
    "recall_at": {"*": "share"},
    "recall_at_interval": {"*": "interval"},
    "all_evidence_at": {"*": "share"},
    "all_evidence_at_interval": {"*": "interval"},
    "ndcg_at": {"*": "share"},
    "ndcg_at_interval": {"*": "interval"},
    "mrr": "share",
    "mrr_interval": "interval",
    "recall_in_tokens?": {"*": "share"},
    "recall_in_tokens_interval?": {"*": "interval"},
}
_DIFFERENCES: Final[Mapping[str, Shape]] = {
    name: {"*": "number"} if shape == {"*": "share"} else "number" if shape == "share" else shape
    for name, shape in _FIGURES.items()
}
_PERCENTILES: Final[Mapping[str, Shape]] = {"p50": "number", "p95": "number", "p99": "number"}
_INGEST: Final[Mapping[str, Shape]] = {
    "turns": "count",
    "memories": "count|null",
    "seconds": "number",
    "embedding_seconds": "number",
    "cache_seconds": "number",
    "rest_seconds": "number",
    "texts_embedded": "count",
    "texts_from_cache": "count",
    "share_from_cache": "share|null",
    "ms_per_turn": "number|null",
    "rest_ms_per_turn": "number",
    "bytes_on_disk": "count|null",
    "bytes_per_turn": "number|null",
}
_WAY: Final[Mapping[str, Shape]] = {
    "overall": _FIGURES,
    "by_category": {"*": {"label": "text", **_FIGURES}},
    "latency_ms": {
        "search": _PERCENTILES,
        "context?": _PERCENTILES,
        "embedder?": _PERCENTILES,
        "search_above_embedder?": {"p50": "number"},
    },
    "context_tokens?": {"*": "number"},
    "ingest": _INGEST,
}
SCHEMA: Final[Mapping[str, Shape]] = {
    **_WAY,
    "abstention": {
        "questions": "count",
        "auc": "share|null",
        "auc_interval": "interval|null",
        "curve": "curve",
        "overall?": _FIGURES,
    },
    "degraded": {"*": "count"},
    "baselines": {"*": {**_WAY, "difference": _DIFFERENCES}},
    "meta": {
        "dataset": "text",
        "file": "text",
        "sha256": "text",
        "unit": "text",
        "conversations": "count",
        "questions": "count",
        "questions_left_out": "count",
        "selection": "text",
        "options": {
            "limit": "count|null",
            "long": "flag",
            "with_mem0": "flag",
            "ablate": "flag",
            "rerank": "text|null",
            "index": "text",
        },
        "embedder": "text",
        "version": "text",
        "commit": "text|null",
        "changed_since_commit": "flag|null",
        "date": "text",
        "python": "text",
        "machine": "text",
        "cpu_count": "count|null",
        "parts": "count",
        "parts_from_earlier_runs": "count",
    },
}


def faults_of(report: Json, shape: Shape = SCHEMA, place: str = "") -> Iterator[str]:
    """Where a report is not of the shape, a sentence each."""
    if isinstance(shape, str):
        if not any(_LEAVES[leaf](report) for leaf in shape.split("|")):
            yield f"{place}: expected {shape}, got {report!r}"
    elif not isinstance(report, dict):
        yield f"{place}: expected an object, got {report!r}"
    else:
        yield from _faults_of_object(report, shape, place)


def _faults_of_object(
    report: Mapping[str, Json], shape: Mapping[str, Shape], place: str
) -> Iterator[str]:
    known = {key.removesuffix("?"): inner for key, inner in shape.items() if key != "*"}
    for key in shape:
        if key != "*" and not key.endswith("?") and key not in report:
            yield f"{place}.{key}: missing"
    for key, value in report.items():
        inner = known.get(key, shape.get("*"))
        if inner is None:
            yield f"{place}.{key}: not expected"
        else:
            yield from faults_of(value, inner, f"{place}.{key}")


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_pair(value: Json, *, ascending: bool = False) -> bool:
    match value:
        case [int() | float() as first, int() | float() as second]:
            return first <= second or not ascending
    return False


_LEAVES: Final[Mapping[str, Callable[[Json], bool]]] = {
    "null": lambda value: value is None,
    "text": lambda value: isinstance(value, str),
    "flag": lambda value: isinstance(value, bool),
    "number": _is_number,
    "count": lambda value: _is_number(value) and isinstance(value, int) and value >= 0,
    "share": lambda value: isinstance(value, int | float) and 0 <= value <= 1,
    "interval": lambda value: _is_pair(value, ascending=True),
    "curve": lambda value: isinstance(value, list) and all(map(_is_pair, value)),
}
