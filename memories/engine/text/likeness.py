"""Names that may be the same name, written otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from memories.engine.text.forms import full_names, name_words
from memories.engine.text.word_lists import words as listed

# Anna is not Hanna: two given names that differ in a letter are more often two people.
_GIVEN_NAMES_PRIOR: Final = 0.4
# Shorter names differ in one letter from too many others.
_SHORTEST_MISSPELT: Final = 5


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two names are alike.

    Attributes:
        key: what they share; two names are alike in a way if they share the key.
        reason: in which way, in words.
        prior: how likely two of one home that are alike so are one, before anything else is known
            of them; from 0 to 1, set by hand (docs/entities.md).
    """

    key: str
    reason: str
    prior: float


def likenesses(name: str) -> Iterator[Likeness]:
    """The ways in which other names can be like this one, the surest first."""
    words = name_words(name)
    joined = "".join(letter for word in words for letter in word if letter.isalnum())
    several = len(words) > 1
    yield Likeness(f"letters {joined}", "the same but for spaces and signs", 0.9)
    if several:
        yield Likeness(f"words {' '.join(sorted(words))}", "the same words in another order", 0.85)
        rest = " ".join(words[1:])
        for first in {words[0], *full_names(words[0])}:
            yield Likeness(f"full {first} {rest}", "a short form of the first name", 0.8)
        yield Likeness(f"initial {words[0][0]} {rest}", "an initial for the first name", 0.6)
    if len(joined) >= _SHORTEST_MISSPELT:
        prior = 0.7 if several else 0.5
        for place in range(len(joined)):
            # Two that differ in one letter, or in two that changed places, are the same without it.
            key = f"{len(words)} {joined[:place]}{joined[place + 1 :]}"
            yield Likeness(f"letter {key}", "one letter differs", prior)


def judged(likeness: Likeness, one: str, other: str) -> Likeness:
    """How two names that share a likeness are alike, now that both are known."""
    differing = set(name_words(one)) ^ set(name_words(other))
    if likeness.key.startswith("letter") and differing <= listed("given_names"):
        return Likeness(
            likeness.key, "one letter differs between two given names", _GIVEN_NAMES_PRIOR
        )
    return likeness


def has_initial(name: str) -> bool:
    """True if the first name is one letter, as in "J. Smith"."""
    words = name_words(name)
    return len(words) > 1 and len(words[0]) == 1
