"""The client as the runners of mem0's harness call it."""

import asyncio
from pathlib import Path

import pytest

from evaluation.harnesses.memory_benchmarks import Mem0Client

SECONDS = 1_709_892_000  # 8 March 2024, 10:00 UTC


async def ingest_and_ask(client: Mem0Client, user: str, question: str) -> list[dict[str, object]]:
    """A stand-in for a runner: a turn an add, with the time of its session, then one search."""
    turns = ("Ana: I moved to Lisbon last month.", "Ben: Congratulations on Lisbon!")
    for number, turn in enumerate(turns):
        role = "assistant" if number else "user"
        added = await client.add([{"role": role, "content": turn}], user, timestamp=SECONDS)
        assert isinstance(added["results"], list)
    found = await client.search(question, user, top_k=200, score_debug=False)
    return sorted(found, key=lambda each: -float(each["score"]))  # type: ignore[arg-type] # as it does


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMEMBRANCER_FOLDER", str(tmp_path))


def test_turns_are_added_and_found_with_their_time() -> None:
    async def run() -> None:
        async with Mem0Client(mode="oss", host=None, api_key=None, rpm=60) as client:
            found = await ingest_and_ask(client, "locomo_0_run", "Where does Ana live?")
            assert found[0]["memory"] == "Ana moved to Lisbon last month (February 2024)."
            assert str(found[0]["created_at"]).startswith("2024-03-08T10:00:00")
            assert "Ben: Congratulations on Lisbon!" in [each["memory"] for each in found]
            assert await client.search("Where does Ana live?", "locomo_1_run") == []
            assert await client.delete_user("locomo_0_run")
            assert await client.search("Where does Ana live?", "locomo_0_run") == []

    asyncio.run(run())


def test_only_locomos_turns_have_a_speaker_in_front() -> None:
    async def run() -> None:
        async with Mem0Client() as client:
            said = [{"role": "user", "content": "Note: I moved to Lisbon."}]
            await client.add(said, "lme_1", observation_date="2024-03-08")
            found = await client.search("Lisbon", "lme_1", top_k=5)
            assert [each["memory"] for each in found] == ["Note: User moved to Lisbon."]
            assert str(found[0]["created_at"]).startswith("2024-03-08")

    asyncio.run(run())


def test_a_folder_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMEMBRANCER_FOLDER")
    with pytest.raises(ValueError, match="set REMEMBRANCER_FOLDER"):
        Mem0Client()
