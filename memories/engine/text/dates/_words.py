"""The words that times are made of, and the pieces of patterns built from them."""

from collections.abc import Iterable, Mapping
from typing import Final

MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
# Months whose name is nothing else: they may stand bare ("January was hard").
CERTAIN_MONTHS: Final = frozenset(
    ("january", "february", "july", "september", "october", "november", "december")
)

WEEKDAYS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tues tue",
            "wednesday wed",
            "thursday thurs thur thu",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}
# Weekdays that may stand without "on", "last" or the like.
CERTAIN_WEEKDAYS: Final = frozenset(name for name in WEEKDAYS if name.endswith("day"))

# The first month of each season in the north; half a year later in the south.
SEASONS: Final[Mapping[str, int]] = {
    "spring": 3,
    "summer": 6,
    "fall": 9,
    "autumn": 9,
    "winter": 12,
}

FEW: Final = 0  # stands for "a few", "several": some number from two to five
NUMBERS: Final[Mapping[str, int]] = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "a couple of": 2,
    "a couple": 2,
    "couple of": 2,
    "couple": 2,
    "a few": FEW,
    "few": FEW,
    "several": FEW,
    "some": FEW,
}
DECADES: Final[Mapping[str, int]] = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}


def one_of(words: Iterable[str]) -> str:
    """An alternation of the words, longest first, spaces matching any run of white space."""
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(word.replace(" ", r"\s+") for word in ordered) + ")"


MONTH: Final = one_of(MONTHS)
WEEKDAY: Final = one_of(WEEKDAYS)
SEASON: Final = one_of(SEASONS)
NUMBER: Final = rf"(?:(?<![\d.,])\d{{1,4}}|{one_of(NUMBERS)})"
DAY_OF_MONTH: Final = r"(?<![\d./:$€£-])(?:0?[1-9]|[12]\d|3[01])"
ORDINAL: Final = r"(?:st|nd|rd|th)"
YEAR: Final = r"(?:1[0-9]|2[0-9])\d\d(?![\d%])"
# What may follow a time that ends a phrase; a noun would make it part of a name ("the 5th grade").
PHRASE_ENDS: Final = (
    r"(?=\s*(?:$|[.,;:!?)\n]|-\s)|\s+(?:at|in|on|for|with|and|but|or|so|to|from|when|because|by|i|we"
    r"|he|she|they|it|you|my|our|his|her|their|this|last|next|the|a|was|is|were|did|will|after|before"
    r"|as|around|until|till|of\s+(?:this|last|next)\s+month)\b)"
)


def number_of(words: str) -> int:
    """The number that the words name; FEW where they name no exact one."""
    plain = " ".join(words.lower().split())
    return int(plain) if plain.isdigit() else NUMBERS[plain]
