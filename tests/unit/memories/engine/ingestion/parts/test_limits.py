from dataclasses import replace

import pytest

from memories.engine.domain import ContentPart, PartKind, Role, Turn
from memories.engine.errors import InvalidMessages
from memories.engine.ingestion.limits import LIMITS
from memories.engine.ingestion.parts import check_files, flaw_of_file
from tests.support.files import JPEG, PDF, PNG, WAV

SMALL = replace(
    LIMITS,
    files=2,
    files_in_all=3,
    text_bytes=9,
    image_bytes=20,
    pdf_bytes=20,
    audio_bytes=30,
    file_bytes=40,
)


def turn(*parts: ContentPart) -> Turn:
    return Turn(Role.USER, "", parts=parts)


def image(content: bytes = PNG) -> ContentPart:
    return ContentPart(PartKind.IMAGE, content=content)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (PartKind.IMAGE, PNG),
        (PartKind.IMAGE, JPEG),
        (PartKind.PDF, PDF),
        (PartKind.AUDIO, WAV),
        (PartKind.TEXT, b"# Words"),
    ],
)
def test_files_of_their_kind_are_taken(kind: PartKind, content: bytes) -> None:
    assert flaw_of_file(kind, content, limits=SMALL) is None


@pytest.mark.parametrize(
    ("kind", "content", "flaw"),
    [
        (PartKind.IMAGE, PDF, "expected a PNG, JPEG, GIF or WebP image, got application/pdf"),
        (PartKind.IMAGE, b"<svg/>", "got bytes of no known kind"),
        (PartKind.PDF, PNG, "expected a PDF, got image/png"),
        (PartKind.AUDIO, b"", "got bytes of no known kind"),
        (PartKind.TEXT, PNG[:9], "expected text in UTF-8, got image/png"),
        (PartKind.TEXT, b"\xff\x00", "expected text in UTF-8"),
        (PartKind.TEXT, b"x" * 10, "at most 9 bytes, got 10"),
        (PartKind.IMAGE, PNG + b"x" * 20, "at most 20 bytes"),
        (PartKind.PDF, PDF + b"x" * 20, "at most 20 bytes"),
        (PartKind.AUDIO, WAV + b"x" * 20, "at most 30 bytes"),
    ],
)
def test_others_are_not_and_why(kind: PartKind, content: bytes, flaw: str) -> None:
    assert flaw in (flaw_of_file(kind, content, limits=SMALL) or "")


def test_the_part_that_is_off_is_named() -> None:
    text = ContentPart(PartKind.TEXT, "x")
    with pytest.raises(InvalidMessages, match=r"^messages\[1\]\.content\[1\]: expected a PNG"):
        check_files([turn(image()), turn(text, image(b"no"))], limits=SMALL)


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        ([turn(image(), image(), image())], r"messages\[0\]\.content: at most 2 files"),
        ([turn(image(), image())] * 2, "at most 3 files in one call, got 4"),
        ([turn(image(PNG + b"xx"))] * 3, "at most 40 bytes together, got 54"),
    ],
)
def test_too_many_or_too_much_is_refused(turns: list[Turn], said: str) -> None:
    with pytest.raises(InvalidMessages, match=said):
        check_files(turns, limits=SMALL)


def test_texts_and_addresses_weigh_nothing_yet() -> None:
    text = ContentPart(PartKind.TEXT, "x" * 100)
    address = ContentPart(PartKind.IMAGE, address="https://a.example/")
    check_files([turn(*[text] * 50, address)], limits=SMALL)
