"""What a job is to do, as its row keeps it."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import ClassVar, Final, Self, TypeAlias

from memories import Memory, Scope
from memories.engine.domain import JsonObject
from memories.ingest.models import JobKind

JsonRow: TypeAlias = dict[str, object]
IDS: Final = ("user", "agent", "app", "run")
# What a part has in place of its URL where its bytes came with the add.
FILE: Final = "file"
# What is shown of a file until it is read.
UNREAD: Final = "[a file that is not read yet]"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose memories: as many of the ids as were named."""

    user: str | None = None
    agent: str | None = None
    app: str | None = None
    run: str | None = None

    def named(self) -> dict[str, str]:
        """The ids that are named, by kind."""
        return {kind: name for kind in IDS if (name := getattr(self, kind)) is not None}

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """Whom a scope names."""
        return cls(scope.user, scope.agent, scope.app, scope.run)

    def home(self) -> "Owner":
        """Without the run, unless nobody else is named: as memories are looked at together."""
        return replace(self, run=None) if self.user or self.agent or self.app else self

    def digest(self) -> str:
        """The same for the same ids, and 32 characters long."""
        parts = "\0".join(f"{kind}\1{name}" for kind, name in self.named().items())
        return hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()

    def within(self, memory: Memory) -> Scope:
        """As the project's file knows it."""
        return memory.scope(user=self.user, agent=self.agent, app=self.app, run=self.run)


@dataclass(frozen=True, slots=True)
class AddOrder:
    """Keep messages and learn from them.

    Attributes:
        timestamp: when messages without a time of their own were said, ISO 8601.
        expires_at: ISO 8601.
        guidance: what is to be learned, by the names of `Guidance`, as the add itself asks.
        sums_up: the messages are of an agent's run, which is summed up; no facts are learned.
        seed: what the ids of messages and memories follow from; an attempt that is made again
            gives the same.
        files: that parts of messages name by number, `{"file": 0}` in place of `{"url": ...}`; they
            are kept beside the row.
    """

    kind: ClassVar[JobKind] = JobKind.ADD
    urgency: ClassVar[int] = 1

    owner: Owner
    messages: Sequence[JsonObject]
    timestamp: str
    metadata: JsonObject = field(default_factory=dict)
    categories: Sequence[str] = ()
    expires_at: str | None = None
    immutable: bool = False
    infer: bool = True
    timezone: str | None = None
    guidance: JsonObject = field(default_factory=dict)
    sums_up: bool = False
    seed: str = field(default_factory=lambda: secrets.token_hex(16))
    files: Sequence[bytes] = field(default=(), repr=False)

    def instant(self) -> datetime:
        """When it was said."""
        return datetime.fromisoformat(self.timestamp)

    def expiry(self) -> datetime | None:
        """When it expires."""
        return None if self.expires_at is None else datetime.fromisoformat(self.expires_at)

    @property
    def lane(self) -> str:
        """Names the lane that it is done in: what was told of somebody is learned in order."""
        return self.owner.digest()

    def told(self, files: Sequence[bytes]) -> list[JsonRow]:
        """The messages as the engine takes them, with the files in their places."""
        return [_with_files(each, files) for each in self.messages]

    def told_in_words(self) -> list[JsonRow]:
        """The messages with what of them is text already."""
        return [_in_words(each) for each in self.messages]

    def as_row(self) -> JsonRow:
        """As JSON keeps it, without the files."""
        row = asdict(replace(self, files=()))
        del row["files"]
        return row

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Self:
        """From `as_row`."""
        known = {each.name for each in fields(cls)}
        kept = {name: value for name, value in row.items() if name in known}
        return cls(**{**kept, "owner": _owner(row)})  # type: ignore[arg-type]  # as we wrote it


