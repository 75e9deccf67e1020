"""Whatever is told, changed, deleted and asked, both know the same."""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memories import Embedder, Memory, SearchResult
from memories.engine.domain import JsonObject, JsonValue
from memories.engine.ports.embedder import WordHashEmbedder
from tests.congruence.twins import Twins
from tests.contracts.test_filters import filters, rows

WORDS: Final = "boat red cat Lisbon Anna Ben moved bought likes old yesterday house".split()
USERS: Final = ("ana", "ben")
STEPS: Final = ("add", "add", "edit", "delete", "supersede", "expire", "wait")


@dataclass
class Life:
    """What happens to both.

    Attributes:
        told: how many times something was told.
    """

    twins: Twins
    choose: random.Random
    told: int = field(default=0)

    def sentence(self) -> str:
        return " ".join(self.choose.choices(WORDS, k=self.choose.randint(2, 7))).capitalize() + "."

    def live(self, step: str) -> None:
        getattr(self, step)()

    def add(self) -> None:
        self.told += 1
        choose, seed = self.choose, f"seed {self.told}"
        scope = self.twins.scope(user=choose.choice(USERS), run=choose.choice(("one", "two", None)))
        texts = [self.sentence() for _ in range(choose.randint(1, 3))]
        roles = choose.choices(("user", "assistant"), k=len(texts))
        messages = [
            {"role": role, "content": text} for role, text in zip(roles, texts, strict=True)
        ]
        said_at = self.twins.clock.now() - timedelta(days=choose.choice((0, 1, 40)))
        values: tuple[JsonValue, ...] = (0, 1, 2.5, "a", "b", True, [1, "a"])
        metadata = {"k": choose.choice(values)}
        infer = choose.random() < 0.8
        self.twins.tell(
            lambda memory: memory.add(
                messages, scope=scope, timestamp=said_at, metadata=metadata, infer=infer, seed=seed
            )
        )

    def one(self) -> str | None:
        """A memory of anybody."""
        page = self.twins.file.list(scope=self.twins.scope(user=self.choose.choice(USERS)))
        return self.choose.choice(page.memories).id if page.memories else None

    def edit(self) -> None:
        if (id_ := self.one()) is not None:
            text = self.sentence()
            self.twins.tell(lambda memory: memory.update(id_, text=text))

    def delete(self) -> None:
        if (id_ := self.one()) is not None:
            self.twins.tell(lambda memory: memory.delete(id_))

    def supersede(self) -> None:
        old, new = self.one(), self.one()
        if old is not None and new is not None:
            self.twins.tell(lambda memory: memory.supersede(old, by=new))

    def expire(self) -> None:
        if (id_ := self.one()) is not None:
            at = self.twins.clock.now() + timedelta(days=self.choose.choice((-1, 1)))
            self.twins.tell(lambda memory: memory.update(id_, expires_at=at))

    def wait(self) -> None:
        self.twins.clock.advance(timedelta(hours=self.choose.choice((1, 30))))


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=12), seed=st.integers(0, 10**6))
def test_whatever_happens_both_find_the_same(
    open_twins: Callable[[Embedder], Twins], steps: Sequence[str], seed: int
) -> None:
    life = Life(open_twins(WordHashEmbedder(model=uuid.uuid4().hex)), random.Random(seed))  # noqa: S311 - choices of a test
    life.add()
    for step in steps:
        life.live(step)
    now = life.twins.clock.now()
    for query in (life.sentence(), "What did Anna say yesterday?", "Where does Ben live now?"):
        scope = life.twins.scope(user=life.choose.choice(USERS))
        ask: partial[SearchResult] = partial(Memory.search, query=query, scope=scope)
        life.twins.ask(ask)
        life.twins.ask(partial(ask, include_merged=True, show_expired=True, latest_only=True))
        life.twins.ask(partial(ask, as_of=now - timedelta(hours=20)))
        life.twins.ask(partial(ask, recorded_as_of=now - timedelta(hours=1)))
        life.twins.ask(partial(ask, leave_out=["semantic"], top_k=3))


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(raw=filters, tables=st.lists(rows, min_size=1, max_size=5))
def test_any_filter_lets_the_same_through(
    twins: Twins, raw: JsonObject, tables: Sequence[dict[str, object]]
) -> None:
    run = f"run {uuid.uuid4()}"
    for place, row in enumerate(tables):
        twins.tell(partial(tell_row, row=row, run=run, place=place))
    twins.ask(
        partial(
            Memory.search, query="own a boat", scope=twins.scope(run=run), filters=raw, top_k=50
        )
    )


def tell_row(memory: Memory, *, row: Mapping[str, object], run: str, place: int) -> None:
    said_at, metadata, labels = row["said_at"], row["metadata"], row["categories"]
    memory.add(
        f"I own boat {place} {row['text'] or ''}",
        scope=memory.scope(user=str(row["user"]) if row["user"] else None, run=run),
        timestamp=said_at if isinstance(said_at, datetime) else None,
        metadata=metadata if isinstance(metadata, dict) else {},
        categories=labels if isinstance(labels, list) else (),
        seed=f"{run} {place}",
    )
