"""Searching and adding beside the mem0 package: the same texts, embedder, machine and minutes."""

import statistics
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evaluation.mem0.process import Mem0Process, Spent
from evaluation.speed.asking import MILLISECONDS, milliseconds, rounds_of, searching
from evaluation.speed.corpus import questions, talk
from evaluation.speed.rows import Figure, Row, Target, percentile
from evaluation.speed.sizes import Sizes
from memories import Embedder, Memory

_SEARCH: Final = Target(8.0, at_least=True)
_ADD: Final = Target(2.0, at_least=True)
_USER: Final = "u0"
# As many results as mem0 is measured with elsewhere; the same for both.
_TOP_K: Final = 50


def against_mem0(sizes: Sizes, embedder: Embedder, theirs: Mem0Process) -> list[Row]:
    """Add a talk to both, a turn each in turns; then ask both, a question each in turns.

    Args:
        sizes: how much.
        embedder: what both embed with.
        theirs: mem0 with that embedder, not entered yet.

    Raises:
        Mem0Failed: it can't be started, set up fairly or asked.
    """
    turns = list(talk(sizes.compared, seed="compared"))
    asked = questions(turns, sizes.questions)
    with (
        TemporaryDirectory() as folder,
        Memory(Path(folder) / "new.db", embedder=embedder) as ours,
        theirs as mem0,
    ):
        scope = ours.scope(user=_USER)
        # Loads our model for texts; theirs was loaded by its own check.
        ours.add("Good morning, it is raining.", scope=ours.scope(user="warming"))
        adding = [
            _in_turns(
                number,
                partial(ours.add, turn.as_message(), scope=scope),
                partial(mem0.add, f"{turn.speaker}: {turn.text}", user=_USER, client_id=turn.id),
            )
            for number, turn in enumerate(turns)
        ]
        # Loads what every later search shares.
        ours.search(asked[0], scope=scope)
        finding = [
            _in_turns(
                number,
                searching(ours, question, scope, top_k=_TOP_K),
                partial(_search, mem0, question),
            )
            for number, question in enumerate(asked)
        ]
        memories = ours.stats().memories
    note = f"{memories:,} memories learned; mem0 stores turns verbatim; top_k {_TOP_K} for both"
    said = f"{sizes.compared:,} turns, how many times faster than mem0 at p50"
    row = partial(_row, note=note, rounds=sizes.rounds)
    return [
        row("search_against_mem0", f"search in {said}", finding, target=_SEARCH),
        row("add_against_mem0", f"adding each of {said}", adding, target=_ADD),
    ]


def _in_turns(
    number: int, ours: Callable[[], object], theirs: Callable[[], Spent]
) -> tuple[float, Spent]:
    """Ours in milliseconds and theirs, each first every other time."""
    if number % 2:
        return milliseconds(ours), theirs()
    spent = theirs()
    return milliseconds(ours), spent


def _search(mem0: Mem0Process, question: str) -> Spent:
    _, spent = mem0.search(question, user=_USER, top_k=_TOP_K)
    return spent


def _row(
    key: str,
    what: str,
    pairs: Sequence[tuple[float, Spent]],
    *,
    target: Target,
    note: str,
    rounds: int,
) -> Row:
    ours = [own for own, _ in pairs]
    theirs = [spent.total * MILLISECONDS for _, spent in pairs]
    unembedded = [spent.own * MILLISECONDS for _, spent in pairs]
    ratios = [
        statistics.median(slow) / statistics.median(fast)
        for slow, fast in zip(rounds_of(theirs, rounds), rounds_of(ours, rounds), strict=True)
    ]
    return Row(
        key=key,
        what=what,
        unit="times",
        figure=Figure.of_rounds(statistics.median(theirs) / statistics.median(ours), ratios),
        target=target,
        note=note,
        parts={
            "p50_ms": statistics.median(ours),
            "p95_ms": percentile(ours, 0.95),
            "mem0_p50_ms": statistics.median(theirs),
            "mem0_p95_ms": percentile(theirs, 0.95),
            "mem0_without_embedding_p50_ms": statistics.median(unembedded),
        },
    )
