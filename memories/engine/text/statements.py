"""Whether two statements say the same, judged by their words and in doubt denied.

Agreement in meaning is not enough: "6 years at the bank" and "5 years at the bank" are near in
every embedding. Here two statements are the same only if they have the same content words in the
same order, give or take words that carry nothing and adjuncts that may stand elsewhere, and agree
in numbers, dates, negation, modality and tense.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, takewhile
from typing import Final

from memories.engine.text.tokens import LETTER, fold

# Words whose presence changes nothing that a memory would be asked for.
_EMPTY: Final = frozenset(
    """a an the do does has have having of that which who whom very really so just quite pretty
    rather truly simply actually basically literally definitely certainly absolutely totally
    honestly also already indeed frankly obviously clearly and also own now currently presently
    nowadays as per some , ;""".split()
)
# Forms of "be" and past auxiliaries: "is paid", "was paid" and "paid" are three statements.
_MARKS: Final = {
    "am": "is", "are": "is", "is": "is", "was": "was", "were": "was", "be": "be", "been": "been",
    "being": "being", "had": "had", "did": "did", "s": "is",
}  # fmt: skip
# Words before which "has" owns and does not only help: "has a cold" is not "is cold".
_OWNED: Final = frozenset(
    "a an the no some any many much few several his her their its my our your another".split()
)
# One spelling for what people write in several ways, where no memory would tell them apart. A
# stroke parts the groups, and no word is in two of them.
_SYNONYMS: Final = """
    mother mom mum mommy mama mummy / father dad daddy papa / photo picture photograph pic / photos
    pictures photographs pics / film movie / films movies / kid child / kids children / big large /
    small little / begin start / began started commenced / begins starts / buy purchase / bought
    purchased / buys purchases / bike bicycle / bikes bicycles / phone telephone / tv television
    telly / grandmother grandma granny nana gran / grandfather grandpa granddad / fridge
    refrigerator / vacation holiday / flat apartment / enjoys likes / enjoyed liked / loves adores
    / loved adored / happy glad pleased / afraid scared frightened / physician doctor dr / ok okay
    / maths math mathematics / hard difficult / almost nearly / talks speaks / finish complete /
    finished completed / finishes completes / got obtained received / gets receives / sick ill /
    fast quick / quickly rapidly / car automobile / cars automobiles / lives resides / lived
    resided / job position / helps assists / helped assisted / often frequently / every each /
    wants desires / wanted desired / sofa couch / departs leaves / departed left / until till /
    might may / color colour / colors colours / favorite favourite / gray grey / center centre /
    theater theatre / neighbor neighbour / neighbors neighbours / program programme / jewelry
    jewellery / pajamas pyjamas / tire tyre / plow plough / organizes organises / organized
    organised / traveling travelling / traveled travelled / canceled cancelled / learned learnt /
    burned burnt / dreamed dreamt / everybody everyone / somebody someone / anybody anyone /
    repaired mended fixed / repairs mends fixes / roughly approximately / airplane aeroplane / aunt
    auntie / cellphone mobile / truck lorry / sweater pullover jumper / trousers pants / rubbish
    garbage trash / elevator lift / sidewalk pavement / eggplant aubergine / zucchini courgette /
    diaper nappy / diapers nappies / flashlight torch / exam examination / exams examinations / lab
    laboratory / uni university / ad advertisement / lawyer attorney / vet veterinarian / hates
    detests loathes / hated detested loathed / built constructed / builds constructs / chose picked
    selected / fired dismissed sacked / moved relocated / moves relocates / closed shut / closes
    shuts / needs requires / needed required / cried wept / cries weeps / lost misplaced / located
    situated / huge enormous / clever smart intelligent / rich wealthy / vegetables veggies /
    colleague coworker / colleagues coworkers / friend buddy pal / friends buddies pals / shop
    store / shops stores / bookshop bookstore / maybe perhaps / probably likely / has owns /
    february feb / april apr / august aug / september sept sep / october oct / november nov /
    december dec / phoned telephoned rang / rabbit bunny / postponed delayed"""
_ONE_WORD: Final = {
    variant: words[0]
    for words in (group.split() for group in _SYNONYMS.split("/"))
    for variant in words
}
_COUNTED: Final = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen""".split()
    )
}
_TENS: Final = {
    word: value
    for value, word in zip(
        range(20, 100, 10),
        "twenty thirty forty fifty sixty seventy eighty ninety".split(),
        strict=True,
    )
}
_FIGURES: Final = (
    {word: str(value) for word, value in (_COUNTED | _TENS).items()}
    | {"hundred": "100", "dozen": "12", "once": "1 x", "twice": "2 x", "thrice": "3 x"}
    | {
        word: f"{value}{ending}"
        for value, (word, ending) in enumerate(
            (pair.split("/") for pair in "first/st second/nd third/rd fourth/th fifth/th".split()),
            start=1,
        )
    }
)
# What a number may count, in one spelling; only right behind a figure.
_UNITS: Final = {
    variant: words[0]
    for words in (
        line.split()
        for line in """
        km kilometre kilometres kilometer kilometers kms / m metre metres meter meters / cm
        centimetre centimetres centimeter centimeters / mm millimetre millimetres millimeter
        millimeters / mile miles / kg kilo kilos kilogram kilograms kilogramme kilogrammes kgs / g
        gram grams gramme grammes / l litre litres liter liters / ml millilitre millilitres
        milliliter milliliters / hour hours hr hrs h / minute minutes min mins / sec secs second
        seconds / day days / week weeks / month months / year years yr yrs / % percent / € euro
        euros eur / $ dollar dollars usd / x times time""".split("/")
    )
    for variant in words
}
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        """january jan/february feb/march mar/april apr/may/june jun/july jul/august aug
        september sep sept/october oct/november nov/december dec""".replace("\n", "/").split("/"),
        start=1,
    )
    for name in names.split()
}
_DAYS: Final = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday christmas easter".split()
)
_PERIODS: Final = frozenset(
    """morning afternoon evening night weekend spring summer autumn winter week month year
    noon midnight""".split()
)
_RELATIVE: Final = frozenset("yesterday today tomorrow tonight".split())
_WHICH: Final = frozenset("last next this every each".split())
_WHERE: Final = frozenset("in on at".split())
_CURRENCIES: Final = frozenset("$€£¥")
# What opens an adjunct, a part of the sentence that may stand at its front or its end.
_OPENERS: Final = frozenset(
    """in on at with for from to since until till near after before during because when while if
    although without despite""".split()
)
_PLACED: Final = _WHERE | frozenset("from to with for since until till near".split())
_DETERMINERS: Final = frozenset("the a an his her their its my our your".split())
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
        (r"\b(?:takes|take) place\b", "is"),
        (r"\btook place\b", "was"),
        (r"\bknows? how to\b", "can"),
        (r"\bworks as (?=an?\b)", "is "),
        (r"\bworked as (?=an?\b)", "was "),
        (r"\bhas an? (\w+) (?:named|called)\b", r"'s \1 is called"),
        (r"\b(is|was|are|were) named\b", r"\1 called"),
        (r"\bthe name of (\w+['’]s \w+) is\b", r"\1 is called"),
        (r"\blikes ([\w ]+?) (?:better|more) than\b", r"prefers \1 to"),
        (r"\b(?:left|resigned from) (?=(?:his|her|their) job\b)", "quit "),
        (r"\bhas an? (\w+) allergy\b", r"is allergic to \1"),
        (r"['’]s weight is\b", " weighs"),
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
_DATE: Final = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{'|'.join(_MONTHS)})\b\.?"
    r"(?:,?\s+(?P<year>\d{4})\b)?"
    rf"|\b(?P<month2>{'|'.join(_MONTHS)})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
    r"(?:,?\s+(?P<year2>\d{4})\b)?",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(r"\b(1[0-2]|[1-9])(?::([0-5]\d))?\s?([ap])\.?m\b\.?", re.IGNORECASE)
