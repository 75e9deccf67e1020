"""Links what texts mention to the entities that memories are about.

A mention belongs to an entity it shares a form with: the same words, a plural, a nickname, the
part of the name that only one is called by. Similarity of meaning alone never joins two entities,
and every link keeps its score and its reason.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import Entity, EntityType, Mention, Scope
from memories.engine.ingestion.identity import NAMELESS_SPEAKERS, scope_digest
from memories.engine.ports.entity_store import EntityStore
from memories.engine.storage.names import names_for_short
from memories.engine.text.delimiters import blank_recalled
from memories.engine.text.fingerprints import stable_id
from memories.engine.text.forms import (
    acronym,
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
_FOR_SHORT: Final = "only one that is called so for short"
_FULLER: Final = "fuller name of the only one that it can be"
# A first name is nearly always meant for whom it is known of; other parts of names less surely.
_BEGINNING: Final = 0.85
_OTHER_PART: Final = 0.8
_DATE_NOTE: Final = re.compile(r"\((?:[^\W\d_]+\s|\d{1,2}\s)*\d{4}(?:\sto\s[^()]*)?\)")
_PERSONAL: Final = frozenset({EntityType.PERSON, EntityType.NAME})
# What may be mentioned under a part of its name, by what the mention seems to be.
_FITTING: Final[Mapping[EntityType, frozenset[EntityType]]] = {
    EntityType.PERSON: _PERSONAL,
    EntityType.NAME: _PERSONAL | {EntityType.ORGANIZATION, EntityType.TITLE},
    EntityType.ORGANIZATION: frozenset({EntityType.ORGANIZATION, EntityType.NAME}),
    EntityType.TITLE: frozenset({EntityType.TITLE}),
}


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
        # Whom a form may mean for short: by form, then by id.
        self._called: dict[str, dict[str, Entity]] = {}
        self._taken: frozenset[str] = frozenset()

    def learn(self, mentions: Sequence[Mention]) -> None:
        """Look up what is known of the mentions, all at once."""
        forms = {form_of(mention.surface) for mention in mentions}
        shorts = {short for mention in mentions for short in _shorts_of(mention)}
        full = {full for mention in mentions for full in full_names(mention.surface)}
        full |= {form_of(without_title(mention.surface)) for mention in mentions}
        asked = (forms | full | set(map(_form_known, shorts))) - {""}
        for form, known in self._entities.with_forms(asked, scope=self._scope).items():
            self._by_form.setdefault(form, known[0].entity)
        asked |= shorts | {acronym(mention.surface) for mention in mentions} - {""}
        for short, entities in self._entities.called(asked, scope=self._scope).items():
            self._called.setdefault(short, {}).update({each.id: each for each in entities})
        ids = {self._id_of(form) for form in forms if form not in self._by_form}
        self._taken = frozenset(self._entities.get(ids, scope=self._scope))

    def link(self, mention: Mention) -> Linked:
        """The mention's entity; a new one where no known one fits."""
        form = form_of(mention.surface)
        if (entity := self._by_form.get(form)) is not None:
            shared = entity.type in _PERSONAL and bool(self._others_called(form, entity))
            return Linked(mention, entity, False, form, *(_SHARED if shared else _EXACT))
        if mention.type in _PERSONAL:
            bare = self._by_form.get(form_of(without_title(mention.surface)))
            if bare is not None and bare.type in _PERSONAL:
                return Linked(mention, bare, False, form, *_TITLED)
            for full in full_names(mention.surface):
                person = self._by_form.get(full)
                if person is not None and person.type in _PERSONAL:
                    return Linked(mention, person, False, form, *_NICKNAME)
        if (only := self._only_one(mention, form)) is not None:
            return only
        entity = Entity(id=self._new_id(form), name=mention.surface, type=mention.type)
        return Linked(mention, entity, True, form, *_EXACT)

    def _others_called(self, form: str, entity: Entity) -> list[Entity]:
        """Others who are called as an entity is, for short."""
        return [each for id_, each in self._called.get(form, {}).items() if id_ != entity.id]

    def _only_one(self, mention: Mention, form: str) -> Linked | None:
        """The one entity of which this is a part of the name, or whose name is a part of it."""
        kinds = _FITTING.get(mention.type, frozenset())
        longer = self._longer(mention, form)
        fitting = longer | self._shorter(mention)
        fitting = {id_: each for id_, each in fitting.items() if each.type in kinds}
        if len(fitting) != 1:
            return None
        ((id_, entity),) = fitting.items()
        reason = _FOR_SHORT if id_ in longer else _FULLER
        said, name = name_words(mention.surface), name_words(entity.name)
        score = _BEGINNING if _starts(name, said) or _starts(said, name) else _OTHER_PART
        return Linked(mention, entity, False, form, score, reason)

    def _longer(self, mention: Mention, form: str) -> dict[str, Entity]:
        """Those whose name the mention may stand for."""
        forms = [form, acronym(mention.surface)]
        if mention.type in _PERSONAL:
            forms += [form_of(without_title(mention.surface))]
        if mention.type is EntityType.PERSON:
            forms += full_names(mention.surface)
        return {id_: entity for each in forms for id_, entity in self._called.get(each, {}).items()}

    def _shorter(self, mention: Mention) -> dict[str, Entity]:
        """Those who were mentioned for short until now, by what none of the others is called."""
        found: dict[str, Entity] = {}
        for short in _shorts_of(mention):
            entity = self._by_form.get(_form_known(short))
            is_meant = entity is not None and acronym(short) in {"", acronym(entity.name)}
            if entity is not None and is_meant and not self._others_called(short, entity):
                found[entity.id] = entity
        return found

    def _id_of(self, form: str) -> str:
        return stable_id(scope_digest(self._scope.home).hex(), "entity", form)

    def _new_id(self, form: str) -> str:
        """That of its first form, unless one has it that goes by other forms now."""
        id_ = self._id_of(form)
        return stable_id(id_, "again", form) if id_ in self._taken else id_

    def _meet(self, name: str, entity: Entity) -> None:
        for short in names_for_short(name, entity.type):
            self._called.setdefault(short, {}).setdefault(entity.id, entity)

    def _know_without_title(self, entity: Entity) -> None:
        """Let "Aunt Rita" be known as "Rita" too, unless somebody else is."""
        name = without_title(entity.name) if entity.type in _PERSONAL else ""
        form = form_of(name)
        if name and form not in self._by_form:
            self._entities.add_alias(
                entity.id, form=form, surface=name, fuller=False, scope=self._scope
            )
            self._by_form[form] = entity

    def store(self, linked: Linked, *, owner_id: str) -> None:
        """Keep the link, its entity and the form that it was known under."""
        entity = linked.entity
        surface = linked.mention.surface
        # A name for short may mean somebody else tomorrow: then it is asked for anew.
        is_lasting = linked.reason != _FOR_SHORT
        if linked.is_new:
            self._entities.add(entity, form=linked.form, scope=self._scope)
            self._know_without_title(entity)
        elif linked.form not in self._by_form and is_lasting:
            self._entities.add_alias(
                entity.id,
                form=linked.form,
                surface=surface,
                fuller=entity.type in _FITTING and _fullness(surface) > _fullness(entity.name),
                scope=self._scope,
            )
        if is_lasting:
            self._by_form.setdefault(linked.form, entity)
            self._meet(surface, entity)
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


def _shorts_of(mention: Mention) -> frozenset[str]:
    """Forms that whom or what a mention names may have been known under."""
    return names_for_short(mention.surface, mention.type)


def _form_known(short: str) -> str:
    """The form of whom a short form was the only name of, until now."""
    return form_of(short) if acronym(short) else short


def _fullness(name: str) -> tuple[int, int]:
    """More words make a fuller name, then more letters: "Melanie" is fuller than "Mel"."""
    words = name_words(name)
    return len(words), sum(map(len, words))


def _starts(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    return len(shorter) < len(longer) and list(longer[: len(shorter)]) == list(shorter)