@dataclass(frozen=True, slots=True)
class DeleteOrder:
    """Delete everything of whom it names; of the whole project, if `everything`.

    Attributes:
        everybody: of that kind, whoever it is, beside the ids that are named.
    """

    kind: ClassVar[JobKind] = JobKind.DELETE
    # Who asks for deletion does not wait behind what others want learned.
    urgency: ClassVar[int] = 0

    owner: Owner
    everything: bool = False
    everybody: str | None = None

    @property
    def lane(self) -> str:
        """That of whom it names."""
        return self.owner.digest()

    def as_row(self) -> JsonRow:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Self:
        """From `as_row`."""
        kind = row.get("everybody")
        return cls(
            owner=_owner(row),
            everything=bool(row.get("everything")),
            everybody=kind if isinstance(kind, str) else None,
        )

    def reaches(self, owner: Mapping[str, object]) -> bool:
        """True if what belongs to those ids may be among what is deleted."""
        if self.everybody is not None and not owner.get(self.everybody):
            return False
        return all(owner.get(kind) == name for kind, name in self.owner.named().items())


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """Keep many conversations, and learn from them through batches.

    Attributes:
        owner: nobody: each conversation has its own.
        conversations: each an object with `owner`, `messages` and `timestamp`; its messages are
            taken out once they are kept.
        has_begun: they are kept.
        is_cancelled: what is not learned yet shall not be.
        timezone: likewise what follows, as of `AddOrder`.
    """

    kind: ClassVar[JobKind] = JobKind.IMPORT
    # Who asks for what takes hours waits behind those who ask for what takes a second.
    urgency: ClassVar[int] = 2

    conversations: Sequence[JsonObject]
    batched: bool = True
    has_begun: bool = False
    is_cancelled: bool = False
    metadata: JsonObject = field(default_factory=dict)
    expires_at: str | None = None
    immutable: bool = False
    timezone: str | None = None
    guidance: JsonObject = field(default_factory=dict)
    seed: str = field(default_factory=lambda: secrets.token_hex(16))
    owner: Owner = field(default_factory=Owner)

    @property
    def lane(self) -> str:
        """One of its own: it waits for hours, and nobody behind it."""
        return self.seed

    @property
    def owners(self) -> list[Owner]:
        """Whose conversations they are."""
        return [_owner(each) for each in self.conversations]

    def expiry(self) -> datetime | None:
        """When it expires."""
        return None if self.expires_at is None else datetime.fromisoformat(self.expires_at)

    def without(self, deletion: DeleteOrder) -> Self:
        """Without the words that a deletion is about."""
        reached = (deletion.reaches(asdict(owner)) for owner in self.owners)
        pairs = zip(self.conversations, reached, strict=True)
        left = [{**each, "messages": []} if gone else each for each, gone in pairs]
        return replace(self, conversations=left)

    def begun(self) -> Self:
        """As it is once its words are kept elsewhere."""
        without_words = [{**each, "messages": []} for each in self.conversations]
        return replace(self, conversations=without_words, has_begun=True)

    def as_row(self) -> JsonRow:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Self:
        """From `as_row`."""
        return cls(**{**row, "owner": Owner()})  # type: ignore[arg-type]  # as we wrote it


@dataclass(frozen=True, slots=True)
class _OwnersOrder:
    """What is done with all of somebody's memories; nobody waits for it as for what was told."""

    urgency: ClassVar[int] = 2

    owner: Owner

    @property
    def lane(self) -> str:
        """That of whom it names."""
        return self.owner.digest()

    def as_row(self) -> JsonRow:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Self:
        """From `as_row`."""
        return cls(_owner(row))


@dataclass(frozen=True, slots=True)
class ConsolidateOrder(_OwnersOrder):
    """Look at somebody's memories together."""

    kind: ClassVar[JobKind] = JobKind.CONSOLIDATE


@dataclass(frozen=True, slots=True)
class ProfileOrder(_OwnersOrder):
    """Build a user's profile."""

    kind: ClassVar[JobKind] = JobKind.PROFILE


Order: TypeAlias = AddOrder | DeleteOrder | ConsolidateOrder | ProfileOrder | ImportOrder
_ORDERS: Final[Mapping[str, Callable[[Mapping[str, object]], Order]]] = {
    JobKind.ADD: AddOrder.from_row,
    JobKind.DELETE: DeleteOrder.from_row,
    JobKind.CONSOLIDATE: ConsolidateOrder.from_row,
    JobKind.PROFILE: ProfileOrder.from_row,
    JobKind.IMPORT: ImportOrder.from_row,
}


def order_of(kind: str, row: Mapping[str, object]) -> Order:
    """What a row says."""
    return _ORDERS[kind](row)


def owners_in(row: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Ids of whose memories a row's order is about; nobody's once an import is over."""
    several = row.get("conversations")
    rows: list[Mapping[str, object]] = several if isinstance(several, list) else [row]
    return [asdict(_owner(each)) for each in rows]


def _with_files(message: Mapping[str, object], files: Sequence[bytes]) -> JsonRow:
    return {**message, "content": _parts(message["content"], files)}


def _parts(content: object, files: Sequence[bytes]) -> object:
    if not isinstance(content, list):
        return content
    return [_part(each, files) for each in content]


def _part(part: dict[str, object], files: Sequence[bytes]) -> JsonRow:
    type_ = str(part["type"])
    held = part[type_]
    if isinstance(held, Mapping) and FILE in held:
        return {**part, type_: {"url": files[held[FILE]]}}
    return part


def _in_words(message: Mapping[str, object]) -> JsonRow:
    content = message["content"]
    if not isinstance(content, list):
        return dict(message)
    texts = [str(part.get("text", UNREAD)) for part in content]
    return {**message, "content": "\n".join(texts)}


def _owner(row: Mapping[str, object]) -> Owner:
    owner = row["owner"]
    if not isinstance(owner, Mapping):
        raise TypeError("a job's order names no owner")
    return Owner(**{kind: owner.get(kind) for kind in IDS})
