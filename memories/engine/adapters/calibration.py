"""Measures where a model's similarities lie, so that its scores mean what any other's mean."""

from typing import Final, Protocol

from memories.engine.domain import Vector, Vectors
from memories.engine.ports.embedder import SimilarityScale

# Questions with a statement that answers each. Each question beside its own statement gives the
# ceiling, beside every other one the floor.
_PAIRS: Final = (
    ("Where does Anna live?", "Anna moved into a flat in Lisbon near the river."),
    ("What does Tom do for a living?", "Tom works as a nurse at the children's hospital."),
    ("Which dog does the family have?", "They adopted a grey puppy named Biscuit."),
    ("When is the wedding?", "The wedding takes place on the third of June."),
    ("What is wrong with the car?", "The car's brakes squeal and need to be replaced."),
    ("Which book is she reading?", "She is halfway through a novel about the Arctic."),
    ("What can't he eat?", "He is allergic to peanuts and shellfish."),
    ("How did the exam go?", "The exam was harder than expected, but she passed."),
    ("Which programming language does the team use?", "The team writes its services in Go."),
    ("Why was the flight late?", "Fog at the airport held the plane up for five hours."),
    ("What instrument does Lena play?", "Lena practises the cello every evening."),
    ("Who won the match?", "Our side beat the visitors two to one in extra time."),
    ("What did the doctor advise?", "The doctor told him to rest his knee for six weeks."),
    ("Where is the key kept?", "The spare key hangs behind the garden shed."),
    ("What does the invoice come to?", "The bill for the repairs was four hundred euros."),
    ("What are the plans for the garden?", "They want to plant apple trees next spring."),
)


class _Embeds(Protocol):
    def embed_passages(self, texts: list[str], /) -> Vectors: ...

    def embed_query(self, text: str, /) -> Vector: ...


def measure_scale(embedder: _Embeds) -> SimilarityScale:
    """The floor is what questions share with unrelated statements, the ceiling with their own.

    The floor is the mean over 240 pairs, the ceiling the mean over 16. Takes 32 embeddings.
    """
    statements = embedder.embed_passages([statement for _, statement in _PAIRS])
    cosines = [statements @ embedder.embed_query(question) for question, _ in _PAIRS]
    own = [float(row[index]) for index, row in enumerate(cosines)]
    others = [float(row.sum() - row[index]) for index, row in enumerate(cosines)]
    floor = sum(others) / (len(_PAIRS) * (len(_PAIRS) - 1))
    return SimilarityScale(floor=floor, ceiling=max(sum(own) / len(own), floor + 0.01))
