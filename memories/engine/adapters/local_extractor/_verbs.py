"""English verbs, as far as putting a name in place of "I" needs them."""

import re
from typing import Final

from memories.engine.text.word_lists import rows, word_set, words

# Pasts that are other words more often: "a bit", "the ground".
_OTHER_WORDS: Final = word_set("bit bore dove ground slew trod")
# Pasts that are not listed with the verbs.
_NEGATED: Final = word_set("didn't hadn't wasn't weren't")
# The same in past and present: taken for past, as most of what people tell is.
_UNCHANGING: Final = "bet broadcast burst cost cut hit hurt let put quit read set shut spread"
_MODALS: Final = """
    can can't cannot cant could couldn't may might must mustn't ought shall should shouldn't will
    won't wont would wouldn't used better gotta gonna wanna
"""
# What may follow "I" without being its verb.
_NOT_VERBS: Final = """
    a about after all also an and are aren't as at be because been before being both but by each
    either even ever every for from here if in into is isn't it its me my no nor not of off on or
    our out over she he so than that the their them then there these they this those though to too
    under until up us was we what when where which while who whom whose why with without you your
    am
"""
_PRESENT_FORMS: Final = {
    "am": "is",
    "are": "is",
    "aren't": "isn't",
    "do": "does",
    "don't": "doesn't",
    "dont": "doesn't",
    "go": "goes",
    "have": "has",
    "haven't": "hasn't",
    "havent": "hasn't",
    "were": "was",
    "weren't": "wasn't",
}
_ADVERBS: Final = """
    actually almost already also always both certainly clearly currently definitely even eventually
    ever finally first genuinely hardly honestly just kinda literally longer mainly maybe merely
    mostly never no now obviously occasionally often only possibly probably quickly quite rarely
    really recently regularly seldom seriously simply slowly sometimes soon still strongly sure
    suddenly then totally truly usually
"""

# A verb's row ends in "participle" or "ing" where the form by itself does not tell what is over.
PASTS: Final = (
    frozenset(row[0] for row in rows("irregular_verbs") if row[-1] not in {"participle", "ing"})
    - _OTHER_WORDS
    | _NEGATED
)
ADVERBS: Final = frozenset(_ADVERBS.split()) | {
    adverb for adverb in words("adverbs") if adverb.endswith("ly")
}
_FIXED: Final = PASTS | frozenset(_UNCHANGING.split()) | frozenset(_MODALS.split())
_OTHERS: Final = frozenset(_NOT_VERBS.split()) - {"am", "are", "aren't"}
_WORD: Final = re.compile(r"[a-z]{2,}")
_HISSING: Final = ("s", "x", "z", "ch", "sh", "o")


def is_past(verb: str) -> bool:
    """True of a lower-case form that tells what is over: "went", "moved"."""
    if verb in PASTS:
        return True
    return len(verb) > 3 and verb.endswith("ed") and verb not in words("verbs")  # noqa: PLR2004 - "bed"


def with_name(verb: str) -> str | None:
    """The lower-case form that follows a name in place of "I" or "you"; None to keep the word."""
    if verb in _PRESENT_FORMS:
        return _PRESENT_FORMS[verb]
    if verb in _FIXED or verb in _OTHERS or is_past(verb) or not _WORD.fullmatch(verb):
        return None
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(_HISSING) else f"{verb}s"
