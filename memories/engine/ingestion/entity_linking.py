"""Links what texts mention to the entities that memories are about.

A mention belongs to an entity it shares a form with: the same words, a plural, a nickname, the
first name of the only person so called. Similarity of meaning alone never joins two entities, and
every link keeps its score and its reason.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import Entity, EntityType, Mention, Scope
from memories.engine.ingestion.identity import NAMELESS_SPEAKERS, scope_digest
from memories.engine.ports.entity_store import EntityStore
from memories.engine.text.delimiters import blank_recalled
from memories.engine.text.fingerprints import stable_id
from memories.engine.text.forms import (
    form_of,
    full_names,
    name_words,
    openings,
    without_title,
)
from memories.engine.text.mentions import find_mentions

_EXACT: Final = (1.0, "same name")
_SHARED: Final = (0.5, "same name, which others share")
_NICKNAME: Final = (0.9, "short form of the name")
_TITLED: Final = (0.9, "same name but for a title")
_FIRST_NAME: Final = (0.85, "only person of that first name")
_DATE_NOTE: Final = re.compile(r"\((?:[^\W\d_]+\s|\d{1,2}\s)*\d{4}(?:\sto\s[^()]*)?\)")
_NAMELIKE: Final = frozenset({EntityType.PERSON, EntityType.NAME})


@dataclass(frozen=True, slots=True)
class Linked:
    """A mention with the entity that it belongs to.

    Attributes:
        entity: known or new.
        is_new: not stored yet.
        form: the mention's key.
        score: how sure the link is, above 0 up to 1.
        reason: why, in words.
    """

    mention: Mention
    entity: Entity
    is_new: bool
    form: str
    score: float
    reason: str


class EntityLinker:
    """Links the mentions of one ingest, within its transaction."""

    def __init__(self, entities: EntityStore, *, scope: Scope) -> None:
        self._entities = entities
        self._scope = scope
        self._by_form: dict[str, Entity] = {}
        # Who may be meant by a first name: by first word, then by id, with the name's words.
        self._people: dict[str, dict[str, tuple[Entity, Sequence[str]]]] = {}

    def learn(self, mentions: Sequence[Mention]) -> None:
        """Look up what is known of the mentions, all at once."""
        forms = {form_of(mention.surface) for mention in mentions}
        forms |= {full for mention in mentions for full in full_names(mention.surface)}
        forms |= {form_of(without_title(mention.surface)) for mention in mentions} - {""}
        for form, known in self._entities.with_forms(forms, scope=self._scope).items():
            self._by_form.setdefault(form, known[0].entity)
        names = {" ".join(name_words(mention.surface)) for mention in mentions}
        for person in self._entities.namesakes(names - {""}, scope=self._scope):
            self._meet(person)

    def _meet(self, person: Entity) -> None:
        spoken = name_words(person.name)
        if spoken:
            self._people.setdefault(spoken[0], {}).setdefault(person.id, (person, spoken))

    def link(self, mention: Mention) -> Linked:
        """The mention's entity; a new one where no known one fits."""
        form = form_of(mention.surface)
        if (entity := self._by_form.get(form)) is not None:
            shared = entity.type in _NAMELIKE and self._is_shared(mention.surface, entity)
            return Linked(mention, entity, False, form, *(_SHARED if shared else _EXACT))
        if mention.type in _NAMELIKE:
            bare = self._by_form.get(form_of(without_title(mention.surface)))
            if bare is not None and bare.type in _NAMELIKE:
                return Linked(mention, bare, False, form, *_TITLED)
            for full in full_names(mention.surface):
                person = self._by_form.get(full)
                if person is not None and person.type in _NAMELIKE:
                    return Linked(mention, person, False, form, *_NICKNAME)
            if (namesake := self._only_namesake(mention.surface)) is not None:
                return Linked(mention, namesake, False, form, *_FIRST_NAME)
        entity = Entity(
            id=stable_id(scope_digest(self._scope.home).hex(), "entity", form),
            name=mention.surface,
            type=mention.type,
        )
        return Linked(mention, entity, True, form, *_EXACT)

    def _is_shared(self, surface: str, entity: Entity) -> bool:
        """True if a first name could as well mean somebody else who is known."""
        asked = name_words(surface)
        return any(
            person.id != entity.id and _starts(spoken, asked)
            for person, spoken in self._called(asked)
        )

    def _called(self, asked: Sequence[str]) -> Collection[tuple[Entity, Sequence[str]]]:
        """People whose names begin with the same word; nobody, where there is no word in it."""
        return self._people.get(asked[0], {}).values() if asked else ()

    def _know_without_title(self, entity: Entity) -> None:
        """Let "Aunt Rita" be known as "Rita" too, unless somebody else is."""
        name = without_title(entity.name) if entity.type in _NAMELIKE else ""
        form = form_of(name)
        if name and form not in self._by_form:
            self._entities.add_alias(
                entity.id, form=form, surface=name, fuller=False, scope=self._scope
            )
            self._by_form[form] = entity

    @staticmethod
    def _is_first_name_of(linked: Linked) -> bool:
        """True if the form is part of a fuller name: it may mean somebody else tomorrow."""
        return linked.reason == _FIRST_NAME[1] and _starts(
            name_words(linked.entity.name), name_words(linked.mention.surface)
        )

    def _only_namesake(self, surface: str) -> Entity | None:
        """The one person whom a first name, or a first name's full form, can mean."""
        asked = name_words(surface)
        fitting = [
            person
            for person, spoken in self._called(asked)
            if _starts(spoken, asked) or _starts(asked, spoken)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def store(self, linked: Linked, *, owner_id: str) -> None:
        """Keep the link, its entity and the form that it was known under."""
        entity = linked.entity
        surface = linked.mention.surface
        if linked.is_new:
            self._entities.add(entity, form=linked.form, scope=self._scope)
            self._know_without_title(entity)
        elif linked.form not in self._by_form and not self._is_first_name_of(linked):
            self._entities.add_alias(
                entity.id,
                form=linked.form,
                surface=surface,
                fuller=entity.type in _NAMELIKE and _fullness(surface) > _fullness(entity.name),
                scope=self._scope,
            )
        if not self._is_first_name_of(linked):
            self._by_form.setdefault(linked.form, entity)
        if entity.type is EntityType.PERSON:
            self._meet(entity)
        self._entities.mention(
            entity.id,
            owner_id,
            surface=surface,
            score=linked.score * linked.mention.score,
            reason=linked.reason,
            scope=self._scope,
        )


def mentions_of(text: str, names: Collection[str]) -> tuple[Mention, ...]:
    """Whom and what a text mentions, but for what was put into it.

    Recalled memories, the date that the extractor writes behind "yesterday", and "User" in the
    statement of somebody nameless name nobody.
    """
    said = _DATE_NOTE.sub(lambda note: " " * len(note[0]), blank_recalled(text))
    return tuple(
        mention
        for mention in find_mentions(said, known_names=names)
        if mention.surface not in NAMELESS_SPEAKERS
    )


def link_text(owner_id: str, text: str, *, entities: EntityStore, scope: Scope) -> None:
    """Find and link what one stored text mentions.

    Args:
        owner_id: the memory or message.
        text: its words.
        entities: the store, in an open transaction.
        scope: the scope that the row was written in.
    """
    mentions = mentions_of(text, entities.people_opening(openings(text), scope=scope))
    linker = EntityLinker(entities, scope=scope)
    linker.learn(mentions)
    for mention in mentions:
        linker.store(linker.link(mention), owner_id=owner_id)


def _fullness(name: str) -> tuple[int, int]:
    """More words make a fuller name, then more letters: "Melanie" is fuller than "Mel"."""
    words = name_words(name)
    return len(words), sum(map(len, words))


def _starts(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    return len(shorter) < len(longer) and list(longer[: len(shorter)]) == list(shorter)
