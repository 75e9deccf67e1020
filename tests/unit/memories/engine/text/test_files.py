import pytest

from memories.engine.text.files import media_type_of, text_in


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\n\n%PDF-1.4", "application/pdf"),
        (b"RIFF\x01\x02\x03\x04WAVEfmt ", "audio/wav"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"OggS\0", "audio/ogg"),
        (b"fLaC\0", "audio/flac"),
        (b"\x1aE\xdf\xa3", "audio/webm"),
    ],
)
def test_bytes_tell_what_they_are(content: bytes, media_type: str) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PN",
        b"<svg onload=alert(1)>",
        b"<html>",
        b"MZ\x90",
        b"RIFF\0\0\0\0AVI ",
        b"plain words",
        b"x" * 2000 + b"%PDF-1.7",
    ],
)
def test_other_bytes_are_of_no_kind(content: bytes) -> None:
    assert media_type_of(content) is None


def test_a_text_is_utf_8_with_or_without_its_mark() -> None:
    assert text_in("# Größe\n".encode()) == "# Größe\n"
    assert text_in("\ufeffGröße".encode()) == "Größe"


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", "not empty"),
        (b" \n", "not empty"),
        ("Größe".encode("latin-1"), "UTF-8, got other bytes at 2"),
        (b"a\0b", "NUL"),
    ],
)
def test_what_is_no_text_says_why(content: bytes, flaw: str) -> None:
    with pytest.raises(ValueError, match=flaw):
        text_in(content)
