"""A report as one page of HTML that needs no other file."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from evaluation.answering.failures import RULES, Cause
from evaluation.answering.report import Judged, Outcomes, size_name
from evaluation.files import Json, at

_STYLE: Final = """\
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; margin: 0 0 1.5rem; }
th, td { border-bottom: 1px solid #ddd; padding: .3rem .7rem; text-align: left;
  vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
img { max-width: 100%; }
details { margin: 0 0 1rem; }
pre { white-space: pre-wrap; background: #f6f6f6; padding: .7rem; }"""
_NUMBER: Final = re.compile(r"-?[\d.]+")
_FAILURES_SHOWN: Final = 200
_MOST_CHARACTERS: Final = 600


def as_page(report: Mapping[str, Json], outcomes: Outcomes, pictures: Mapping[str, str]) -> str:
    """The page; it holds words of the data set.

    Args:
        report: as `report.build` makes it.
        outcomes: what it was made from.
        pictures: addresses by what they show.
    """
    settings = at(report, "manifest", "settings")
    title = f"{at(settings, 'system')} on {at(settings, 'dataset')}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        *_what_was_run(report),
        "<h2>Accuracy</h2>",
        *_accuracy(report),
        *(
            f'<h3>{escape(name)}</h3>\n<img alt="{escape(name)}" src="{address}">'
            for name, address in pictures.items()
        ),
        "<h2>Tokens, time, cost and what went wrong</h2>",
        *_spent(report),
        *_against(report),
        "<h2>Answers that are not right</h2>",
        *_failures(report, outcomes),
        "<h2>How it was made</h2>",
        *_instructions(report),
    ]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n' + (
        "\n".join(parts) + "\n</body></html>\n"
    )


def _what_was_run(report: Mapping[str, Json]) -> Iterator[str]:
    manifest = at(report, "manifest")
    settings = at(manifest, "settings")
    answered = sum(_count(at(size, "answers")) for _, size in _sizes(report))
    rows = {
        "Questions": f"{at(manifest, 'file')}: {at(manifest, 'selection')}",
        "Answers": f"{answered} of {at(report, 'wanted')}",
        "Reader": f"{at(settings, 'models', 'reader')}, answered as "
        f"{_listed(at(manifest, 'models_that_answered', 'reader'))}",
        "Judge": f"{at(settings, 'models', 'judge')}, answered as "
        f"{_listed(at(manifest, 'models_that_answered', 'judge'))}",
        "Extractor, embedder": f"{at(settings, 'extractor')}, {at(settings, 'embedder')}",
        "Prompts": f"version {at(settings, 'prompts', 'version')}",
        "Corrections": f"{at(manifest, 'corrections')} questions",
        "Code": f"{at(manifest, 'surroundings', 'version')}, commit "
        f"{at(manifest, 'surroundings', 'commit')}",
        "Time": f"{at(manifest, 'begun_at')} until {at(manifest, 'ended_at')}",
    }
    yield _table([], [[name, words] for name, words in rows.items()])


def _accuracy(report: Mapping[str, Json]) -> Iterator[str]:
    yield (
        "<p>Mean score with its 95 % interval: Wilson's, or 1000 bootstrap resamples where a score "
        "may lie between 0 and 1. Answers that are missing a verdict count as wrong. The intervals "
        "know of chance among questions alone, not of the models' own.</p>"
    )
    sizes = _sizes(report)
    keys = ["published", "corrected"] if at(report, "manifest", "corrections") else ["published"]
    heads = ["Category", "Questions", *(f"{size}, {key}" for size, _ in sizes for key in keys)]
    first = at(sizes[0][1], "published") if sizes else None
    categories = at(first, "by_category")
    places: list[tuple[str, ...]] = [("overall",), ("without_unanswerable",)]
    places += [
        ("by_category", each) for each in (categories if isinstance(categories, dict) else ())
    ]
    rows = []
    for place in places:
        if at(first, *place):
            cells = [_share(at(size, key, *place)) for _, size in sizes for key in keys]
            rows.append([_label(first, place), str(at(first, *place, "questions")), *cells])
    yield _table(heads, rows)


def _label(block: Json, place: Sequence[str]) -> str:
    if place == ("overall",):
        return "all questions"
    if place == ("without_unanswerable",):
        return "those that have an answer"
    category, label = place[-1], str(at(block, *place, "label"))
    return label if category in (label, label.replace(" ", "_")) else f"{category} {label}"


