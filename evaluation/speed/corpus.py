"""Made-up conversations that use words as people do: the same text for the same seed, anywhere.

Speakers tell each other what they bought, whom they met and where they went. Words are drawn by
Zipf's law, from lists and from an open-ended supply of invented names, so that an index over them
has a few very long posting lists and very many short ones, as over real talk.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final, TypeVar

from evaluation.speed import vocabulary

_Word = TypeVar("_Word")

_START: Final = datetime(2022, 1, 3, 18, 0, tzinfo=UTC)
_TURNS_A_SESSION: Final = 20
_DAYS_BETWEEN_SESSIONS: Final = 2
_SPEAKERS_A_TALK: Final = 3
# Mandelbrot's offset of the rank, which keeps the first words of each list from drowning the rest.
# With it, the words at ranks 10, 30, 100 and 300 are as frequent as in LoCoMo's conversations.
_MANDELBROT: Final = 10.0
_INVENTED: Final = 20_000
_SHARE_WITH_CHATTER: Final = 0.5
_SHARE_WITH_SECOND: Final = 0.5
_SHARE_WITH_REASON: Final = 0.6
# Slots whose filling a reader would call somebody, somewhere or something by name.
_NAMED_SLOTS: Final = (
    "first",
    "surname",
    "place",
    "pet",
    "shop",
    "street",
    "thing",
    "animal",
    "job",
)

# What is said, and a question that only it answers; the slots are filled alike in both.
_STATEMENTS: Final = (
    (
        "I bought a {adjective} {thing} at {shop} {time}",
        "Where did {speaker} buy the {adjective} {thing}?",
    ),
    (
        "{who} {first} moved to {place} {time} and works as a {job} at {shop}",
        "Where does {first} work as a {job}?",
    ),
    (
        "I have taken up {activity} with {first}, we meet on {street}",
        "Who does {activity} with {speaker}?",
    ),
    (
        "our {animal} {pet} hid behind the {thing} when {first} came by",
        "What is the name of {speaker}'s {animal}?",
    ),
    (
        "I read {book} on the train to {place} {time}",
        "Which book did {speaker} read on the train to {place}?",
    ),
    (
        "we ate {food} with {other_food} at {shop} in {place}",
        "What did {speaker} eat in {place}?",
    ),
    (
        "{who} is {feeling} about the {job} exam in {place}, {first} is helping",
        "Who feels {feeling} about the exam in {place}?",
    ),
    (
        "I am allergic to {food}, so {first} cooked {other_food} {time}",
        "What did {first} cook for {speaker}?",
    ),
    (
        "we looked at a flat on {street} in {place}, {number} euros with a {adjective} kitchen",
        "How much was the flat on {street}?",
    ),
    (
        "{first} {surname} taught me {activity} {time}",
        "Who taught {speaker} {activity}?",
    ),
    (
        "I lost my {adjective} {thing} somewhere between {street} and {shop}",
        "Where did {speaker} lose the {thing}?",
    ),
    (
        "{who} wants to go {activity} in {place} {time}, I would rather stay home",
        "Who wants to go {activity} in {place}?",
    ),
    (
        "my first lesson in {activity} is at {shop}, {first} {surname} runs it",
        "Who runs the lessons at {shop}?",
    ),
    (
        "I was {feeling} when {first} sold the {thing} to {who}",
        "Who sold the {thing}?",
    ),
    (
        "{first} gave me {book} for my birthday, and a {adjective} {thing}",
        "What did {first} give {speaker} for the birthday?",
    ),
    (
        "the {job} on {street} repaired my {thing} for {number} euros",
        "Who repaired {speaker}'s {thing}?",
    ),
    (
        "I dream of opening a place like {shop} in {place}, with {food} every day",
        "What does {speaker} dream of opening?",
    ),
    (
        "{who} found {pet}, a {adjective} {animal}, near {street}",
        "Where was {pet} found?",
    ),
)


@dataclass(frozen=True, slots=True)
class Said:
    """One made-up turn.

    Attributes:
        id: unique in its talk.
        session: which sitting of the talk it belongs to.
        about: whom and what it names, as it does.
        question: what it answers.
    """

    id: str
    session: str
    speaker: str
    text: str
    said_at: datetime
    about: tuple[str, ...]
    question: str

    def as_message(self) -> dict[str, object]:
        """The turn as `Memory.add` takes it."""
        return {
            "role": "user",
            "name": self.speaker,
            "content": self.text,
            "id": self.id,
            "timestamp": self.said_at,
        }


class _Words:
    """Draws words by Zipf's law."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._weights: dict[int, Sequence[float]] = {}

    def share(self) -> float:
        return self._random.random()

    def index(self, count: int) -> int:
        """A number below the count, the low ones far more often."""
        if count not in self._weights:
            self._weights[count] = list(
                accumulate(1 / (rank + _MANDELBROT) for rank in range(count))
            )
        return self._random.choices(range(count), cum_weights=self._weights[count])[0]

    def word(self, words: Sequence[_Word]) -> _Word:
        """One of the words, or of whatever else is offered."""
        return words[self.index(len(words))]

    def name(self) -> str:
        return invented_name(self.index(_INVENTED))

    def slots(self, speaker: str) -> dict[str, str]:
        """A filling of every slot that a statement can have."""
        food, other_food = self.word(vocabulary.FOODS), self.word(vocabulary.FOODS)
        return {
            "speaker": speaker,
            "who": self.word(vocabulary.PEOPLE),
            "first": self.word(vocabulary.FIRST_NAMES),
            "surname": self.name(),
            "place": self.word(vocabulary.PLACES),
            "activity": self.word(vocabulary.ACTIVITIES),
            "thing": self.word(vocabulary.THINGS),
            "adjective": self.word(vocabulary.ADJECTIVES),
            "food": food,
            "other_food": other_food,
            "animal": self.word(vocabulary.ANIMALS),
            "pet": self.name(),
            "job": self.word(vocabulary.JOBS),
            "feeling": self.word(vocabulary.FEELINGS),
            "time": self.word(vocabulary.TIMES),
            "shop": self.name(),
            "street": f"{self.name()} Street",
            "book": f"The {self.word(vocabulary.ADJECTIVES).capitalize()} {self.name()}",
            "number": str(20 + 5 * self.index(400)),
        }


