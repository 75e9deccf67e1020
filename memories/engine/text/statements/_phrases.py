"""Phrases that say the same, in one wording; fillers left out; names in one order."""

import re
from typing import Final

_NAME: Final = r"[A-ZÀ-ÖØ-Þ][\w-]*(?:\s+[A-ZÀ-ÖØ-Þ][\w-]*)*"
_ADDED: Final = r"you know|by the way|i mean|of course|to be honest|in fact|as it happens|actually"
_OPENING: Final = (
    rf"{_ADDED}|well|okay|ok|anyway|and|right|yes|yeah|look|listen|you see|in any case|as you know"
    r"|to tell the truth|needless to say|the thing is|let me see"
)
_PHRASES: Final = tuple(
    (re.compile(pattern, 0 if "À" in pattern else re.IGNORECASE), replacement)
    for pattern, replacement in (
        (rf"(?:^|,)\s*(?:{_ADDED}|i see|for the record)\s*(?=,|[.!]*$)", " "),
        (
            (
                rf"^(?:(?:{_OPENING}),\s*"
                r"|(?:so|oh|hey|by the way|in fact|it turns out that|note that)\b[\s,]*)+"
            ),
            "",
        ),
        (r",\s*(?:then|though|too|as well|also|right|anyway)\s*[.!]*$", ""),
        (r"\s(?:too|as well)\s*[.!]*$", ""),
        (r"\b(?:right now|at the moment|these days|at present)\b", " "),
        (r"\bper cent\b", "percent"),
        (r"\b(?:is|are) able to\b", "can"),
        (r"\b(?:was|were) able to\b", "could"),
        (r"\b(?:has|have) to\b", "must"),
        (r"\bought to\b", "should"),
        (r"\bwould like to\b", "wants to"),
        (r"\b(?:is|are) (plan|hop)(?:n?ing) to\b", r"\1s to"),
        (r"\bplans? to\b", "plans to"),
        (r"\bhopes? to\b|\bhops to\b", "hopes to"),
        (r"\b(?:is|are) (?:fond of|keen on)\b", "likes"),
        (r"\bpassed away\b", "died"),
        (r"\bput off\b", "postponed"),
        (r"\bcalled off\b", "cancelled"),
        (r"\b(?:came|went) back to\b", "returned to"),
        (r"\btakes care of\b", "looks after"),
        (r"\btook care of\b", "looked after"),
        (r"\b(week|month|year)ly\b", r"every \1"),
        (r"\bannually\b", "every year"),
        (r"(?<=\d) ?o['’]clock\b", ""),
        (r"\b(?:the )?United States(?: of America)?\b|(?-i:\b(?:USA|U\.S\.A\.))", "US"),
        (r"\b(?:the )?United Kingdom\b|(?-i:\bU\.K\.)", "UK"),
        (
            r"\bworks for (?=(?-i:[A-Z]))|\b(?:is|are) employed (?:by|at) (?=(?-i:[A-Z]))",
            "works at ",
        ),
        (r"\bwon['’]t\b", "will not"),
        (r"\bcan['’]t\b|\bcannot\b", "can not"),
        (r"n['’]t\b", " not"),
        (r"['’]re\b", " are"),
        (r"['’]ve\b", " have"),
        (r"['’]ll\b", " will"),
        (r"['’]m\b", " am"),
        (r"['’]d\b", " would"),
        (r"\bdoes not (\w+[^\Wshxzoy]) ([^,]+?) at all\b", r"never \1s \2"),
        (r"\bdoes not (\w+[^\Wshxzoy]) ([^,]+?) any ?more\b", r"no longer \1s \2"),
        (r"['’]s got\b", " has"),
        (r"\b(has|have) got\b", r"\1"),
        (r"\b(?:who|which) (?:is|are)\b", " "),
        (r"\bworks as (?=an?\b)", "is "),
        (r"\bworked as (?=an?\b)", "was "),
        (r"\bhas an? (\w+) (?:named|called)\b", r"'s \1 is called"),
        (r"\b(is|was|are|were) named\b", r"\1 called"),
        (r"\b(?:along|together) with\b", "with"),
        (r"\bas well as\b", "and"),
        (r"\bin order to\b", "to"),
        (r"\bdue to\b", "because of"),
        (r"\bdaily\b", "every day"),
        (r"(\d)[- ]years?[- ]old\b", r"\1"),
        (r"\baged (?=\d)", ""),
        (rf"\b[Tt]he (\w+) of ({_NAME})(?!['’\w])", r"\2's \1"),
        # Roles are plain where "by" names who did it, or "to" who got it.
        (
            (
                r"^([^,]+?) (?:was|were) (\w+(?:ed|t|d))((?: [a-z]\w*){0,4}?)"
                rf" by ({_NAME})(?!['’\w])"
            ),
            r"\4 \2 \1\3",
        ),
        (
            (
                r"\b(owes|owed|gave|gives|lent|lends|sent|sends|sold|sells|showed|shows|handed)"
                rf" ([^,A-ZÀ-ÖØ-Þ]+?) to ({_NAME})(?!['’\w])"
            ),
            r"\1 \3 \2",
        ),
    )
)
_JOINED: Final = re.compile(rf"^{_NAME} and {_NAME}(?= [a-z])|\b{_NAME} and {_NAME}(?=[.!]*$)")


def in_one_wording(text: str) -> str:
    """The text with each phrase replaced by the one that stands for all that say the same."""
    for pattern, replacement in _PHRASES:
        text = pattern.sub(replacement, text)
    return _joined_names(text)


def _joined_names(text: str) -> str:
    """The text with two names that open or end it, joined by "and", in the alphabet's order."""
    pairs = list(_JOINED.finditer(text))
    if len(pairs) != 1 or "respectively" in text:
        return text
    (pair,) = pairs
    joined = " and ".join(sorted(pair[0].split(" and ")))
    return text[: pair.start()] + joined + text[pair.end() :]
