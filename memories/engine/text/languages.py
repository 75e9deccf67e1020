"""Which language a text is in, by its script and its function words."""

import re
from collections import Counter
from functools import cache, lru_cache
from typing import Final

DEFAULT_LANGUAGE: Final = "en"

# Function words that no other language of this table shares, or shares rarely: a handful a text
# is enough. They double as the words that a query's lexical search leaves out.
_FUNCTION_WORDS: Final[dict[str, str]] = {
    "en": """a about am an and any are as at be been being but by can could did do does doing for
        from had has have having he her hers him his how i if in into is it its just me my of on
        or our ours shall she should so some than that the their theirs them then there these they
        this those to too very was we were what when where which while who whom whose why will
        with would you your yours not no yes s t ve re ll d m don didn doesn isn aren wasn weren
        also such up out over again own same only more most other both each few because until
        during before after above below under between through once here all""",
    "de": """aber als am auf aus bei bin bist das dass dem den der des dich die dir du ein eine
        einem einen einer er es für hat habe haben hatte ich ihr im ist ja kann kein keine mein
        meine meinen mich mir mit nach nicht noch nur oder schon sehr sein sich sie sind über um
        und uns vom von vor war was wie wir wird zu zum zur gestern heute morgen auch""",
    "fr": """ai au aux avec ce ces cette c'est dans de des du elle elles en est et eu il ils j'ai
        je la le les leur lui ma mais me mes moi mon ne nous notre ou où par pas pour qu que qui
        sa se ses son sont suis sur ta te tes toi ton tu un une vous était été hier""",
    "es": """al con cuando de del desde donde el ella ellos en entre era es esta este está fue ha
        hay he la las le lo los me mi mis muy más no nos o para pero por porque que se sin sobre
        son su sus también tengo tiene un una y ya yo ayer soy""",
    "it": """al alla anche che chi ci come con da dal dei del della di e è gli ha ho i il in io
        la le lo ma mi mia mio ne nel nella non o per perché più questo sei si sono su sua suo
        tra tu un una uno ieri abbiamo""",
    "pt": """ao aos as com como da das de do dos e ela ele em era essa esse está eu foi há isso
        já mais mas me meu minha muito na nas não no nos o os ou para pela pelo por porque que se
        sem seu sua são também tem tenho um uma você ontem""",
    "nl": """aan als bij dat de den der die dit een en er ge geen haar heb hebben heeft het hij
        hoe ik in is je maar me met mijn naar niet nog nu of om ons onze ook op te tot uit van
        voor waar was wat we werd wij zijn ze zij zo gisteren""",
    "sv": """att av den det du en ett för från har hon han hade i inte jag kan men med min mitt
        när och om på som så till var vi är igår""",
}
# A script that one widely used language owns names it, where enough of the letters are of it:
# an English sentence with one Chinese word stays English.
_SCRIPT_SHARE: Final = 0.3
_SCRIPTS: Final = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_WORD: Final = re.compile(r"[^\W\d_]+")


@cache
def function_words(language: str) -> frozenset[str]:
    """The language's function words, lower-case; empty for a language that has no table."""
    return frozenset(_FUNCTION_WORDS.get(language, "").split())


@cache
def _languages_by_word() -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for language in _FUNCTION_WORDS:
        for word in function_words(language):
            words[word] = (*words.get(word, ()), language)
    return words


# An ingest asks of each text several times.
@lru_cache(maxsize=256)
def detect_language(text: str) -> str | None:
    """The text's language as an ISO 639-1 code, or None where the evidence is thin.

    A script that is not Latin decides at once where it holds enough of the letters; otherwise the
    language that most of the function words are of, if they are at least two and no other
    language has as many.
    """
    letters = sum(character.isalpha() for character in text) or 1
    for language, script in _SCRIPTS if not text.isascii() else ():
        if len(script.findall(text)) / letters >= _SCRIPT_SHARE:
            return language
    votes: Counter[str] = Counter()
    for word in _WORD.findall(text.casefold()):
        votes.update(_languages_by_word().get(word, ()))
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < 2:  # noqa: PLR2004 - "at least two", as the docstring says
        return None
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return None
    return ranked[0][0]