def invented_name(number: int) -> str:
    """The name of that number: two or three syllables, another for each number."""
    syllables: list[str] = []
    rest = number
    while rest or len(syllables) < 2:  # noqa: PLR2004 - one syllable is no name
        rest, onset = divmod(rest, len(vocabulary.ONSETS))
        rest, nucleus = divmod(rest, len(vocabulary.NUCLEI))
        syllables.append(vocabulary.ONSETS[onset] + vocabulary.NUCLEI[nucleus])
    return ("".join(syllables) + vocabulary.CODAS[number % len(vocabulary.CODAS)]).capitalize()


def talk(count: int, *, seed: str) -> Iterator[Said]:
    """A conversation of so many turns, in order of time."""
    words = _Words(seed)
    speakers = list({words.word(vocabulary.SPEAKERS): None for _ in range(_SPEAKERS_A_TALK)})
    for number in range(count):
        session, place = divmod(number, _TURNS_A_SESSION)
        speaker = speakers[number % len(speakers)]
        first, about, question = _stated(words, speaker)
        parts = [first]
        if words.share() < _SHARE_WITH_CHATTER:
            parts.insert(0, words.word(vocabulary.CHATTER))
        if words.share() < _SHARE_WITH_SECOND:
            second, also_about, _ = _stated(words, speaker)
            parts.append(second)
            about += also_about
        yield Said(
            id=f"{seed}-{number}",
            session=f"{seed}-session-{session}",
            speaker=speaker,
            text=" ".join(parts),
            said_at=_START + timedelta(days=_DAYS_BETWEEN_SESSIONS * session, minutes=place),
            about=tuple(dict.fromkeys(about)),
            question=question,
        )


def _stated(words: _Words, speaker: str) -> tuple[str, tuple[str, ...], str]:
    """A statement, what it names, and the question that it answers."""
    statement, question = words.word(_STATEMENTS)
    slots = words.slots(speaker)
    said = statement.format_map(slots)
    if words.share() < _SHARE_WITH_REASON:
        said += f" {words.word(vocabulary.REASONS)}"
    about = tuple(slots[slot] for slot in _NAMED_SLOTS if f"{{{slot}}}" in statement)
    return f"{said[0].upper()}{said[1:]}.", about, question.format_map(slots)


def sessions(turns: Sequence[Said]) -> Iterator[Sequence[Said]]:
    """The turns of each sitting."""
    for first in range(0, len(turns), _TURNS_A_SESSION):
        yield turns[first : first + _TURNS_A_SESSION]


def questions(turns: Sequence[Said], count: int) -> list[str]:
    """Distinct questions about turns from all over a conversation.

    Raises:
        ValueError: the conversation has not enough turns for them.
    """
    step = max(1, len(turns) // count)
    offered = [turns[index] for start in range(step) for index in range(start, len(turns), step)]
    found = list(dict.fromkeys(turn.question for turn in offered))[:count]
    if len(found) < count:
        raise ValueError(f"{len(turns)} turns answer only {len(found)} questions, not {count}")
    return found