# The date that the extractor writes behind a relative one: "yesterday (7 May 2023)".
_RESOLVED: Final = re.compile(
    r"\b(?P<words>(?:yesterday|today|tomorrow|tonight|(?:last|this|next|on)\s+\w+"
    r"|(?:\w+\s+){1,2}ago)(?:\s+(?:morning|afternoon|evening|night))?)"
    r"\s*\((?P<date>[^()]*\d[^()]*)\)",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(rf"^{_NAME} and {_NAME}(?= [a-z])|\b{_NAME} and {_NAME}(?=[.!]*$)")
_WORD: Final = re.compile(
    r"(?<!\w)-(?=[\d.])|\d+(?:st|nd|rd|th)\b|\d*\.?\d+(?:[.,:/-]\d+)*"
    rf"|(?:(?!\d){LETTER})(?:{LETTER})*+(?:[./:&](?:{LETTER})++)*"
    r"(?:\+\+|[+#](?!\w))?|[%$€£¥<>≤≥+,;?]"
)
_MINUS: Final = "\N{MINUS SIGN}"
# Years, days as _with_dates() writes them, and times of the day.
_CALENDAR: Final = re.compile(r"\d{4}|\d{4}-\d\d-\d\d|\d{1,2}:\d\d")


@dataclass(frozen=True, slots=True)
class _Part:
    """Words of a statement that stay together.

    Attributes:
        words: in one spelling.
        adjunct: says when, where or with whom, so it may stand elsewhere.
    """

    words: tuple[str, ...]
    adjunct: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """A statement as far as it can differ from another.

    Attributes:
        content: words that carry meaning, in order, in one spelling.
        openers: places in the content where an adjunct begins.
        marks: auxiliaries that set tense and voice, sorted.
        resolved: dates written in brackets behind relative ones.
        signs: emoji.
    """

    content: tuple[str, ...]
    openers: frozenset[int]
    marks: tuple[str, ...]
    resolved: frozenset[str]
    signs: frozenset[str]


def say_the_same(one: str, other: str) -> bool:
    """True if no question would be answered differently by the one than by the other.

    Symmetric. Errs towards False: what is wrongly kept apart is only kept twice, what is wrongly
    folded is hidden.
    """
    return any(
        _agree(_read(one, dated=dated), _read(other, dated=dated)) for dated in (False, True)
    )


def _agree(first: _Reading, second: _Reading) -> bool:
    if first.marks != second.marks:
        return False
    if first.resolved and second.resolved and first.resolved != second.resolved:
        return False
    if first.signs and second.signs and first.signs != second.signs:
        return False
    return bool(first.content) and _is_turned(first, second)


def _is_turned(first: _Reading, second: _Reading) -> bool:
    """Same words in the same order, but for one adjunct moved from the end to the front.

    "On Friday Anna sang" is "Anna sang on Friday"; "Anna called Ben" is not "Ben called Anna".
    """
    one, other = first.content, second.content
    if one == other:
        return True
    if len(one) != len(other) or sorted(one) != sorted(other):
        return False
    return any(
        one[turn:] + one[:turn] == other
        for turn in range(1, len(one))
        if turn in first.openers or len(one) - turn in second.openers
    )


@lru_cache(maxsize=8192)
def _read(statement: str, *, dated: bool) -> _Reading:
    """Read a statement.

    Args:
        statement: any text.
        dated: put the date in brackets in the place of the relative words before it.
    """
    text = unicodedata.normalize("NFKC", statement).strip().replace(_MINUS, "-")
    resolved = frozenset(fold(_with_dates(found["date"])) for found in _RESOLVED.finditer(text))
    text = _RESOLVED.sub(r"on \g<date>" if dated else r"\g<words>", text)
    for pattern, replacement in _PHRASES:
        text = pattern.sub(replacement, text)
    text = _joined_names(text)
    raw = list(_in_figures(_WORD.findall(_with_dates(text))))
    marks: list[str] = []
    content: list[str] = []
    openers: set[int] = set()
    for part in _arranged(_parts(raw, marks)):
        if part.adjunct or (part.words and part.words[0] in _OPENERS):
            openers.add(len(content))
        content.extend(part.words)
    return _Reading(
        content=tuple(content),
        openers=frozenset(openers),
        marks=tuple(sorted(marks)),
        resolved=frozenset() if dated else resolved,
        signs=frozenset(sign for sign in text if unicodedata.category(sign) == "So"),
    )


def _joined_names(text: str) -> str:
    """The text with two names that open or end it, joined by "and", in the alphabet's order."""
    pairs = list(_JOINED.finditer(text))
    if len(pairs) != 1 or "respectively" in text:
        return text
    (pair,) = pairs
    joined = " and ".join(sorted(pair[0].split(" and ")))
    return text[: pair.start()] + joined + text[pair.end() :]


def _with_dates(text: str) -> str:
    """The text with days and times in one form: "3 March 2024" as "2024-03-03"."""

    def written(found: re.Match[str]) -> str:
        month = found["month"] or found["month2"]
        if month == "may":  # "5 may come": a verb
            return found[0]
        year = found["year"] or found["year2"]
        day = f"{_MONTHS[month.casefold()]:02}-{int(found['day'] or found['day2']):02}"
        return f"{year}-{day}" if year else f"0000-{day}"

    return _CLOCK.sub(_clock, _DATE.sub(written, text))


def _clock(found: re.Match[str]) -> str:
    """Half a day's hours on the whole day's clock: "7 pm" as "19:00"."""
    hour = int(found[1]) % 12 + (12 if found[3] in "pP" else 0)
    return f"{hour}:{found[2] or '00'}"


def _in_figures(words: Sequence[str]) -> Iterator[str]:
    """The words with numbers as figures, each unit in one spelling and behind its figure."""
    sign = before = ""
    for index, word in enumerate(words):
        folded = fold(word)
        following = fold(words[index + 1]) if index + 1 < len(words) else ""
        if word in _CURRENCIES and following[:1].isdigit():
            sign = word
        elif before in _TENS and 0 < _COUNTED.get(folded, 0) < 10:  # noqa: PLR2004 - twenty-five
            yield str(_TENS[before] + _COUNTED[folded])
        elif folded in _TENS and 0 < _COUNTED.get(following, 0) < 10:  # noqa: PLR2004 - likewise
            pass
        elif _FIGURES.get(before, before)[:1].isdigit() and folded in _UNITS:
            yield _UNITS[folded]
        elif word[:1].isdigit():
            yield re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", word)
            yield from sign
            sign = ""
        else:
            yield from _FIGURES.get(folded, word).split()
        before = folded


def _parts(words: Sequence[str], marks: list[str]) -> Iterator[_Part]:
    """The statement's words and adjuncts; auxiliaries go to the marks.

    What is left out stands as a part without words: it keeps its neighbours apart.
    """
    index = 0
    while index < len(words):
        until = _adjunct_end(words, index)
        if until > index:
            yield _Part(tuple(_told(words[index:until])), adjunct=True)
            index = until
            continue
        word = fold(words[index])
        following = fold(words[index + 1]) if index + 1 < len(words) else ""
        owning = following in _OWNED or following[:1].isdigit()
        if word in {"has", "have", "had"} and owning:
            yield _Part(("had" if word == "had" else "has",))
        elif word in _MARKS:
            marks.append(_MARKS[word])
            yield _Part(())
        else:
            yield _Part(() if word in _EMPTY else (_spelled(words[index]),))
        index += 1


def _told(adjunct: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(adjunct):
        if fold(word) not in (_DETERMINERS | _WHERE if place == 0 else _DETERMINERS):
            yield _spelled(word)


def _adjunct_end(words: Sequence[str], start: int) -> int:
    """Where the adjunct of place, time or company ends that starts here; `start` if none does."""
    first = fold(words[start])
    if first in _RELATIVE:
        return start + 1
    if first in _WHICH:
        return start + 2 if start + 1 < len(words) and _is_time(words[start + 1]) else start
    if first not in _PLACED:
        return start
    inner = start + 1
    while inner < len(words) and fold(words[inner]) in _DETERMINERS:
        inner += 1
    until = inner
    while until < len(words) and _is_time(words[until]):
        until += 1
    if until == inner:
        until = _names_end(words, inner, opening=start == 0)
    if until == inner and first == "at" and inner < len(words) and words[inner][0].isdigit():
        until += 1
    return until if until > inner else start


def _names_end(words: Sequence[str], start: int, *, opening: bool) -> int:
    """Where the names end that start here.

    "In Rome Ben sang": the last of the names that open a sentence is who it is about.
    """
    until = start
    while until < len(words) and words[until][0].isupper() and not _is_time(words[until]):
        until += 1
    followed = until < len(words) and words[until] != ","
    return until - 1 if opening and followed and until > start + 1 else until


def _is_time(word: str) -> bool:
    folded = fold(word)
    named = folded in _DAYS or folded in _PERIODS or folded in _RELATIVE or folded in _WHICH
    return named or (folded in _MONTHS and word != "may") or bool(_CALENDAR.fullmatch(word))


def _spelled(word: str) -> str:
    folded = fold(word)
    return folded if word == "May" else _ONE_WORD.get(folded, folded)


def _arranged(parts: Iterator[_Part]) -> Iterator[_Part]:
    """Adjuncts in one order where they stand side by side, those that open the sentence last.

    "In 1988 in Odesa Vera was born" and "Vera was born in Odesa in 1988" come out the same.
    """
    every = list(parts)
    leading = list(takewhile(lambda part: part.adjunct, every))
    for adjunct, group in groupby(every[len(leading) :] + leading, key=lambda part: part.adjunct):
        run = list(group)
        yield from sorted(run, key=lambda part: part.words) if adjunct else run
