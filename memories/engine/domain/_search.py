"""What a search answers."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memories.engine.domain._conversation import Message, OwnedMessage
from memories.engine.domain._filters import Filter
from memories.engine.domain._memory import MemoryRecord, Source
from memories.engine.domain._vectors import Flags, Integers, Numbers, Pairs, Table, Vector


class Signal(StrEnum):
    """The four ways of finding."""

    SEMANTIC = "semantic"
    LEXICAL = "lexical"
    ENTITY = "entity"
    TEMPORAL = "temporal"


class Intent(StrEnum):
    """What a question wants: one thing as it is now, all of a kind, or what comes first."""

    ANY = "any"
    CURRENT = "current state"
    PREFERENCE = "preference"
    NEWEST = "newest"
    OLDEST = "oldest"
    HISTORY = "history"
    LIST = "list"
    COUNT = "count"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """What each signal gave, each from 0 to 1 on its own fixed scale, and what was added.

    Attributes:
        session: the best of the row's session.
        intent: what the question's intent added to the fused score.
        decay: what the sum was multiplied with; 1 unless memories were asked to fade.
    """

    semantic: float = 0.0
    lexical: float = 0.0
    entity: float = 0.0
    temporal: float = 0.0
    session: float = 0.0
    intent: float = 0.0
    decay: float = 1.0


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One answer to a search.

    Attributes:
        id: the memory's id, or the message's where `is_message`.
        score: fused, above 0 up to 1.
        breakdown: what each signal gave.
        sources: the messages it rests on, quoted; for a message hit, itself.
        neighbours: the turns just before and after the first source.
        pending: the message, where nothing was learned from it yet.
        entities: names of the entities that it mentions.
        explanation: one line a reason, filled when the search asked to explain.
    """

    id: str
    text: str
    score: float
    breakdown: ScoreBreakdown
    is_message: bool
    attributed_to: str
    said_at: datetime
    memory: MemoryRecord | None = None
    pending: OwnedMessage | None = None
    sources: tuple[Source, ...] = ()
    neighbours: tuple[Message, ...] = ()
    entities: tuple[str, ...] = ()
    explanation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confidence:
    """How likely it is that what is known answers a question.

    Attributes:
        probability: from 0 to 1, calibrated: docs/searching.md has the curve.
        best: the best fused score, before what the intent adds.
        by_named: how well the words of the one whom the question names fit it, by meaning and
            words alone; None where it names nobody who speaks, or several.
        by_others: the same of everybody else's words.
    """

    probability: float
    best: float
    by_named: float | None = None
    by_others: float | None = None


class Stage(StrEnum):
    """What a search does beside finding, and can go on without."""

    RERANK = "rerank"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first: by score, or as a reranker put them; iterates, indexes and counts as they.

    Attributes:
        confidence: that what is known answers; None where the index was away.
        degraded: signals that missed the deadline or could not run, and the reranker if it
            failed, each with why.
    """

    hits: tuple[SearchHit, ...]
    degraded: Mapping[Signal | Stage, str] = field(default_factory=dict)
    confidence: Confidence | None = None

    def __iter__(self) -> Iterator[SearchHit]:
        return iter(self.hits)

    def __getitem__(self, index: int) -> SearchHit:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows a read sees, besides its scope.

    Attributes:
        now: the instant against which expiry is judged.
        as_of: only what had been said by then.
        recorded_as_of: only what had been stored by then.
        latest_only: leave out what was superseded.
        include_merged: also near repeats that were folded into another memory.
        show_expired: also what has expired.
    """

    now: datetime
    filter: Filter | None = None
    as_of: datetime | None = None
    recorded_as_of: datetime | None = None
    latest_only: bool = False
    include_merged: bool = False
    show_expired: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """What an index holds of a message's chunk or of one version of a memory.

    Attributes:
        owner_id: id of the message or memory.
        start: offset of the chunk in the owner's text.
        until: offset after it.
        terms: index terms.
        vector: None where the model does not know the text's words.
        said_until: when a newer version was said; None for the newest.
        recorded_until: when a newer version was stored; None for the newest.
    """

    owner_id: str
    is_message: bool
    version: int
    start: int
    until: int
    said_at: datetime
    recorded_at: datetime
    terms: tuple[str, ...]
    vector: "Vector | None"
    said_until: datetime | None = None
    recorded_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WordStatistics:
    """What BM25 needs to know of a project.

    Attributes:
        rarities: of a question's words, as `text.bm25.rarity` gives them.
        usual_length: of a passage, in terms.
    """

    rarities: tuple[float, ...]
    usual_length: float


@dataclass(frozen=True, slots=True)
class Found:
    """One row that a signal found.

    Attributes:
        score: above 0 up to 1, on the signal's own fixed scale.
        reasons: what matched, for the explanation.
    """

    owner_id: str
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A memory or message as a hit shows it.

    Attributes:
        sources: the messages that a memory rests on, quoted, in the order they were said.
        entities: names of the entities that it mentions.
    """

    told: MemoryRecord | Message
    sources: tuple[Source, ...] = ()
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows that may answer a question, with all that the engine judges them by, as columns.

    A row is a memory or a message; its text is one passage, or several if it is long.

    Attributes:
        ids: of the rows.
        is_message: of the rows; False for a memory.
        sessions: number of each message's session; below 0 for a memory.
        speakers: who said it, of the rows.
        said_at: of the rows, in seconds since 1970.
        occurred: of the rows, from when until when what it tells of was, in seconds since 1970; NaN
            where it tells of no time.
        kinds: place of each memory's kind among all; -1 for a message.
        mentions: rows by entities asked for: how surely the one mentions the other, from 0 to 1.
        learned: pairs of rows, a memory and a message that it was learned from.
        owners: of the passages: which row each belongs to.
        cosines: of the passages with the question; NaN for those without a vector.
        counts: passages by words of the question: how often the passage holds the word.
        lengths: of the passages, in terms.
        counts_around: as `counts`, for a turn together with the two before and after it.
        lengths_around: as `lengths`, for those turns.
        rarities: of the words, as `text.bm25.rarity` gives it for the project.
        usual_length: of a passage of the project, in terms.
        shown: gives those of the rows as hits show them, by id, where the index has them at hand.
    """

    ids: tuple[str, ...]
    is_message: "Flags"
    sessions: "Integers"
    speakers: tuple[str, ...]
    said_at: "Numbers"
    occurred: "Table"
    kinds: "Integers"
    mentions: "Table"
    learned: "Pairs"
    owners: "Integers"
    cosines: "Numbers"
    counts: "Table"
    lengths: "Numbers"
    counts_around: "Table"
    lengths_around: "Numbers"
    rarities: "Numbers"
    usual_length: float
    shown: Callable[[Collection[str]], Mapping[str, ShownRow]] | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What is known, as text for a prompt; `str()` gives the text.

    Attributes:
        tokens: about how many tokens it takes.
        probability: how likely it is that what is known answers, from 0 to 1; None where the
            index was away.
        hits: what is in it.
        message_ids: turns that it holds, as sources or as neighbours.
        degraded: as of the search that it was made of.
    """

    text: str
    tokens: int
    hits: tuple[SearchHit, ...] = ()
    message_ids: tuple[str, ...] = ()
    probability: float | None = None
    degraded: Mapping[Signal | Stage, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text
