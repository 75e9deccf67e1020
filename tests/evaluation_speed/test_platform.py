import json
from pathlib import Path

import pytest

from evaluation.platform_speed import command
from evaluation.platform_speed.indexed import indexed_talk
from evaluation.platform_speed.sizes import Sizes, World
from evaluation.speed.corpus import talk
from memories import Scope
from memories.engine.domain import MemoryRecord, Message

ANA = Scope("acme", "notes", user="ana")
TINY = Sizes(
    name="small",
    worlds=(World("many_projects", 60, 2), World("one_project", 60, 1)),
    user=30,
    seconds=1,
    rounds=1,
    binding=False,
)


def test_a_talk_is_indexed_as_messages_and_memories_that_rest_on_them() -> None:
    turns = list(talk(30, seed="ana"))
    made = indexed_talk(turns, scope=ANA, first=5)
    messages = [row for row in made.rows.values() if isinstance(row.told, Message)]
    memories = [row for row in made.rows.values() if isinstance(row.told, MemoryRecord)]
    assert [row.told.text for row in messages] == [turn.text for turn in turns]
    assert [row.sources[0].quote for row in memories] == [turn.text for turn in turns]
    assert [row.learned for row in messages] == [(row.told.id,) for row in memories]
    assert {id_ for row in memories for id_, _ in row.mentions} == set(made.entities)
    assert [row.number for row in memories] == list(range(5, 35))


def test_worlds_are_filled_and_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(command._SIZES, "small", TINY)
    kept = tmp_path / "figures.json"
    picture = tmp_path / "steps.svg"
    options = ["--sizes", "small", "--json", str(kept), "--profile", str(picture)]
    assert command.main(options) == 0
    assert "search.gather" in picture.read_text("utf-8")
    rows = json.loads(kept.read_text("utf-8"))["rows"]
    for world in ("many_projects", "one_project"):
        searched = rows[f"{world}_search_p50"]
        assert searched["parts"]["searches"] == 30
        assert (searched["parts"]["failed"], searched["parts"]["empty"]) == (0, 0)
        assert rows[f"{world}_own_cost"]["parts"]["bare_p50_ms"] > 0
        assert rows[f"{world}_indexing"]["measured"] > 0
    assert rows["one_project_search_of_first"]["measured"] > 0
