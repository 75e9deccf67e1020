"""Who speaks, and what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from memories.engine.domain._parts import ContentPart, Original

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
JsonObject: TypeAlias = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose memories a call is about.

    Organisation and project are a hard storage partition. User, agent, app and run are mandatory
    filters: one that is named must match, one that is None leaves rows unconstrained on reads and
    empty on writes.
    """

    organization: str
    project: str
    user: str | None = None
    agent: str | None = None
    app: str | None = None
    run: str | None = None

    @property
    def home(self) -> "Scope":
        """Where the scope's entities live: all runs of a user, agent and app know the same."""
        return replace(self, run=None) if self.user or self.agent or self.app else self

    @property
    def everyone(self) -> "Scope":
        """The whole project, naming nobody."""
        return Scope(self.organization, self.project)

    @property
    def names_someone(self) -> bool:
        """True if at least one of user, agent, app, run is named."""
        return any((self.user, self.agent, self.app, self.run))


class Role(StrEnum):
    """Who speaks in a conversation, as chat interfaces name it."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as it was handed in, before it is stored.

    Attributes:
        text: verbatim words.
        name: the speaker's name, where the conversation gives one.
        client_id: the caller's own id of the message.
        said_at: when it was said, as given; None if the caller did not say.
        parts: all that it is made of, where not all of that is text: then `text` has only what is.
    """

    role: Role
    text: str
    name: str | None = None
    client_id: str | None = None
    said_at: datetime | None = None
    metadata: JsonObject = field(default_factory=dict)
    parts: tuple[ContentPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One stored turn, verbatim.

    Attributes:
        speaker: the name that stands for whoever spoke ("Caroline", "User", "Assistant").
        session: messages of one sitting share it.
        position: place in the conversation, ascending in the order things were said.
    """

    id: str
    role: Role
    speaker: str
    text: str
    said_at: datetime
    recorded_at: datetime
    session: str
    position: int
    name: str | None = None
    client_id: str | None = None
    metadata: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnedMessage:
    """A message with whose it is.

    Attributes:
        message: one that is not stored yet has no session and no position.
        expires_at: when it is no longer shown.
    """

    message: Message
    scope: Scope
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message about to be stored, with what tells it from every other.

    Attributes:
        identity: digest that a repeated message shares: see docs/glossary.md, "Message".
        expires_at: when it and what is learned from it are no longer shown.
        parts: what its text is still to be made of; empty once it is.
        originals: the files among them, with their bytes.
    """

    message: Message
    identity: bytes
    expires_at: datetime | None = None
    parts: tuple[ContentPart, ...] = ()
    originals: tuple[Original, ...] = ()
