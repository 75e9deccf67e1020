import itertools

from hypothesis import given
from hypothesis import strategies as st

from memories.engine.adapters.onnx_models import batches


def test_a_text_is_not_padded_to_a_much_longer_one() -> None:
    assert sorted(batches([9, 80, 10, 30, 78])) == [[0, 2], [3], [4, 1]]


@given(st.lists(st.integers(1, 256), max_size=40))
def test_every_text_is_run_once_in_runs_of_bounded_size(lengths: list[int]) -> None:
    found = batches(lengths)
    assert sorted(itertools.chain.from_iterable(found)) == list(range(len(lengths)))
    for rows in found:
        assert len(rows) <= 16
        assert len(rows) == 1 or len(rows) * max(lengths[row] for row in rows) <= 512