def _spent(report: Mapping[str, Json]) -> Iterator[str]:
    heads = [
        "Size",
        "Context, mean tokens",
        "Reader, tokens read",
        "Judge, tokens read",
        "Cost",
        "Search p50, p95",
        "Reader p50, p95",
        "Judge p50, p95",
        "Abstained where right",
        "Abstained wrongly",
        "Nothing found",
        "Faults",
    ]
    rows = []
    for name, size in _sizes(report):
        abstention = at(size, "abstention")
        cost = at(size, "cost")
        rows.append(
            [
                name,
                str(at(size, "context_tokens")),
                str(_read(at(size, "reader_tokens"))),
                str(_read(at(size, "judge_tokens"))),
                "not priced" if cost is None else str(cost),
                *(_times(at(size, "seconds", who)) for who in ("search", "reader", "judge")),
                _of(abstention, "abstained", "unanswerable"),
                _of(abstention, "wrongly_abstained", "answerable"),
                str(at(size, "empty")),
                _counted(at(size, "faults")),
            ]
        )
    yield _table(heads, rows)


def _against(report: Mapping[str, Json]) -> Iterator[str]:
    against = at(report, "against")
    if not isinstance(against, dict):
        return
    yield f"<h2>Against {escape(str(at(against, 'system')))}</h2>"
    differing = _listed(at(against, "differing"))
    yield f"<p>Besides the system, the runs differ in: {escape(differing)}.</p>"
    heads = ["Size", "Beside", "Pairs", "Right here alone", "Right there alone", "McNemar p"]
    rows = []
    sizes = at(against, "sizes")
    for name, each in sizes.items() if isinstance(sizes, dict) else ():
        keys = ("size", "pairs", "only_first", "only_second", "p", "difference", "interval")
        rows.append([name, *(str(at(each, key)) for key in keys)])
    yield _table([*heads, "Difference of means", "95 %"], rows)


def _failures(report: Mapping[str, Json], outcomes: Outcomes) -> Iterator[str]:
    sizes = _sizes(report)
    rows = [
        [cause.value, RULES[cause], *(str(at(size, "failures", cause.value)) for _, size in sizes)]
        for cause in Cause
    ]
    yield "<p>The first cause whose rule holds, by the published key.</p>"
    yield _table(["Cause", "Rule", *(name for name, _ in sizes)], rows)
    for budget, judged in outcomes.by_budget.items():
        failed = [each for each in judged if each.cause is not None]
        if failed:
            shown = sorted(failed, key=lambda each: (str(each.cause), each.question.id))
            more = len(failed) - _FAILURES_SHOWN
            rest = f", the first {_FAILURES_SHOWN}" if more > 0 else ""
            heads = ["Cause", "Question", "Expected", "Answer", "The judge's reason"]
            rows = [_failure(each) for each in shown[:_FAILURES_SHOWN]]
            yield f"<details><summary>{size_name(budget)} tokens: {len(failed)}{rest}</summary>"
            yield _table(heads, rows) + "</details>"


def _failure(judged: Judged) -> list[str]:
    question, verdict = judged.question, judged.published
    fault = judged.answer.asking.fault or ("" if verdict is None else verdict.asking.fault)
    reason = fault or ("" if verdict is None else verdict.reason)
    expected = question.answer if question.answerable else f"(abstain) {question.answer or ''}"
    return [
        str(judged.cause),
        f"{question.id} ({question.label}): {question.text}",
        _short(expected or "; ".join(question.rubric)),
        _short(judged.answer.text),
        _short(reason or ""),
    ]


def _instructions(report: Mapping[str, Json]) -> Iterator[str]:
    told = at(report, "manifest", "instructions")
    for name, words in told.items() if isinstance(told, dict) else ():
        whom = "The reader" if name == "reader" else f"The judge, {name}"
        yield f"<details><summary>{whom} was told</summary>"
        yield f"<pre>{escape(str(words))}</pre></details>"
    yield "<p>Everything else is in manifest.json, answers.jsonl and verdicts.jsonl.</p>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    lines = [f"<tr>{head}</tr>"] if heads else []
    for row in rows:
        cells = "".join(
            f'<td class="n">{escape(cell)}</td>'
            if _NUMBER.fullmatch(cell)
            else f"<td>{escape(cell)}</td>"
            for cell in row
        )
        lines.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _sizes(report: Mapping[str, Json]) -> list[tuple[str, Json]]:
    sizes = at(report, "sizes")
    return list(sizes.items()) if isinstance(sizes, dict) else []


def _share(block: Json) -> str:
    mean, interval = at(block, "accuracy"), at(block, "interval")
    if not isinstance(mean, int | float) or not isinstance(interval, list):
        return "–"
    low, high = interval
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"


def _read(tokens: Json) -> int:
    return sum(_count(at(tokens, name)) for name in ("read", "read_from_cache", "written_to_cache"))


def _times(block: Json) -> str:
    return f"{at(block, 'p50')} s, {at(block, 'p95')} s" if block else "–"


def _of(block: Json, part: str, whole: str) -> str:
    return "–" if block is None else f"{at(block, part)} of {at(block, whole)}"


def _counted(counts: Json) -> str:
    if not isinstance(counts, dict) or not counts:
        return "none"
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _count(value: Json) -> int:
    return value if isinstance(value, int) else 0


def _listed(names: Json) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) and names else "nothing"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
