"""What tenants say, as data in a prompt that can't leave its place."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from memories.engine.domain import Guidance

# What could open or close a tag, end a line, or not be written as UTF-8.
_UNSAFE: Final = re.compile("[<>\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def in_sections(sections: Mapping[str, Iterable[str]]) -> str:
    """Lines between tags, section by section; those without anything in them are left out."""
    return "\n".join(line for name, lines in sections.items() for line in _section(name, lines))


def _section(name: str, lines: Iterable[str]) -> Iterator[str]:
    written = list(lines)
    if written:
        yield from (f"<{name}>", *written, f"</{name}>")


def wishes_of(guidance: Guidance) -> Iterator[str]:
    """What a project wants, a line each."""
    agents = guidance.agent_instructions or guidance.instructions
    told = {
        "From what people say": guidance.instructions,
        "From what assistants say": agents if agents != guidance.instructions else "",
        "Above all": guidance.includes,
        "Never": guidance.excludes,
    }
    yield from (f"{what}: {as_data(words)}" for what, words in told.items() if words)
    for category, meaning in guidance.categories.items():
        yield f"Category {as_data(category)}: {as_data(meaning)}"


def as_data(text: str) -> str:
    """A JSON string on one line, in which nothing can look like a tag."""
    written = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda unsafe: f"\\u{ord(unsafe[0]):04x}", written)
