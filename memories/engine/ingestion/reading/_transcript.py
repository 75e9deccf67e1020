"""Plain text transcripts: a line `Name: words` for each turn."""

import re
from datetime import datetime, timedelta

from memories.engine.domain import Role, Turn
from memories.engine.ingestion.reading._conversations import Conversation, Session
from memories.engine.ingestion.reading._source import first_filled
from memories.engine.ingestion.reading._times import parse_iso

_DAY = r"\d{4}-\d{2}-\d{2}"
_TIME = rf"{_DAY}[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?:Z|[+-]\d{{2}}:?\d{{2}})?"
_LINE = re.compile("([^\r\n]*)(?:\r\n|\r|\n|$)")
# Up to four words, the first one starting with a capital or a letter of a script without case, so
# that "later: I mean" continues a turn; and white space after the colon, so that "https://" does.
_SPOKEN = re.compile(
    rf"(?:\[(?P<bracketed>\d[^\]]*)\]\s*|(?P<bare>{_TIME})\s+(?:-\s+)?)?"
    r"(?P<name>[^\W\d_][\w.'’-]*(?:[ ][\w.'’-]+){0,3})[ ]?[:\uff1a](?P<gap>\s*)(?P<words>\S.*)"
)
_RULE = re.compile(r"-{3,}\s*(?P<date>\d[^-\s].*?)\s*-{3,}")
_ROLES = {
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "system": Role.SYSTEM,
    "tool": Role.TOOL,
}
# Under a dated rule only the day is known. A second a turn keeps the order.
_TURN_SPACING = timedelta(seconds=1)
_EXPECTED = "expected JSON, JSON Lines or a transcript of lines `Name: words`"


class TranscriptFault(Exception):
    """The text is no transcript.

    Attributes:
        offset: where it stops being so.
        reason: what was expected there.
    """

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


def looks_spoken(text: str) -> bool:
    """True if the text's first line has the form of a transcript's."""
    line = _LINE.match(text, first_filled(text))
    first = "" if line is None else line[1].strip()
    return _speech_on(first) is not None or _RULE.fullmatch(first) is not None


def read_transcript(text: str, name: str) -> Conversation:
    """Returns the conversation of a transcript.

    A line may begin with a time, `[2024-03-01 10:20]` or a bare ISO one. Lines without a name
    continue the turn before them. A blank line before a named line, or a line `--- 2024-03-01 ---`,
    starts a new session. The names User, Human, Assistant, AI, System and Tool are roles.

    Raises:
        TranscriptFault: the text is of another form.
    """
    transcript = _Transcript()
    for line in _LINE.finditer(text):
        if line.group():
            transcript.take_line(line[1], line.start())
    transcript.end_session()
    return Conversation(name, tuple(transcript.sessions))


class _Transcript:
    """The sessions read so far and the turn that a next line may continue."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self._turns: list[Turn] = []
        self._speaker: tuple[str, datetime | None] | None = None
        self._lines: list[str] = []
        self._next_at: datetime | None = None

    def take_line(self, line: str, offset: int) -> None:
        offset += len(line) - len(line.lstrip())
        stripped = line.strip()
        self._refuse_nul(stripped, offset)
        rule = _RULE.fullmatch(stripped)
        spoken = _speech_on(stripped)
        if rule is not None:
            self.end_session()
            self._next_at = _moment(rule["date"], offset + rule.start("date"))
        elif spoken is not None:
            if self._lines and not self._lines[-1]:
                self.end_session()
            self._start_turn(spoken, offset)
        elif self._speaker is not None:
            self._lines.append(line.rstrip())
        elif stripped:
            raise TranscriptFault(offset, f"{_EXPECTED}, got {stripped[:40]!r}")

    def end_session(self) -> None:
        self._end_turn()
        if self._turns:
            session_id = f"session-{len(self.sessions) + 1}"
            self.sessions.append(Session(session_id, tuple(self._turns)))
        self._turns = []
        self._next_at = None

    def _start_turn(self, spoken: re.Match[str], offset: int) -> None:
        self._end_turn()
        group = "bare" if spoken["bracketed"] is None else "bracketed"
        said_at = self._next_at
        if spoken[group] is not None:
            said_at = _moment(spoken[group], offset + spoken.start(group))
        elif said_at is not None:
            self._next_at = said_at + _TURN_SPACING
        self._speaker = (spoken["name"], said_at)
        self._lines = [spoken["words"]]

    def _end_turn(self) -> None:
        if self._speaker is None:
            return
        name, said_at = self._speaker
        role = _ROLES.get(name.lower())
        self._turns.append(
            Turn(
                role=role or Role.USER,
                text="\n".join(self._lines).rstrip(),
                name=name if role is None else None,
                said_at=said_at,
            )
        )
        self._speaker = None
        self._lines = []

    def _refuse_nul(self, line: str, offset: int) -> None:
        if "\x00" in line:
            raise TranscriptFault(offset + line.index("\x00"), "expected text, got a NUL character")


def _speech_on(line: str) -> re.Match[str] | None:
    spoken = _SPOKEN.fullmatch(line)
    if spoken is None or spoken["name"][0].islower():
        return None
    # Chinese and Japanese put no space after their own colon.
    return spoken if spoken["gap"] or spoken.string[spoken.start("gap") - 1] == "\uff1a" else None


def _moment(text: str, offset: int) -> datetime:
    moment = parse_iso(text)
    if moment is None:
        reason = f"expected a time such as 2024-03-01 10:20, got {text[:40]!r}"
        raise TranscriptFault(offset, reason)
    return moment
