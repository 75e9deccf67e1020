"""Names, and nouns after determiners, of the Romance languages."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import EntityType, Mention
from memories.engine.text.languages import function_words
from memories.engine.text.mentions._spelling import find_capitalised
from memories.engine.text.mentions._tokens import Token, tokenize
from memories.engine.text.word_lists import word_set

_SCORE: Final = 0.6
_SHORTEST_NOUN: Final = 3
# "l'école" is two words.
_ELISION: Final = re.compile(r"^(?:[ldjmtsnc]|qu|dell|all|un|nell|sull)['’](?=\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grammar:
    """What chunking a Romance language needs; all words are lower-case.

    Attributes:
        determiners: words that only stand before a noun.
        articles: words that are articles or, after one of `clitic_hosts`, object pronouns.
        clitic_hosts: words after which an article is a pronoun.
        preposed: adjectives before the noun, left out.
        links: words that join two nouns to one term.
        kinds: endings of adjectives after the noun that say which kind.
        light: nouns that name nothing.
        titles: words that come before a person's name.
    """

    determiners: frozenset[str]
    articles: frozenset[str]
    clitic_hosts: frozenset[str]
    preposed: frozenset[str]
    links: frozenset[str]
    kinds: re.Pattern[str]
    light: frozenset[str]
    titles: frozenset[str]


GRAMMARS: Final[dict[str, Grammar]] = {
    "fr": Grammar(
        determiners=word_set(
            "un une mon ma mes ton ta tes sa ses notre nos votre vos leur leurs ce cet cette ces "
            "du au aux quelques plusieurs chaque"
        ),
        articles=word_set("le la les l'"),
        clitic_hosts=word_set(
            "je j' tu il elle on nous vous ils elles ne n' me m' te t' se s' y pour de à sans lui"
        ),
        preposed=word_set(
            "petit petite petits petites grand grande grands grandes nouveau nouvel nouvelle "
            "nouveaux nouvelles vieux vieil vieille vieilles beau bel belle beaux belles bon bonne "
            "bons bonnes mauvais mauvaise jeune jeunes gros grosse joli jolie premier première "
            "dernier dernière prochain prochaine deux trois quatre cinq six sept huit dix même "
            "autre autres vrai vraie ancien ancienne excellent excellente"
        ),
        links=word_set("de d' à"),
        kinds=re.compile(r".{3,}(?:iques?|aires?|istes?|ales?|iennes?|iens|aises?|elles?|ières?)"),
        light=word_set(
            "chose choses fois peu plupart temps moment moments jour jours journée semaine "
            "semaines mois an ans année années heure heures minute minutes matin soir soirée nuit "
            "midi après-midi week-end lundi mardi mercredi jeudi vendredi samedi dimanche janvier "
            "février mars avril mai juin juillet août septembre octobre novembre décembre "
            "printemps été automne hiver façon manière sorte genre type idée idées problème "
            "problèmes raison raisons cas fait point côté bout fin début monde gens tout toute "
            "tous plus moins mieux pire coup coups truc trucs avis air nom mal bien lot demi "
            "moitié reste droit envie besoin peine peur honte bonheur chance suite instant "
            "hier demain veille lendemain autre autres même mêmes plaisir euro euros litre "
            "dommage seul seule autant dernier dernière premier première total contraire moyen "
            "tour impression effet place partie question réponse exemple milieu"
        ),
        titles=word_set("madame monsieur mme m. dr docteur tante oncle mamie papi papy maître"),
    ),
    "es": Grammar(
        determiners=word_set(
            "un una unos unas mi mis tu tus su sus nuestro nuestra nuestros nuestras este esta "
            "estos estas ese esa esos esas del al cada algunos algunas aquel aquella"
        ),
        articles=word_set("el la los las"),
        clitic_hosts=word_set(
            "no me te se nos ya yo que él ella nunca también siempre le si cuando"
        ),
        preposed=word_set(
            "gran buen buena bueno mal nuevo nueva nuevos nuevas viejo vieja primer primera "
            "último última próximo próxima mejor mejores peor pequeño pequeña dos tres cuatro "
            "cinco seis siete ocho diez mismo misma otro otra otros otras antiguo antigua"
        ),
        links=word_set("de"),
        kinds=re.compile(r".{3,}(?:ic[oa]s?|ales?|ares?|ari[oa]s?|ian[oa]s?|ístic[oa]s?|al)"),
        light=word_set(
            "cosa cosas vez veces tiempo momento momentos día días semana semanas mes meses año "
            "años hora horas minuto minutos mañana tarde noche mediodía lunes martes miércoles "
            "jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto "
            "septiembre octubre noviembre diciembre primavera verano otoño invierno forma manera "
            "tipo idea ideas problema problemas razón caso hecho punto lado fin final principio "
            "mundo gente todo toda todos todas más menos mejor peor poco mucho que cual "
            "suerte pena favor gusto placer nombre parte partes mitad resto vida verdad ganas "
            "miedo culpa par montón euros euro otro otra mismo misma próximo última pasado próxima "
            "dos tres cuatro cinco lo ayer hoy rato bien mal menudo salvo través medio lugar "
            "pesar cambio contrario respuesta pregunta ejemplo estoy está son fue ha he"
        ),
        titles=word_set(
            "señor señora sr. sra. don doña doctor doctora dr. dra. tía tío abuela abuelo"
        ),
    ),
}


def find_romance(
    text: str, protected: Sequence[Mention], *, language: str, opens: bool
) -> Iterator[Mention]:
    """Yields the mentions of a text in a Romance language; see `find_english` for the arguments.

    Nouns are found in the languages that have a grammar here, names in all.
    """
    tokens = _split_elisions(text, tokenize(text, protected, contractions=frozenset(), opens=opens))
    grammar = GRAMMARS.get(language)
    light: Collection[str] = grammar.light if grammar else ()
    common = function_words(language) | frozenset(light)
    titles: Collection[str] = grammar.titles if grammar else ()
    yield from find_capitalised(text, tokens, common=common, titles=titles)
    if grammar is not None:
        for index in range(len(tokens)):
            noun = _noun_at(tokens, index, grammar, common)
            if noun is not None:
                start, end = tokens[noun[0]].start, tokens[noun[1] - 1].end
                yield Mention(text[start:end], start, end, EntityType.TOPIC, _SCORE)


def _split_elisions(text: str, tokens: Sequence[Token]) -> list[Token]:
    split: list[Token] = []
    for token in tokens:
        elided = None if token.mention else _ELISION.match(token.text)
        if elided is None:
            split.append(token)
            continue
        middle = token.start + elided.end()
        head, rest = text[token.start : middle], text[middle : token.end]
        lower = head.lower().replace("’", "'")
        split.append(Token(head, lower, token.start, middle, opens=token.opens))
        split.append(Token(rest, rest.lower(), middle, token.end))
    return split


def _noun_at(
    tokens: Sequence[Token], index: int, grammar: Grammar, common: Collection[str]
) -> tuple[int, int] | None:
    """Returns where the noun after the determiner at `index` begins and ends."""
    if not _is_determiner(tokens, index, grammar):
        return None
    start = index + 1
    while start < len(tokens) and tokens[start].lower in grammar.preposed:
        start += 1
    if not _is_plain(tokens, start, common):
        return None
    end = start + 1
    if (
        end < len(tokens)
        and tokens[end].lower in grammar.links
        and _is_plain(tokens, end + 1, common)
    ):
        end += 2
    if _is_plain(tokens, end, common) and grammar.kinds.fullmatch(tokens[end].lower):
        end += 1
    return start, end


def _is_determiner(tokens: Sequence[Token], index: int, grammar: Grammar) -> bool:
    word = tokens[index].lower
    if word in grammar.determiners:
        return True
    if word not in grammar.articles:
        return False
    return index == 0 or tokens[index - 1].lower not in grammar.clitic_hosts


def _is_plain(tokens: Sequence[Token], index: int, common: Collection[str]) -> bool:
    if index >= len(tokens):
        return False
    token = tokens[index]
    return (
        token.mention is None
        and token.text.replace("-", "").isalpha()
        and token.text[0].islower()
        and len(token.text) >= _SHORTEST_NOUN
        and token.lower not in common
    )
