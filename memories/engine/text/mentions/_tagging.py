"""A part of speech for each English word, guessed from what it can be and from its neighbours."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from memories.engine.text.mentions._readings import Reading, Tag, read_word
from memories.engine.text.mentions._tokens import Token
from memories.engine.text.word_lists import word_set, words

_BEFORE_NOUN: Final = frozenset({Tag.DETERMINER, Tag.CLASSIFYING, Tag.POSSESSIVE, Tag.NUMBER})
_ENDS_PHRASE: Final = frozenset({Tag.MARK, Tag.AUXILIARY, Tag.PREPOSITION, Tag.CLAUSE})
_BEFORE_ACTIVITY: Final = frozenset(
    {Tag.VERB, Tag.PREPOSITION, Tag.MARK, Tag.CLAUSE, Tag.NOUN, Tag.TO, Tag.ADVERB}
)
_OBJECT: Final = frozenset({Tag.DETERMINER, Tag.PRONOUN, Tag.NUMBER})
_BE: Final = word_set(
    "am is are was were be been being i'm you're he's she's it's we're they're that's there's im "
    "youre hes shes theyre thats 're 'm 's isn't aren't wasn't weren't"
)
_HAVE: Final = word_set("have has had having i've you've we've they've ive haven't hasn't")
_DEGREES: Final = word_set("so too that this any no all most more less least very")
_LISTING: Final = word_set(", and or but")
_PARTICLES: Final = word_set("out up off down away over")
_IMPERATIVE_OBJECTS: Final = word_set(
    "the a an my your our his her their those these it them me us"
)
_DO: Final = word_set("do does did don't doesn't didn't let's let lets")
_SUBJECTS: Final = word_set("i we they he she i'll you'll we'll they'll i'd you'd we'd")
_BARE_INFINITIVE: Final = word_set(
    "let lets let's help helped helps make makes made go gonna wanna"
)
# After "this" and "that" a verb may follow where after "the" none can.
_PRONOMINAL: Final = word_set("this that these those all both some most many few each what")
_NO_NOUN_AFTER_THE: Final = word_set(
    "best worst same other only whole latest last next first least most own entire rest"
)


def tag_words(tokens: Sequence[Token]) -> None:
    """Sets the tag of every token that has none, from left to right."""
    for index, token in enumerate(tokens):
        if not token.tag:
            token.tag = _Context(tokens, index).decide(read_word(token.lower))


class _Context:
    """One word between its neighbours: those before it are tagged, those after it are not."""

    def __init__(self, tokens: Sequence[Token], index: int) -> None:
        self._tokens = tokens
        self._index = index
        self._word = tokens[index].lower
        before = tokens[index - 1] if index else None
        self._before_word = before.lower if before else ""
        opened = before is None or tokens[index].opens
        self._before = Tag.MARK if opened or before is None else Tag(before.tag)
        if self._before is Tag.ADVERB and index > 1 and not tokens[index - 1].opens:
            self._before = Tag(tokens[index - 2].tag)
            self._before_word = tokens[index - 2].lower
        self._next = self._reading_at(index + 1)

    def _reading_at(self, index: int) -> Reading:
        if index >= len(self._tokens):
            return Reading(fixed=Tag.MARK)
        token = self._tokens[index]
        if token.tag:
            return Reading(fixed=Tag(token.tag))
        return Reading(fixed=Tag.POSSESSIVE) if token.lower == "'s" else read_word(token.lower)

    def decide(self, reading: Reading) -> Tag:
        if self._word in _DECISIONS:
            return _DECISIONS[self._word](self)
        if reading.fixed is not None:
            return reading.fixed
        if reading.verb == "ing" and not reading.adjective:
            return self._decide_ing(reading)
        if reading.verb and self._is_verb(reading):
            return Tag.VERB
        if reading.adjective:
            return self._decide_adjective(reading)
        return self._decide_noun(reading)

    def _decide_noun(self, reading: Reading) -> Tag:
        if not reading.listed and self._stands_as_verb():
            return Tag.VERB
        if reading.verb == "past" and not reading.noun:
            # "a broken lid", "much appreciated", but "the shot"
            is_modifier = self._noun_follows() or self._word.endswith("ed")
            return Tag.ADJECTIVE if is_modifier else Tag.NOUN
        return Tag.NOUN

    def _stands_as_verb(self) -> bool:
        """True for an unknown word where only a verb can stand: "we flummoxed", "to defrag it"."""
        word = self._before_word
        if self._before is Tag.PRONOUN:
            return word in _SUBJECTS or (word in {"you", "it"} and self._opens_clause())
        if self._tokens[self._index].opens and not self._word.endswith("s"):
            after = self._index + 1
            return after < len(self._tokens) and self._tokens[after].lower in _IMPERATIVE_OBJECTS
        if self._before is Tag.AUXILIARY:
            return word not in _BE and word not in _HAVE and word not in _DO
        return self._before is Tag.TO and self._next.fixed in _OBJECT

    def _opens_clause(self) -> bool:
        if self._index < 2 or self._tokens[self._index - 1].opens:  # noqa: PLR2004 - pronoun first
            return True
        return self._tokens[self._index - 2].tag in {Tag.CLAUSE, Tag.AUXILIARY, Tag.MARK}

    def _decide_adjective(self, reading: Reading) -> Tag:
        if reading.noun and not self._noun_follows():
            return Tag.NOUN
        # "a simple, cheap phone" goes on; "a novel." does not.
        ends_phrase = self._next.fixed in _ENDS_PHRASE and not self._is_listed_on()
        is_head = (
            self._before in {Tag.DETERMINER, Tag.POSSESSIVE}
            and ends_phrase
            and self._before_word not in _DEGREES
            and not self._word.endswith(("er", "est"))
            and self._word not in _NO_NOUN_AFTER_THE
        )
        return Tag.NOUN if is_head else Tag.ADJECTIVE

    def _is_listed_on(self) -> bool:
        after = self._index + 1
        return after < len(self._tokens) and self._tokens[after].lower in _LISTING

    def _noun_follows(self) -> bool:
        following = self._next
        return (
            (following.noun and following.verb != "ing")
            or following.adjective
            or following.fixed in {Tag.CLASSIFYING, Tag.NAME}
            or following.verb == "base"
        )

    def _is_verb(self, reading: Reading) -> bool:
        before, word = self._before, self._before_word
        if before in {Tag.PRONOUN, Tag.TO}:
            return True
        if before in _BEFORE_NOUN or before is Tag.ADJECTIVE:
            pronominal = word in _PRONOMINAL and reading.verb in {"s", "past"}
            return pronominal and not reading.noun and self._next.fixed is not None
        if before is Tag.AUXILIARY:
            return self._is_verb_after_auxiliary(reading)
        if not reading.noun:
            stranded = before is Tag.PREPOSITION and self._next.fixed not in _OBJECT
            return not (stranded and reading.verb in {"base", "s"})
        return self._is_noun_or_verb(reading)

    def _is_verb_after_auxiliary(self, reading: Reading) -> bool:
        if reading.verb in {"past", "ing"} or not reading.noun:
            return True
        full = self._before_word in _BE or self._before_word in _HAVE
        return reading.verb == "base" and not full

    def _is_noun_or_verb(self, reading: Reading) -> bool:
        """Decides a word such as "walk" or "shifts" after a noun, a verb or a boundary."""
        before, following = self._before, self._next
        if before is Tag.PREPOSITION:
            return False
        if reading.verb == "s" and following.adjective and not following.noun:
            return True  # "sounds awesome", "the tree looks amazing"
        if before is Tag.VERB:
            return self._before_word in _BARE_INFINITIVE
        if before in {Tag.NOUN, Tag.NAME}:
            return self._is_verb_after_noun(reading)
        return self._opens_verb_phrase(reading)

    def _opens_verb_phrase(self, reading: Reading) -> bool:
        """Decides such a word at a boundary, by what comes after it."""
        if self._index > 1 and self._tokens[self._index - 1].lower in {"and", "or"}:
            parallel = self._tokens[self._index - 2].tag == Tag.VERB and self._takes_object()
            return parallel or self._next.fixed in _OBJECT or self._is_phrasal()
        if reading.verb == "s":
            return self._next.fixed in {Tag.DETERMINER, Tag.PRONOUN}
        return self._takes_object() or self._is_phrasal()

    def _is_phrasal(self) -> bool:
        after = self._index + 1
        return after < len(self._tokens) and self._tokens[after].lower in _PARTICLES

    def _takes_object(self) -> bool:
        following = self._next
        return (
            following.fixed in _OBJECT
            or following.fixed in {Tag.NAME, Tag.TO, Tag.ADVERB}
            or (following.fixed is None and (following.noun or following.adjective))
        ) and not (self._index + 1 >= len(self._tokens))

    def _is_verb_after_noun(self, reading: Reading) -> bool:
        plural = self._before_word.endswith("s") and not self._before_word.endswith("ss")
        if reading.verb == "base":
            return plural and self._before is Tag.NOUN and not self._clause_has_verb()
        if reading.verb in {"past", "ing"}:
            return reading.verb == "past"
        if self._clause_has_verb():
            return False
        if self._next.fixed is Tag.MARK and self._index > 1:
            # "the dog barks." but "night shifts."
            return self._tokens[self._index - 2].tag in {Tag.DETERMINER, Tag.POSSESSIVE}
        return True

    def _clause_has_verb(self) -> bool:
        """True if the clause has its verb already, or finds it right after this word."""
        for token in reversed(self._tokens[: self._index]):
            if token.tag in {Tag.MARK, Tag.CLAUSE}:
                break
            if token.tag in {Tag.VERB, Tag.AUXILIARY}:
                return True
        following = self._next
        return following.fixed is Tag.AUXILIARY or (
            following.fixed is None and following.verb in {"s", "past"} and not following.noun
        )

    def _decide_ing(self, reading: Reading) -> Tag:
        before, following = self._before, self._next
        if before in _BEFORE_NOUN:
            return Tag.ADJECTIVE if following.adjective and not following.noun else Tag.NOUN
        has_object = following.fixed in {Tag.DETERMINER, Tag.PRONOUN}
        if has_object or (before is Tag.AUXILIARY and self._before_word in _BE):
            return Tag.VERB
        if before is Tag.ADJECTIVE or self._word in words("nouns_in_ing"):
            return Tag.NOUN
        after = self._index + 1
        after_word = self._tokens[after].lower if after < len(self._tokens) else ""
        if after_word in words("gerund_heads"):
            return Tag.NOUN
        if self._word not in words("activities"):
            opening = before is Tag.MARK and following.fixed is Tag.AUXILIARY
            return Tag.NOUN if opening or (before is Tag.NOUN and reading.noun) else Tag.VERB
        # A number is no object here: "quit smoking three months ago".
        transitive = following.fixed is Tag.NAME or following.noun
        return Tag.NOUN if before in _BEFORE_ACTIVITY and not transitive else Tag.VERB

    def follows(self, tags: Collection[Tag]) -> bool:
        return self._before in tags

    def decide_that(self) -> Tag:
        following = self._next
        if following.fixed is None and (following.noun or following.adjective):
            return Tag.DETERMINER if following.verb != "s" else Tag.PRONOUN
        if following.fixed is Tag.CLASSIFYING:
            return Tag.DETERMINER
        return Tag.CLAUSE

    def decide_her(self) -> Tag:
        following = self._next
        is_object = following.fixed is not None and following.fixed not in {
            Tag.CLASSIFYING,
            Tag.NAME,
            Tag.NUMBER,
        }
        return Tag.PRONOUN if is_object else Tag.DETERMINER

    def decide_demonstrative(self) -> Tag:
        following = self._next
        alone = following.fixed is not None and following.fixed not in {
            Tag.CLASSIFYING,
            Tag.NAME,
            Tag.NUMBER,
            Tag.ADVERB,
        }
        return Tag.PRONOUN if alone else Tag.DETERMINER

    def decide_possessive(self) -> Tag:
        following = self._next
        before = self._before
        is_verb = following.fixed in {
            *(Tag.DETERMINER, Tag.ADVERB, Tag.PREPOSITION, Tag.PRONOUN),
            *(Tag.AUXILIARY, Tag.TO),
        } or (following.verb == "ing" and not following.noun and before is Tag.NAME)
        describes = following.adjective and not following.noun
        ends = self._reading_at(self._index + 2).fixed in _ENDS_PHRASE
        return Tag.AUXILIARY if is_verb or (describes and ends) else Tag.POSSESSIVE


def _decide_back(context: _Context) -> Tag:
    owned = context.follows({Tag.DETERMINER, Tag.POSSESSIVE})
    return Tag.NOUN if owned else Tag.ADVERB


def _decide_own(context: _Context) -> Tag:
    owned = context.follows({Tag.DETERMINER, Tag.POSSESSIVE})
    return Tag.ADJECTIVE if owned else Tag.VERB


_DECISIONS: Final[dict[str, Callable[[_Context], Tag]]] = {
    "that": _Context.decide_that,
    "her": _Context.decide_her,
    "his": _Context.decide_demonstrative,
    "this": _Context.decide_demonstrative,
    "these": _Context.decide_demonstrative,
    "those": _Context.decide_demonstrative,
    "'s": _Context.decide_possessive,
    "back": _decide_back,
    "own": _decide_own,
}
