"""How much of the evidence search finds in conversations that are not English."""

from pathlib import Path

import pytest

from evaluation.remembering import messages_of, scope_of
from memories import Memory, read_conversations
from tests.conftest import RecordFigure
from tests.quality.recall import recalls_at

SAMPLES = Path(__file__).parents[2] / "evaluation" / "samples"


# Floors lie a little under what this test measured with the bundled model, which is English, when
# the samples were written: German .635 / .795, Japanese .540 / .780 at 10 / 50, 50 questions each.
# The model embeds few Japanese texts, so that sample is the quick one.
@pytest.mark.parametrize(
    ("name", "language", "floors"),
    [
        pytest.param(
            *("jahr_in_gespraechen", "German", {10: 0.60, 50: 0.76}), marks=pytest.mark.long
        ),
        ("kaiwa_no_ichinen", "Japanese", {10: 0.50, 50: 0.74}),
    ],
)
def test_evidence_is_found_in_other_languages(
    name: str, language: str, floors: dict[int, float], tmp_path: Path, record_figure: RecordFigure
) -> None:
    (conversation,) = read_conversations(SAMPLES / f"{name}.json")
    with Memory(tmp_path / "memories.db") as memory:
        for session in conversation.sessions:
            memory.add(messages_of(session), scope=scope_of(memory, conversation, session))
        recalls = recalls_at(tuple(floors), memory, conversation)
    for k, recall in recalls.items():
        record_figure(f"evidence recall at {k}, {language} sample, bundled model", recall)
    assert all(recalls[k] >= floor for k, floor in floors.items()), recalls
