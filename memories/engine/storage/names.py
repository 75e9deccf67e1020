"""What entities are called, and what they are looked up by."""

from collections.abc import Collection, Iterable, Mapping

from memories.engine.domain import EntityType
from memories.engine.storage.values import SqlValue
from memories.engine.text.forms import form_of, name_words, opening


def name_columns(name: str, type_: str) -> dict[str, SqlValue]:
    """An entity's name, with what a person is looked up by."""
    is_person = type_ == EntityType.PERSON
    return {
        "name": name,
        "words": " ".join(name_words(name)) if is_person else None,
        "opening": opening(name) if is_person else None,
    }


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
