"""How long a search takes: beside its embedding, and apart from it in large files."""

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

from evaluation.speed.asking import Ask, in_turns, rounds_of, searching
from evaluation.speed.corpus import questions
from evaluation.speed.embedders import MadeUpVectors
from evaluation.speed.files import Built, BuiltFiles, scope_talk, scope_user
from evaluation.speed.rows import Figure, Row, Target, percentile
from evaluation.speed.sizes import Sizes
from memories import Embedder, Memory

_OVER_EMBEDDER: Final = Target(6.0)
_MANY_SCOPES: Final = Target(2.0)
_ONE_LARGE_SCOPE: Final = Target(40.0)
# Questions that each asked scope of many gets.
_A_SCOPE: Final = 5
# Questions ahead of the timed ones: the first one loads what the next ones share.
_WARMING: Final = 5


def over_embedder(files: BuiltFiles, sizes: Sizes, embedder: Embedder) -> Row:
    """Searching one scope with the real model, less the model's own time for the same questions."""
    built = files.remembered(sizes.scope)
    asked = questions(scope_talk(sizes.scope, 1, 0), sizes.questions + _WARMING)
    with Memory(built.path, embedder=embedder) as memory:
        scope = memory.scope(user=scope_user(0))
        searches = [searching(memory, question, scope) for question in asked]
        taken = in_turns({"embedder": _embedding(embedder, asked), "search": searches})
    search, alone = taken["search"][_WARMING:], taken["embedder"][_WARMING:]
    own = [
        statistics.median(searched) - statistics.median(embedded)
        for searched, embedded in zip(
            rounds_of(search, sizes.rounds), rounds_of(alone, sizes.rounds), strict=True
        )
    ]
    value = statistics.median(search) - statistics.median(alone)
    return Row(
        key="search_over_embedder",
        what=f"search in {sizes.scope:,} memories, p50 above the embedder's own",
        unit="ms",
        figure=Figure.of_rounds(value, own),
        target=_OVER_EMBEDDER,
        note=_held(built),
        parts={
            "search_p50_ms": statistics.median(search),
            "search_p95_ms": percentile(search, 0.95),
            "embedder_p50_ms": statistics.median(alone),
            "embedder_p95_ms": percentile(alone, 0.95),
        },
    )


def _embedding(embedder: Embedder, asked: Sequence[str]) -> list[Ask]:
    return [partial(embedder.embed_query, question) for question in asked]


def many_scopes(files: BuiltFiles, sizes: Sizes) -> Row:
    """Searching one of many scopes of a project, against a project that is one small scope."""
    many = files.taken_in(sizes.many, scopes=sizes.scopes)
    few = files.taken_in(sizes.few, scopes=1)
    with ExitStack() as opened:
        calls = {
            "many": _in_scopes(opened, many, sizes),
            "few": _in_one_scope(opened, few, sizes.few, sizes.questions),
        }
        taken = in_turns(calls)
    large, small = taken["many"][_WARMING:], taken["few"][_WARMING:]
    ratios = [
        statistics.median(one) / statistics.median(other)
        for one, other in zip(
            rounds_of(large, sizes.rounds), rounds_of(small, sizes.rounds), strict=True
        )
    ]
    return Row(
        key="many_scopes",
        what=f"search among {sizes.many:,} memories in {sizes.scopes:,} scopes, "
        f"against {sizes.few:,} in one",
        unit="times",
        figure=Figure.of_rounds(statistics.median(large) / statistics.median(small), ratios),
        target=_MANY_SCOPES,
        note="made-up vectors; each memory with its message",
        parts={
            "many_p50_ms": statistics.median(large),
            "many_p95_ms": percentile(large, 0.95),
            "few_p50_ms": statistics.median(small),
            "few_p95_ms": percentile(small, 0.95),
        },
    )


def one_large_scope(files: BuiltFiles, sizes: Sizes) -> Row:
    """Searching one large scope, its embedding apart."""
    built = files.taken_in(sizes.many, scopes=1)
    with ExitStack() as opened:
        calls = {"large": _in_one_scope(opened, built, sizes.many, sizes.questions)}
        taken = in_turns(calls)["large"][_WARMING:]
    medians = [statistics.median(part) for part in rounds_of(taken, sizes.rounds)]
    return Row(
        key="one_large_scope",
        what=f"search in {sizes.many:,} memories in one scope, p50 without embedding",
        unit="ms",
        figure=Figure.of_rounds(statistics.median(taken), medians),
        target=_ONE_LARGE_SCOPE,
        note="made-up vectors; each memory with its message",
        parts={"search_p95_ms": percentile(taken, 0.95)},
    )


def _in_one_scope(opened: ExitStack, built: Built, memories: int, count: int) -> list[Ask]:
    memory = opened.enter_context(Memory(built.path, embedder=MadeUpVectors()))
    scope = memory.scope(user=scope_user(0))
    asked = questions(scope_talk(memories, 1, 0), count + _WARMING)
    return [searching(memory, question, scope) for question in asked]


def _in_scopes(opened: ExitStack, built: Built, sizes: Sizes) -> list[Ask]:
    """Questions to scopes from all over the project, each scope's one after another."""
    memory = opened.enter_context(Memory(built.path, embedder=MadeUpVectors()))
    count = sizes.questions + _WARMING
    chosen = -(-count // _A_SCOPE)
    numbers = [number * sizes.scopes // chosen for number in range(chosen)]
    calls = [
        searching(memory, question, memory.scope(user=scope_user(number)))
        for number in numbers
        for question in questions(scope_talk(sizes.many, sizes.scopes, number), _A_SCOPE)
    ]
    return calls[:count]


def _held(built: Built) -> str:
    facts = built.facts
    return f"{facts['memories']:,.0f} memories with {facts['messages']:,.0f} messages; real model"
