"""How much one call may hand in; every excess is an exact error."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import Guidance, JsonValue, Scope, Turn
from memories.engine.errors import InvalidInput, InvalidMessages, InvalidScope
from memories.engine.text.storable import flaw_of_text


@dataclass(frozen=True, slots=True)
class IngestLimits:
    """Limits of one add.

    Attributes:
        messages: messages in one call.
        message_characters: characters in one message.
        metadata_depth: objects and lists inside one another.
        metadata_bytes: of the metadata as JSON.
        id_characters: of a user's, agent's, app's, run's or job's id.
        categories: on one memory.
        category_characters: of one category.
        category_meaning_characters: of what says what a category means.
        guidance_characters: of each text that says what is to be learned.
        supersedes: memories that an extractor may replace in one add.
        consolidated: memories that are shown in one question of a consolidation.
        replaced: of them, how many may be marked as replaced.
        observations: that may be concluded from them.
        files: images, PDFs, recordings and addresses in one message.
        files_in_all: in one call.
        text_bytes: of a text file.
        image_bytes: of an image.
        pdf_bytes: of a PDF.
        audio_bytes: of a recording.
        file_bytes: of all files in one call together.
        pages: of a PDF.
    """

    messages: int = 1000
    message_characters: int = 200_000
    metadata_depth: int = 5
    metadata_bytes: int = 32_768
    id_characters: int = 256
    categories: int = 50
    category_characters: int = 100
    category_meaning_characters: int = 500
    guidance_characters: int = 4000
    supersedes: int = 3
    consolidated: int = 30
    replaced: int = 10
    observations: int = 10
    files: int = 20
    files_in_all: int = 100
    text_bytes: int = 800_000
    image_bytes: int = 10_000_000
    pdf_bytes: int = 20_000_000
    audio_bytes: int = 25_000_000
    file_bytes: int = 100_000_000
    pages: int = 50


LIMITS: Final = IngestLimits()


def check_turns(turns: tuple[Turn, ...], *, limits: IngestLimits = LIMITS) -> None:
    """Refuse an add of too many, too long or no messages.

    Raises:
        InvalidMessages: naming the message and the limit.
    """
    if not turns:
        raise InvalidMessages("messages: expected at least one message, got none")
    if len(turns) > limits.messages:
        raise InvalidMessages(
            f"messages: at most {limits.messages} in one call, got {len(turns)}; split them up"
        )
    for index, turn in enumerate(turns):
        if len(turn.text) > limits.message_characters:
            raise InvalidMessages(
                f"messages[{index}].content: at most {limits.message_characters} characters, "
                f"got {len(turn.text)}"
            )
        check_metadata(turn.metadata, f"messages[{index}].metadata", limits=limits)


def check_metadata(metadata: JsonValue, path: str, *, limits: IngestLimits = LIMITS) -> None:
    """Refuse metadata that is not JSON, can't be kept, is too deep or too large.

    Raises:
        InvalidInput: naming the place and the limit.
    """
    _check_value(metadata, path, depth=0, limits=limits)
    try:
        size = len(json.dumps(metadata, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{path}: not JSON: {error}") from None
    if size > limits.metadata_bytes:
        raise InvalidInput(f"{path}: at most {limits.metadata_bytes} bytes as JSON, got {size}")


def _check_value(value: object, path: str, *, depth: int, limits: IngestLimits) -> None:
    if depth > limits.metadata_depth:
        raise InvalidInput(f"{path}: at most {limits.metadata_depth} levels deep")
    if isinstance(value, dict | list | tuple):
        for place, each in _parts_of(value, path):
            _check_value(each, place, depth=depth + 1, limits=limits)
    elif isinstance(value, str):
        _check_text(value, path)
    elif not (value is None or isinstance(value, bool | int | float)):
        raise InvalidInput(f"{path}: not JSON: {type(value).__name__}")


def _parts_of(
    value: dict[object, object] | list[object] | tuple[object, ...], path: str
) -> Iterator[tuple[str, object]]:
    """What an object or a list holds, each with its place."""
    if not isinstance(value, dict):
        for index, each in enumerate(value):
            yield f"{path}[{index}]", each
        return
    for key, each in value.items():
        if not isinstance(key, str):
            raise InvalidInput(f"{path}: keys are texts, got {key!r}")
        _check_text(key, f"a key of {path}")
        yield f"{path}.{key}", each


def _check_text(text: str, path: str) -> None:
    if flaw := flaw_of_text(text):
        raise InvalidInput(f"{path}: {flaw}")


def check_categories(categories: tuple[str, ...], *, limits: IngestLimits = LIMITS) -> None:
    """Refuse too many, too long or empty categories.

    Raises:
        InvalidInput: naming the place and the limit.
    """
    if len(categories) > limits.categories:
        raise InvalidInput(f"categories: at most {limits.categories}, got {len(categories)}")
    for index, category in enumerate(categories):
        if not category.strip() or len(category) > limits.category_characters:
            raise InvalidInput(
                f"categories[{index}]: expected 1 to {limits.category_characters} characters"
            )
        _check_text(category, f"categories[{index}]")


def check_guidance(guidance: Guidance, *, limits: IngestLimits = LIMITS) -> None:
    """Refuse guidance that is too long or no text.

    Raises:
        InvalidInput: naming the place and the limit.
    """
    for name in ("instructions", "agent_instructions", "includes", "excludes"):
        _check_guiding(getattr(guidance, name), f"guidance.{name}", limits.guidance_characters)
    check_categories(tuple(guidance.categories), limits=limits)
    for category, meaning in guidance.categories.items():
        path = f"guidance.categories.{category}"
        _check_guiding(meaning, path, limits.category_meaning_characters)


def _check_guiding(text: str, path: str, most: int) -> None:
    if len(text) > most:
        raise InvalidInput(f"{path}: at most {most} characters, got {len(text)}")
    _check_text(text, path)


def check_scope(scope: Scope, *, limits: IngestLimits = LIMITS) -> None:
    """Refuse ids that are empty, too long or not writable as text.

    Raises:
        InvalidScope: naming the id.
    """
    for name in ("organization", "project", "user", "agent", "app", "run"):
        value = getattr(scope, name)
        if value is None:
            continue
        if flaw := flaw_of_id(value, limits=limits):
            raise InvalidScope(f"{name}: {flaw}")


def check_job_id(job_id: str, *, limits: IngestLimits = LIMITS) -> None:
    """Refuse a job's id that is empty, too long or not writable as text.

    Raises:
        InvalidInput: naming what is off.
    """
    if flaw := flaw_of_id(job_id, limits=limits):
        raise InvalidInput(f"job_id: {flaw}")


def check_texts(turns: tuple[Turn, ...], what: str) -> None:
    """Refuse files where only words are taken.

    Raises:
        InvalidMessages: naming the message.
    """
    for index, turn in enumerate(turns):
        if turn.parts:
            raise InvalidMessages(f"messages[{index}].content: {what} takes text alone, not files")


def check_import_id(import_id: str, *, limits: IngestLimits = LIMITS) -> None:
    """Refuse an import's id that is empty, too long or not writable as text.

    Raises:
        InvalidInput: naming what is off.
    """
    if flaw := flaw_of_id(import_id, limits=limits):
        raise InvalidInput(f"import_id: {flaw}")


def flaw_of_id(value: object, *, limits: IngestLimits = LIMITS) -> str | None:
    """What is wrong with an id; None if nothing is."""
    if not isinstance(value, str) or not value.strip():
        return "expected a text that is not empty"
    if len(value) > limits.id_characters:
        return f"at most {limits.id_characters} characters"
    if "\0" in value or not value.isprintable():
        return "holds a character that can't be printed"
    return None
