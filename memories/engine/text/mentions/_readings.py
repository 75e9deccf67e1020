"""What an English word can be, seen alone: its lexicon entries, its ending, or a noun."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from memories.engine.text.word_lists import first_words, word_set, words


class Tag(StrEnum):
    """A part of speech, as coarse as chunking needs it."""

    DETERMINER = "D"
    PRONOUN = "P"
    PREPOSITION = "I"
    CLAUSE = "C"
    AUXILIARY = "X"
    TO = "T"
    ADVERB = "R"
    ADJECTIVE = "J"
    CLASSIFYING = "K"
    VERB = "V"
    NOUN = "N"
    NAME = "E"
    NUMBER = "U"
    INTERJECTION = "H"
    POSSESSIVE = "S"
    MARK = "."


def _table(**listed: str) -> dict[str, Tag]:
    return {word: Tag[name.upper()] for name, line in listed.items() for word in line.split()}


# What stands firm whatever is around; "her", "that" and "so" are decided in context.
_FIXED: Final = _table(
    determiner="""a an the this these those my your his her its our their some any no every each
        another both all half many much few several more most enough such other what which
        whatever whichever whose fewer less least either neither y'all's plus""",
    pronoun="""i you he she it we they me him us them mine yours hers ours theirs myself yourself
        himself herself itself ourselves yourselves themselves something
        someone somebody anything
        anyone anybody nothing nobody everything everyone everybody none ya thee thou y'all yall
        oneself others i'd you'd he'd she'd we'd they'd i'll you'll he'll she'll it'll we'll
        they'll i've you've we've they've ive youve theyve there""",
    auxiliary="""am is are was were be been being do does did have has had having can could will
        would shall should may might must i'm you're he's she's it's we're they're that's there's
        here's who's what's where's how's im youre hes shes theyre thats whats gonna wanna gotta
        ain't ought let's lets cannot cant dont wont 're 'm 's 've 'll 'd won't can't""",
    preposition="""about above across after against along alongside amid among amongst around as at
        before behind below beneath beside besides between beyond by despite during except for from
        in inside into like near of off on onto opposite out outside over past per regarding round
        since than through throughout toward towards under underneath unlike until till up upon
        versus vs via with within without down""",
    clause="""and or but nor yet because if while when whenever where wherever why how who whom
        whoever that though although unless whereas whether so cuz""",
    adverb="not here now then too just also even still only quite very rather maybe perhaps",
    to="to",
)
_NUMBER: Final = re.compile(r"\d[\d.,:]*(?:st|nd|rd|th|am|pm|km|kg|%|k|s)?")
_NUMBER_WORDS: Final = word_set(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety hundred thousand million billion first second third fourth fifth dozen once twice"
)
_CLITICS: Final = ("'ve", "'ll", "'re", "'d", "n't")
_NOUNS_IN_LY: Final = word_set(
    "family reply supply assembly butterfly bully rally ally jelly belly lily fly anomaly trolley "
    "monopoly holly dolly tally hillbilly italy july ply doily"
)
_NOUNS_IN_ED: Final = word_set(
    "bed seed weed speed shed feed breed need deed reed sled moped hundred steed thread bread "
    "newlywed biped watershed bobsled seabed greed creed"
)
_ADJECTIVE_ENDING: Final = re.compile(
    r".{3}(?:ous|istic|less|[^e]able|ible|iest|ier)|.{4,}ful|.+-(?:old|like|free|friendly|based|sized)"
)
_NOT_ADJECTIVES: Final = word_set(
    "vegetable table cable handful mouthful spoonful cupful armful crucible bible constable "
    "barrier carrier courier terrier pier soldier supplier atelier cashier frontier premier "
    "unless regardless parable timetable syllable cottier glacier"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a word can be.

    Attributes:
        fixed: its only part of speech, if it has but one.
        verb: the form that it can be of a verb: "base", "s", "past", "ing", or "".
        noun: it can be a noun.
        adjective: it can be an adjective.
        listed: some list holds it, so it is an ordinary word.
    """

    fixed: Tag | None = None
    verb: str = ""
    noun: bool = False
    adjective: bool = False
    listed: bool = True


@lru_cache(maxsize=65536)
def read_word(word: str) -> Reading:
    """Returns what a lower-case word can be; an unknown one can be a noun."""
    fixed = _fixed_tag(word)
    if fixed is not None:
        return Reading(fixed=fixed)
    verb = _verb_form(word)
    adjective = word in words("adjectives") or _is_comparative(word)
    light = word in words("light_nouns")
    if word in words("adverbs") and not (light or adjective):
        return Reading(fixed=Tag.ADVERB)
    noun = light or _is_ambiguous(word) or _is_also_noun(word)
    if verb or adjective or noun:
        return Reading(verb=verb, noun=noun, adjective=adjective)
    return _read_ending(word)


def _fixed_tag(word: str) -> Tag | None:
    if word in _FIXED or word in _NUMBER_WORDS or _NUMBER.fullmatch(word):
        return _FIXED.get(word, Tag.NUMBER)
    if word.endswith(_CLITICS):
        return Tag.AUXILIARY
    if word in words("function_words"):
        return Tag.CLAUSE
    if word in words("interjections") and word not in words("light_nouns"):
        return Tag.INTERJECTION
    if not word[:1].isalnum():
        return Tag.MARK
    return Tag.CLASSIFYING if word in words("classifying_adjectives") else None


def _read_ending(word: str) -> Reading:
    if word.endswith("ly") and word not in _NOUNS_IN_LY:
        return Reading(fixed=Tag.ADVERB, listed=False)
    if word.endswith("ed") and word not in _NOUNS_IN_ED and len(word) > 4:  # noqa: PLR2004 - "bed"
        return Reading(verb="past", adjective="-" in word, listed=False)
    if word.endswith("ing") and len(word) > 5:  # noqa: PLR2004 - "king"
        return Reading(verb="ing", noun=True, listed=False)
    if _ADJECTIVE_ENDING.fullmatch(word) and word not in _NOT_ADJECTIVES:
        return Reading(adjective=True, listed=False)
    return Reading(noun=True, listed=False)


def _is_verb(base: str) -> bool:
    return base in words("verbs") or base in words("ambiguous")


def _verb_form(word: str) -> str:
    if word in first_words("irregular_verbs"):
        return "past"
    if _is_verb(word):
        return "base"
    for ending, form in (("ing", "ing"), ("ed", "past"), ("s", "s")):
        if word.endswith(ending) and any(map(_is_verb, _bases(word, ending))):
            return form
    return ""


def _bases(word: str, ending: str) -> tuple[str, ...]:
    stem = word[: -len(ending)]
    if ending == "s":
        return (stem, stem.removesuffix("e"), stem.removesuffix("ie") + "y")
    undoubled = stem[:-1] if stem[-1:] == stem[-2:-1] else stem
    return (stem, stem + "e", undoubled, stem.removesuffix("i") + "y")


def _is_ambiguous(word: str) -> bool:
    ambiguous = words("ambiguous")
    return word in ambiguous or (
        word.endswith("s") and any(base in ambiguous for base in _bases(word, "s"))
    )


def _is_also_noun(word: str) -> bool:
    return word in words("nouns_in_ing") or word in words("nouns_and_adjectives")


def _is_comparative(word: str) -> bool:
    adjectives = words("adjectives")
    for ending in ("er", "est"):
        if word.endswith(ending) and any(base in adjectives for base in _bases(word, ending)):
            return True
    return False
