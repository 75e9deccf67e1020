"""Basic times in other languages, as tables."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from memories.engine.domain import Interval
from memories.engine.text.dates._calendar import Calendar, Unit
from memories.engine.text.dates._relative import weekday_near
from memories.engine.text.dates._rules import HAN, Resolver, Rule, rule
from memories.engine.text.dates._tense import Tense, tense_around
from memories.engine.text.dates._words import DAY_OF_MONTH, MONTHS, YEAR, one_of

# German; French; Spanish; Italian; Portuguese.
_DAYS: Final[Mapping[str, int]] = {
    "vorgestern": -2,
    "gestern": -1,
    "heute": 0,
    "morgen": 1,
    "übermorgen": 2,
    "avant-hier": -2,
    "hier": -1,
    "aujourd'hui": 0,
    "demain": 1,
    "après-demain": 2,
    "anteayer": -2,
    "ayer": -1,
    "hoy": 0,
    "mañana": 1,
    "pasado mañana": 2,
    "l'altro ieri": -2,
    "ieri": -1,
    "oggi": 0,
    "domani": 1,
    "dopodomani": 2,
    "anteontem": -2,
    "ontem": -1,
    "hoje": 0,
    "amanhã": 1,
    "depois de amanhã": 2,
}
_UNITS: Final[Mapping[str, tuple[Unit, int]]] = {
    f"{step} {noun}": (unit, count)
    for count, unit, phrases in (
        (-1, Unit.WEEK, "letzte|vergangene Woche;letzter|letzten Woche"),
        (-1, Unit.MONTH, "letzten|vergangenen|letzter Monat"),
        (-1, Unit.YEAR, "letztes|vergangenes Jahr;letzten Jahr"),
        (-1, Unit.WEEKEND, "letztes|letzten Wochenende"),
        (0, Unit.WEEK, "diese|dieser Woche"),
        (0, Unit.MONTH, "diesen|diesem Monat"),
        (0, Unit.YEAR, "dieses|diesem Jahr"),
        (1, Unit.WEEK, "nächste|nächster|kommende Woche"),
        (1, Unit.MONTH, "nächsten|kommenden Monat"),
        (1, Unit.YEAR, "nächstes|nächsten|kommendes Jahr"),
        (1, Unit.WEEKEND, "nächstes|nächsten|kommendes Wochenende"),
        (-1, Unit.WEEK, "semaine dernière|passée;semana|settimana pasada|passada|scorsa"),
        (-1, Unit.MONTH, "mois dernier|passé;mes|mês|mese pasado|passado|scorso"),
        (-1, Unit.YEAR, "année dernière|passée;an dernier;año|ano|anno pasado|passado|scorso"),
        (0, Unit.WEEK, "cette semaine;esta semana;questa settimana"),
        (0, Unit.MONTH, "ce mois;este mes|mês;questo mese"),
        (0, Unit.YEAR, "cette année;este año|ano;quest' anno"),
        (1, Unit.WEEK, "semaine prochaine;próxima semana;prossima settimana"),
        (1, Unit.WEEK, "settimana prossima;semana que~viene|que~vem"),
        (1, Unit.MONTH, "mois prochain;próximo mes|mês;prossimo mese;mese prossimo;mes que~viene"),
        (1, Unit.YEAR, "année prochaine;an prochain;próximo año|ano;prossimo anno;anno prossimo"),
    )
    for phrase in phrases.split(";")
    for first, second in (phrase.lower().split(" "),)
    for step in first.split("|")
    for noun in second.replace("~", " ").split("|")
}
_COUNTED_UNITS: Final[Mapping[str, Unit]] = {
    noun: unit
    for unit, nouns in (
        (Unit.DAY, "tag tage tagen jour jours día días dia dias giorno giorni"),
        (Unit.WEEK, "woche wochen semaine semaines semana semanas settimana settimane"),
        (Unit.MONTH, "monat monate monaten mois mes meses mês mese mesi"),
        (Unit.YEAR, "jahr jahre jahren an ans année années año años ano anos anno anni"),
    )
    for noun in nouns.split()
}
_NUMBERS: Final[Mapping[str, int]] = {
    word: number
    for number, words in (
        (1, "einem einer un une una um uma uno"),
        (2, "zwei deux dos due dois duas"),
        (3, "drei trois tres tre três"),
        (4, "vier quatre cuatro quattro quatro"),
        (5, "fünf cinq cinco cinque"),
        (6, "sechs six seis sei"),
        (7, "sieben sept siete sette sete"),
        (8, "acht huit ocho otto oito"),
        (9, "neun neuf nueve nove"),
        (10, "zehn dix diez dieci dez"),
    )
    for word in words.split()
}
_MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner janvier enero gennaio janeiro",
            "februar février febrero febbraio fevereiro",
            "märz mars marzo março",
            "april avril abril aprile",
            "mai mayo maggio maio",
            "juni juin junio giugno junho",
            "juli juillet julio luglio julho",
            "august août agosto",
            "september septembre septiembre settembre setembro",
            "oktober octobre octubre ottobre outubro",
            "november novembre noviembre novembro",
            "dezember décembre diciembre dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "montag lundi lunes lunedì segunda segunda-feira",
            "dienstag mardi martes martedì terça terça-feira",
            "mittwoch mercredi miércoles mercoledì quarta quarta-feira",
            "donnerstag jeudi jueves giovedì quinta quinta-feira",
            "freitag vendredi viernes venerdì sexta sexta-feira",
            "samstag sonnabend samedi sábado sabato",
            "sonntag dimanche domingo domenica",
        )
    )
    for name in names.split()
}
_WEEKDAY_STEPS: Final[Mapping[str, int]] = {
    word: step
    for step, words in (
        (-1, "letzten vergangenen dernier pasado passado passada scorso scorsa"),
        (1, "nächsten kommenden prochain próximo próxima prossimo prossima que~viene que~vem"),
    )
    for word in (each.replace("~", " ") for each in words.split())
}
# "hier" is French for yesterday and German for here; "morgen" and "mañana" also mean morning.
_FRENCH: Final = re.compile(
    r"(?<!\w)(?:je|nous|il|elle|ils|elles|le|les|est|suis|avons|ai|était|une|du|au|mon|ma|on)(?!\w)"
    r"|(?<!\w)j['’]",
    re.IGNORECASE,
)
_GERMAN: Final = re.compile(
    r"(?<!\w)(?:ich|und|der|die|das|ist|wir|bin|es|sind|nicht|wohne|war)(?!\w)", re.IGNORECASE
)
# Verbs of five languages: what is told in the present with a day is to come.
_TENSES: Final = re.compile(
    r"\b(?:(?P<future>werden?|wirst|wird|möchten?|wollen|will|planen?|plant|fährt|trifft|verlässt|fängt"
    r"|(?:beginn|flieg|fahr|reis|zieh|treff|start|heirat|geh|komm|verlass|eröffn|besuch|fang)(?:en?|t)"
    r"|habe[n]?\s+(?:\w+\s+)?(?:termin|prüfung)"
    r"|vais|va|allons|vont|voy|vamos|van|vou|vai|vão|andrò|sarà|será"
    r"|\w{2,}(?:erai|irai|rons|ront)|\w+[aei]r(?:é|ás|á|emos|án|ei|ão)|\w+[aei]r(?:ò|à)"
    r"|commence|commençons|pars|partons|déménage|déménageons|arrive|quitte"
    r"|empiezo|empieza|empezamos|comienzo|comienza|salgo|sale|salimos|viajo|viaja|viajamos|vuelo|vuela"
    r"|llego|llega|mudo|muda|vemos|tengo|tenemos"
    r"|comincio|comincia|inizio|inizia|parto|parte|partiamo|volo|vola|vediamo|trasferisco"
    r"|começo|começa|chego|chega|viajamos)"
    r"|(?P<past>(?-i:(?!\w*gehen|gegen)\w*ge[a-zäöüß]{3,}(?:t|en))|war(?:en)?|hatten?|wurden?"
    r"|(?:ging|kam|traf|zog|flog|fuhr|begann)(?:en)?"
    r"|(?:ai|as|a|avons|avez|ont|suis|est|sommes|sont)\s+(?:\w+\s+)?\w+(?:é|ée|és|ées|i|is|u|us|ue|it|rt)"
    r"|étais|était|étions|fui|fue|fuimos|foi|fomos|era|éramos|estuve|estaba|estava|tuve|tive|hice|fiz"
    r"|\w+(?:é|ó|aron|ieron|amos|imos|ei|ou|aram|eram|iram)"
    r"|(?:ho|hai|ha|abbiamo|hanno|sono|è|siamo)\s+(?:\w+\s+)?\w+(?:at|ut|it|tt|ss|rs|rt|st|s)[oaie]))\b",
    re.IGNORECASE,
)
_MORNING: Final = r"(?<!guten )(?<!am )(?<!la )(?<!esta )(?<!heute )(?<!gestern )(?<!de )(?<!una )"


def _looks_ahead(match: re.Match[str], markers: re.Pattern[str]) -> bool:
    span = match.span("d") if "d" in match.re.groupindex else match.span()
    return tense_around(match.string, *span, markers=markers) is Tense.FUTURE


def _day(match: re.Match[str], calendar: Calendar) -> Interval | None:
    surface = match.group("name")
    name = " ".join(surface.lower().replace("’", "'").split())
    if name == "hier" and (_GERMAN.search(match.string) or not _FRENCH.search(match.string)):
        return None
    if name == "morgen" and surface[0].isupper() and match.start() > 0:
        return None
    return calendar.days_from_now(_DAYS[name])


def _unit(match: re.Match[str], calendar: Calendar) -> Interval:
    unit, count = _UNITS[" ".join(match.group("name").lower().replace("’", "'").split())]
    return calendar.unit_from_now(unit, count)


def _ago(match: re.Match[str], calendar: Calendar) -> Interval:
    words = match.group("number").lower()
    number = int(words) if words.isdigit() else _NUMBERS[words]
    return calendar.unit_from_now(_COUNTED_UNITS[match.group("unit").lower()], -number)


def _weekday(match: re.Match[str], calendar: Calendar) -> Interval:
    """Such as "letzten Samstag" or "lundi prochain"; with "am" the nearest past, or ahead."""
    words = (match.group("before") or match.group("after") or "am").lower()
    step = _WEEKDAY_STEPS.get(" ".join(words.split()))
    if step is None:
        step = 1 if _looks_ahead(match, _TENSES) else -1
    weekday = _WEEKDAYS[match.group("weekday").lower()]
    return calendar.day(weekday_near(calendar.today, weekday, step))


def _date(match: re.Match[str], calendar: Calendar) -> Interval | None:
    month_name = match.group("month").lower()
    month = _MONTHS[month_name]
    day, year = match.group("day"), match.group("year")
    ahead = not year and _looks_ahead(match, _TENSES)
    if day:
        nearest = calendar.year_nearest(month, int(day), ahead=ahead)
        return calendar.day(date(int(year or nearest), month, int(day)))
    # "In April" is also English, where the sentence's tense is looked at.
    before = (match.group("before") or "").lower()
    if year or (before and (before != "in" or month_name not in MONTHS)):
        this = calendar.today.month
        nearest = calendar.today.year + (month < this if ahead else -(month > this))
        return calendar.month(int(year or nearest), month)
    return None


_COUNT: Final = rf"(?P<number>\d{{1,4}}|{one_of(_NUMBERS)})\s+(?P<unit>{one_of(_COUNTED_UNITS)})"
EUROPEAN: Final[tuple[Rule, ...]] = (
    rule(
        rf"{_MORNING}(?P<name>{one_of(_DAYS).replace(chr(39), '[' + chr(39) + '’]')})",
        [word for name in _DAYS for word in re.split(r"[\s'-]", name) if len(word) > 1],
        _day,
    ),
    rule(
        rf"(?:l['’])?(?P<name>{one_of(_UNITS)})",
        {name.split()[0] for name in _UNITS} | {"année"},
        _unit,
    ),
    rule(
        rf"(?P<before>am|{one_of(_WEEKDAY_STEPS)})\s+(?P<weekday>{one_of(_WEEKDAYS)})(?P<after>)"
        r"(?!-\w)",
        _WEEKDAYS,
        _weekday,
    ),
    rule(
        rf"(?P<before>)(?P<weekday>{one_of(_WEEKDAYS)})\s+(?P<after>{one_of(_WEEKDAY_STEPS)})",
        _WEEKDAYS,
        _weekday,
    ),
    rule(rf"vor\s+{_COUNT}", ["vor"], _ago),
    rule(rf"il\s+y\s+a\s+{_COUNT}", ["il"], _ago),
    rule(rf"(?:hace|há)\s+{_COUNT}", ["hace", "há"], _ago),
    rule(rf"{_COUNT}\s+(?:fa|atrás)", ["fa", "atrás"], _ago),
    rule(
        rf"(?:(?P<before>im|en|em|a|in|seit|depuis|desde)\s+)?(?P<d>(?:(?P<day>{DAY_OF_MONTH})(?:\.|er|º)?\s*"
        rf"(?:de\s+)?)?(?P<month>{one_of(_MONTHS)})(?:\s+(?:de\s+|del\s+)?(?P<year>{YEAR}))?)",
        _MONTHS,
        _date,
    ),
)

# Chinese, simplified and traditional; Japanese.
_HAN_DAYS: Final[Mapping[str, int]] = {
    "前天": -2,
    "昨天": -1,
    "昨晚": -1,
    "今天": 0,
    "今晚": 0,
    "明天": 1,
    "后天": 2,
    "後天": 2,
    "一昨日": -2,
    "おととい": -2,
    "昨日": -1,
    "きのう": -1,
    "今日": 0,
    "今朝": 0,
    "明日": 1,
    "あした": 1,
    "明後日": 2,
}
_HAN_UNITS: Final[Mapping[str, tuple[Unit, int]]] = {
    word: (unit, count)
    for unit, count, words in (
        (Unit.WEEKEND, -1, "上周末 上週末 先週末"),
        (Unit.WEEKEND, 0, "这周末 這週末 今週末"),
        (Unit.WEEKEND, 1, "下周末 下週末 来週末"),
        (Unit.WEEK, -1, "上周 上週 上星期 上个星期 上個星期 先週"),
        (Unit.WEEK, 0, "本周 这周 這週 今週"),
        (Unit.WEEK, 1, "下周 下週 下星期 下个星期 下個星期 来週"),
        (Unit.MONTH, -1, "上个月 上個月 上月 先月"),
        (Unit.MONTH, 0, "这个月 這個月 本月 今月"),
        (Unit.MONTH, 1, "下个月 下個月 来月"),
        (Unit.YEAR, -2, "前年 一昨年"),
        (Unit.YEAR, -1, "去年 昨年"),
        (Unit.YEAR, 0, "今年"),
        (Unit.YEAR, 1, "明年 来年"),
    )
    for word in words.split()
}
_HAN_WEEKS: Final = tuple(word for word, (unit, _) in _HAN_UNITS.items() if unit is Unit.WEEK)
_HAN_WEEKDAYS: Final[Mapping[str, int]] = {
    character: number
    for characters in ("一二三四五六日", "月火水木金土天")
    for number, character in enumerate(characters)
}
_HAN_NUMBERS: Final[Mapping[str, int]] = {
    word: number for number, word in enumerate("一二三四五六七八九十", start=1)
} | {"两": 2, "兩": 2}
_HAN_COUNTED: Final[Mapping[str, Unit]] = {
    word: unit
    for unit, words in (
        (Unit.DAY, "天 日"),
        (Unit.WEEK, "周 週 週間 星期 个星期 個星期"),
        (Unit.MONTH, "个月 個月 か月 ヶ月 カ月"),
        (Unit.YEAR, "年"),
    )
    for word in words.split()
}

# Chinese and Japanese, whose verbs follow the day.
_HAN_TENSES: Final = re.compile(
    r"(?P<past>ました|でした|った|した|んだ|[了过過])"
    r"|(?P<future>ます|予定|つもり|[将將会會要]|打算|计划|計劃|准备|準備)"
)


def _han_day(match: re.Match[str], calendar: Calendar) -> Interval:
    return calendar.days_from_now(_HAN_DAYS[match.group()])


def _han_unit(match: re.Match[str], calendar: Calendar) -> Interval:
    return calendar.unit_from_now(*_HAN_UNITS[match.group()])


def _han_weekday(match: re.Match[str], calendar: Calendar) -> Interval:
    week = calendar.unit_from_now(*_HAN_UNITS[match.group("week")])
    return calendar.day(week.start.date() + timedelta(days=_HAN_WEEKDAYS[match.group("weekday")]))


def _han_ago(match: re.Match[str], calendar: Calendar) -> Interval:
    words = match.group("number")
    number = _HAN_NUMBERS[words] if words in _HAN_NUMBERS else int(words)
    return calendar.unit_from_now(_HAN_COUNTED[match.group("unit")], -number)


def _han_date(match: re.Match[str], calendar: Calendar) -> Interval:
    year, month, day = (match.group(name) for name in ("year", "month", "day"))
    if not month:
        return calendar.year(int(year))
    if not day:
        return calendar.month(int(year), int(month))
    ahead = _looks_ahead(match, _HAN_TENSES)
    nearest = calendar.year_nearest(int(month), int(day), ahead=ahead)
    return calendar.day(date(int(year or nearest), int(month), int(day)))


def _han_rule(pattern: str, resolve: Resolver) -> Rule:
    """A rule without word boundaries: these scripts do not mark them."""
    return Rule(re.compile(pattern), frozenset({HAN}), resolve)


HAN_RULES: Final[tuple[Rule, ...]] = (
    _han_rule(rf"(?<![大])(?:{one_of(_HAN_DAYS)})", _han_day),
    _han_rule(
        rf"(?P<week>{one_of(_HAN_WEEKS)})の?(?P<weekday>[月火水木金土日])曜日?", _han_weekday
    ),
    _han_rule(rf"(?P<week>{one_of(_HAN_WEEKS)})(?P<weekday>[一二三四五六日天])", _han_weekday),
    _han_rule(one_of(_HAN_UNITS), _han_unit),
    _han_rule(
        rf"(?P<number>(?<!\d)\d{{1,4}}|[{''.join(_HAN_NUMBERS)}])\s?"
        rf"(?P<unit>{one_of(_HAN_COUNTED)})(?:前|以前|之前)",
        _han_ago,
    ),
    _han_rule(
        r"(?<!\d)(?P<year>[12]\d{3})\s?年(?!前|以前|之前)"
        r"(?:\s?(?P<month>\d{1,2})\s?月(?:\s?(?P<day>\d{1,2})\s?[日号號])?)?",
        _han_date,
    ),
    _han_rule(r"(?<!\d)(?P<year>)(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号號]", _han_date),
)
