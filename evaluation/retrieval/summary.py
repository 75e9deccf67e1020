"""A report as a table for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from evaluation.files import Json, at
from evaluation.retrieval.run import OWN, RERANKED

# Title, and where the figure stands in a way's block.
_COLUMNS: Final = {
    "turn": (
        ("recall@10", ("recall_at", "10")),
        ("recall@50", ("recall_at", "50")),
        ("any@10", ("any_hit_at", "10")),
        ("all@10", ("all_evidence_at", "10")),
        ("ndcg@10", ("ndcg_at", "10")),
        ("mrr", ("mrr",)),
        ("in 2k tokens", ("recall_in_tokens", "2000")),
    ),
    "session": (
        ("any@5", ("any_hit_at", "5")),
        ("all@5", ("all_evidence_at", "5")),
        ("all@10", ("all_evidence_at", "10")),
        ("ndcg@10", ("ndcg_at", "10")),
        ("mrr", ("mrr",)),
        ("in 2k tokens", ("recall_in_tokens", "2000")),
    ),
}
_NAME_WIDTH: Final = 26


def as_text(report: Mapping[str, Json]) -> str:
    """The figures that matter most, a line for each category and way of finding."""
    columns = _COLUMNS[str(at(report, "meta", "unit"))]
    lines = [_line("", [title for title, _ in columns])]
    lines += _lines_of(OWN, report, columns)
    baselines = report["baselines"]
    for name, way in baselines.items() if isinstance(baselines, dict) else ():
        lines += list(_lines_of(name, way, columns))[:1]
    return "\n".join([*lines, "", *_remarks(report)])


def _lines_of(
    name: str, way: "Json | Mapping[str, Json]", columns: Sequence[tuple[str, tuple[str, ...]]]
) -> Iterator[str]:
    yield _line(name, [_share(at(way, "overall", *path)) for _, path in columns])
    by_category = at(way, "by_category")
    for category, figures in by_category.items() if isinstance(by_category, dict) else ():
        label = str(at(figures, "label"))
        title = f"  {label}" if label == category else f"  {category} {label}"
        yield _line(title, [_share(at(figures, *path)) for _, path in columns])


def _line(title: str, cells: Sequence[str]) -> str:
    return f"{title:{_NAME_WIDTH}}" + "".join(f"{cell:>14}" for cell in cells)


def _share(value: Json) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else "-"


def _remarks(report: Mapping[str, Json]) -> Iterator[str]:
    difference = at(report, "baselines", "messages_only", "difference")
    k = "10" if at(difference, "recall_at", "10") is not None else "5"
    lead, interval = at(difference, "recall_at", k), at(difference, "recall_at_interval", k)
    yield f"memories and messages less messages alone, recall@{k}: {lead} {interval}"
    again = at(report, "baselines", RERANKED)
    if again is not None:
        less, spread = (
            at(again, "difference", key, k) for key in ("recall_at", "recall_at_interval")
        )
        yield f"not reranked less reranked, recall@{k}: {less} {spread}"
        yield f"reranked search: p50 {at(again, 'latency_ms', 'search', 'p50')} ms"
    apart = at(report, "abstention", "questions")
    auc, interval = at(report, "abstention", "auc"), at(report, "abstention", "auc_interval")
    if apart:
        yield f"confidence tells {apart} unanswerable questions apart: area {auc} {interval}"
    for name in ("search", "context", "embedder"):
        times = at(report, "latency_ms", name)
        yield f"{name}: " + ", ".join(f"{key} {at(times, key)} ms" for key in ("p50", "p95", "p99"))
    ingest = report["ingest"]
    yield (
        f"ingest: {at(ingest, 'rest_ms_per_turn')} ms a turn besides embedding, "
        f"{at(ingest, 'texts_embedded')} texts embedded, {at(ingest, 'texts_from_cache')} from the "
        f"cache, {at(ingest, 'bytes_per_turn')} bytes a turn"
    )
