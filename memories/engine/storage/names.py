"""What entities are called, and what they are looked up by."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from memories.engine.domain import EntityType
from memories.engine.storage.values import SqlValue
from memories.engine.text.forms import form_of, opening, short_forms

# What has a name of its own, which may be used for short.
_NAMED: Final = frozenset(
    {EntityType.PERSON, EntityType.NAME, EntityType.ORGANIZATION, EntityType.TITLE}
)

_NAMED_FROM_BEHIND: Final = frozenset({EntityType.PERSON, EntityType.ORGANIZATION})


def name_columns(name: str, type_: str) -> dict[str, SqlValue]:
    """An entity's name, with what a person is recognised by."""
    return {"name": name, "opening": opening(name) if type_ == EntityType.PERSON else None}


def names_for_short(name: str, type_: str) -> frozenset[str]:
    """Forms under which an entity may be mentioned for short; others may be as well."""
    if type_ not in _NAMED:
        return frozenset()
    return short_forms(name, from_behind=type_ in _NAMED_FROM_BEHIND)


def forms_kept(
    forms: Mapping[str, str], *, said: Iterable[str], mentioned: Iterable[str]
) -> Mapping[str, str]:
    """Those of an entity's forms that the texts which mention it still hold.

    Args:
        forms: the surface of each form.
        said: the texts.
        mentioned: the surfaces that they mention it under.
    """
    texts = "\n".join(said).casefold()
    by_form = {form_of(surface): surface for surface in mentioned}
    return {
        form: surface if surface.casefold() in texts else by_form[form]
        for form, surface in forms.items()
        if surface.casefold() in texts or form in by_form
    } or by_form


def fullest(surfaces: Collection[str]) -> str:
    """The one of most words."""
    return max(surfaces, key=lambda surface: (len(surface.split()), len(surface)))
