"""Files by user, opened as they are needed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evaluation.harnesses.keeping import Keeping, instant_of, tokens_wanted, without_speaker

SAID = [{"role": "user", "name": "Ana", "content": "I moved to Lisbon last month."}]


def test_what_one_user_said_is_not_known_of_another(tmp_path: Path) -> None:
    kept = Keeping(tmp_path)
    ((memory_id, text),) = kept.add(
        "ana", SAID, session="s1", said_at=datetime(2024, 3, 8, tzinfo=UTC)
    )
    assert memory_id
    assert text == "Ana moved to Lisbon last month (February 2024)."
    assert "February 2024" in kept.context("ana", "Where does Ana live?")
    assert kept.context("ben", "Where does Ana live?") == ""
    assert [hit.text for hit in kept.hits("ana", "Lisbon", 5)]
    kept.close()
    assert "Lisbon" in kept.context("ana", "Where does Ana live?")
    kept.forget("ana")
    assert kept.context("ana", "Where does Ana live?") == ""
    kept.close()


def test_more_users_than_files_are_held_open(tmp_path: Path) -> None:
    kept = Keeping(tmp_path)
    users = [f"user {number}" for number in range(10)]
    for user in users:
        kept.add(user, SAID)
    assert all("Lisbon" in kept.context(user, "Where does Ana live?") for user in users[:2])
    assert len(list(tmp_path.glob("*.db"))) == 10
    kept.close()


def test_the_size_of_contexts_is_read_from_the_environment() -> None:
    assert tokens_wanted({}) == 4000
    assert tokens_wanted({"REMEMBRANCER_TOKENS": "900"}) == 900
    with pytest.raises(ValueError, match="many"):
        tokens_wanted({"REMEMBRANCER_TOKENS": "many"})


def test_times_and_speakers_are_read_as_harnesses_write_them() -> None:
    assert instant_of("2024-03-08T18:30:00+00:00") == datetime(2024, 3, 8, 18, 30, tzinfo=UTC)
    assert instant_of("soon") is None
    assert instant_of(None) is None
    assert without_speaker("Ana: Hi: you", "Ana") == "Hi: you"
    assert without_speaker("Hi: you", "Ana") == "Hi: you"
