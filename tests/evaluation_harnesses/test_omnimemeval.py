"""The client as OmniMemEval's stages call it: made by name, timed, asked for both speakers."""

from pathlib import Path
from typing import Final

import pytest

from evaluation.harnesses.omnimemeval import RemembrancerClient


class Harness:
    """A stand-in: makes clients by a registry of names, and wraps `add` to time it."""

    registry: Final = {"remembrancer": ("evaluation.harnesses.omnimemeval", "RemembrancerClient")}

    def __init__(self) -> None:
        self.adds = 0

    def create_client(self, name: str) -> RemembrancerClient:
        import importlib  # noqa: PLC0415 - as a registry does

        module, class_name = self.registry[name]
        client: RemembrancerClient = getattr(importlib.import_module(module), class_name)()
        original = client.add

        def timed(*args: object, **kwargs: object) -> None:
            self.adds += 1
            original(*args, **kwargs)  # type: ignore[arg-type] # as it was called

        setattr(client, "add", timed)  # noqa: B010 - as the harness does
        return client


def session(day: str) -> list[dict[str, object]]:
    return [
        {
            "role": "user",
            "name": "Ana",
            "content": "Ana: I moved to Lisbon last month.",
            "chat_time": f"{day}T10:00:00+00:00",
        },
        {
            "role": "assistant",
            "name": "Ben",
            "content": "Ben: I adopted a cat.",
            "chat_time": f"{day}T10:00:00+00:00",
        },
        {"role": "user", "content": ""},
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REMEMBRANCER_FOLDER", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_sessions_are_added_and_text_is_found(folder: Path) -> None:
    harness = Harness()
    client = harness.create_client("remembrancer")
    for user in ("locomo_exp_user_0_speaker_a_v", "locomo_exp_user_0_speaker_b_v"):
        client.add(session("2024-03-08"), user)
    assert harness.adds == 2
    client.add([], "nobody")
    # The search stage makes clients of its own.
    searching = harness.create_client("remembrancer")
    found = searching.search("Where does Ana live?", "locomo_exp_user_0_speaker_a_v", 20)
    assert "Ana moved to Lisbon last month (February 2024)" in found
    assert "Ana: Ana" not in found
    assert searching.search("Where does Ana live?", "somebody else", 20) == ""
    assert len(list(folder.glob("*.db"))) >= 2


def test_a_user_can_be_forgotten(folder: Path) -> None:
    client = RemembrancerClient()
    client.add(session("2024-03-08"), "u", session_key="s1")
    assert "Lisbon" in client.search("Where does Ana live?", "u", 20, query_timestamp="x")
    client.delete_user("u")
    assert client.search("Where does Ana live?", "u", 20) == ""


def test_a_folder_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMEMBRANCER_FOLDER", raising=False)
    with pytest.raises(ValueError, match="set REMEMBRANCER_FOLDER"):
        RemembrancerClient()
