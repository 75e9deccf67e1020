"""What a project wants learned, from its settings and from each add."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.conf import settings

from memories.engine.domain import Guidance, JsonObject

# What memories are filed under where a project names no categories of its own.
USUAL_CATEGORIES: Final[Mapping[str, str]] = {
    "personal_details": "name, age, where somebody lives, how to reach them",
    "family": "relatives and what they do",
    "professional_details": "job, employer, colleagues, skills, career",
    "sports": "training, teams, matches",
    "travel": "trips, places, how somebody likes to travel",
    "food": "what somebody cooks, eats and drinks, diets and allergies",
    "music": "what somebody plays or listens to, concerts",
    "health": "illness, treatment, fitness, sleep",
    "technology": "devices, software, how they are used",
    "hobbies": "what somebody does for pleasure",
    "fashion": "clothes, style, sizes",
    "entertainment": "films, series, books, games, shows",
    "milestones": "births, weddings, moves, exams, what is remembered for life",
    "user_preferences": "likes, dislikes, how somebody wants to be answered",
    "misc": "whatever fits nowhere else",
}


def guidance_of(wanted: Mapping[str, object], asked: JsonObject) -> Guidance:
    """What one add is to learn.

    Args:
        wanted: the project's settings.
        asked: by the add itself, with the names of `Guidance`; its categories replace the
            project's.
    """
    projects = Guidance(
        instructions=_text(wanted.get("custom_instructions")),
        agent_instructions=_text(wanted.get("agent_custom_instructions")),
        includes=_text(wanted.get("inclusion_prompt")),
        excludes=_text(wanted.get("exclusion_prompt")),
        categories=categories_of(wanted.get("custom_categories")) or _usual_categories(),
    )
    return projects.joined(
        Guidance(
            instructions=_text(asked.get("instructions")),
            agent_instructions=_text(asked.get("agent_instructions")),
            includes=_text(asked.get("includes")),
            excludes=_text(asked.get("excludes")),
            categories=categories_of(asked.get("categories")),
        )
    )


def _usual_categories() -> Mapping[str, str]:
    # Without a model nobody files anything.
    return {} if settings.EXTRACTION_MODEL is None else USUAL_CATEGORIES


def categories_of(written: object) -> dict[str, str]:
    """Categories by name, from `[{name: meaning}]` or names alone, as clients write them."""
    return dict(_named(written)) if isinstance(written, list) else {}


def _named(written: list[object]) -> Iterator[tuple[str, str]]:
    for each in written:
        if isinstance(each, Mapping):
            yield from ((str(name), _text(meaning)) for name, meaning in each.items())
        else:
            yield str(each), ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
