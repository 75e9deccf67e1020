"""What the Fetcher port promises, asked of the platform's adapter and of the fake.

Where the platform may not go is in tests/server/egress.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django import Settings

from memories import Fetcher, FetchFailed
from memories.engine.ports.fetcher import ScriptedFetcher
from memories.ingest.fetching import EgressFetcher
from tests.server.egress.servers import Answer, Receiver

FILE = b"\x89PNG" + b"x" * 100_000


@dataclass(frozen=True, slots=True)
class Subject:
    """A fetcher, with an address of a file, and one where there is none."""

    fetcher: Fetcher
    file: str
    nothing: str


@pytest.fixture(params=["fake", "platform"])
def subject(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Subject]:
    if request.param == "fake":
        yield Subject(ScriptedFetcher({"http://a/": FILE}), "http://a/", "http://b/")
        return
    settings.FILES_FROM_LOOPBACK = True
    with Receiver(Answer(body=FILE)) as there, Receiver(Answer(404, body=FILE)) as empty:
        yield Subject(EgressFetcher(), there.url, empty.url)


def test_a_file_comes_as_it_is(subject: Subject) -> None:
    assert subject.fetcher.fetch(subject.file, most_bytes=len(FILE)) == FILE


def test_one_that_is_too_large_is_not_read_to_its_end(subject: Subject) -> None:
    with pytest.raises(FetchFailed, match=f"holds more than {len(FILE) - 1} bytes"):
        subject.fetcher.fetch(subject.file, most_bytes=len(FILE) - 1)


def test_an_address_without_a_file_is_told(subject: Subject) -> None:
    with pytest.raises(FetchFailed, match="404"):
        subject.fetcher.fetch(subject.nothing, most_bytes=len(FILE))
