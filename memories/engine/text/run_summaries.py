"""Summaries of runs as texts: a heading a line, and what is listed under it."""

from typing import Final

from memories.engine.domain import RunSummary

_SAID: Final = ("task", "state")
_LISTED: Final = ("steps", "decisions", "findings", "errors", "open")
_ORDER: Final = ("task", "steps", "decisions", "findings", "errors", "state", "open")
_ITEM: Final = "- "


def written(summary: RunSummary) -> str:
    """The summary as a text; headings without anything are left out."""
    lines: list[str] = []
    for name in _ORDER:
        heading, held = f"{name.capitalize()}:", getattr(summary, name)
        if held and name in _SAID:
            lines.append(f"{heading} {held}")
        elif held:
            lines += [heading, *(f"{_ITEM}{each}" for each in held)]
    return "\n".join(lines)


def read(text: str) -> RunSummary:
    """From `written`; lines of another form, as an edit may have brought, are passed over."""
    said: dict[str, str] = {}
    listed: dict[str, list[str]] = {name: [] for name in _LISTED}
    under = ""
    for line in text.split("\n"):
        heading, _, rest = line.partition(":")
        name = heading.lower()
        if line.startswith(_ITEM) and under:
            listed[under].append(line.removeprefix(_ITEM))
        elif name in _SAID:
            said[name], under = rest.strip(), ""
        elif name in listed and not rest:
            under = name
    return RunSummary(
        task=said.get("task", ""),
        steps=tuple(listed["steps"]),
        decisions=tuple(listed["decisions"]),
        findings=tuple(listed["findings"]),
        errors=tuple(listed["errors"]),
        state=said.get("state", ""),
        open=tuple(listed["open"]),
    )
