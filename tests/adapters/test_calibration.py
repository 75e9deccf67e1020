import pytest

from memories.engine.adapters.calibration import measure_scale
from memories.engine.adapters.model_files import BUNDLED_SCALE, bundled_model
from memories.engine.adapters.onnx_embedder import OnnxEmbedder
from memories.engine.domain import Vector, Vectors
from memories.engine.ports.embedder import WordHashEmbedder


class _Alike:
    """A model to which everything is the same."""

    def embed_passages(self, texts: list[str], /) -> Vectors:
        return WordHashEmbedder().embed_passages(["same"] * len(texts))

    def embed_query(self, _: str, /) -> Vector:
        return WordHashEmbedder().embed_query("same")


def test_the_scale_stated_for_the_bundled_model_is_the_measured_one() -> None:
    measured = measure_scale(OnnxEmbedder(bundled_model(), threads=2))
    assert measured.floor == pytest.approx(BUNDLED_SCALE.floor, abs=0.02)
    assert measured.ceiling == pytest.approx(BUNDLED_SCALE.ceiling, abs=0.02)


def test_words_in_common_lift_the_ceiling_over_the_floor() -> None:
    scale = measure_scale(WordHashEmbedder())
    assert 0.0 <= scale.floor < scale.ceiling <= 1.0


def test_a_model_that_tells_nothing_apart_still_has_a_usable_scale() -> None:
    scale = measure_scale(_Alike())
    assert scale.floor == pytest.approx(1.0)
    assert scale.score(0.5) == 0.0
