"""Measures where a model's similarities lie, so that its scores mean what any other's mean."""

from typing import Final, Protocol

from memories.engine.domain import Vector, Vectors
from memories.engine.ports.embedder import SimilarityScale

# A question, a statement that answers it, and the same statement in other words. A question beside
# every other statement gives the floor, the two wordings of a statement the ceiling.
_TRIPLES: Final = (
    (
        "Where does Anna live?",
        "Anna moved into a flat in Lisbon near the river.",
        "Anna's new apartment is in Lisbon, close to the river.",
    ),
    (
        "What does Tom do for a living?",
        "Tom works as a nurse at the children's hospital.",
        "Tom is employed at the children's hospital as a nurse.",
    ),
    (
        "Which dog does the family have?",
        "They adopted a grey puppy named Biscuit.",
        "The family took in Biscuit, a grey puppy.",
    ),
    (
        "When is the wedding?",
        "The wedding takes place on the third of June.",
        "They are getting married on June 3rd.",
    ),
    (
        "What is wrong with the car?",
        "The car's brakes squeal and need to be replaced.",
        "The brakes of the car make a noise and have to be changed.",
    ),
    (
        "Which book is she reading?",
        "She is halfway through a novel about the Arctic.",
        "She has read half of a novel set in the Arctic.",
    ),
    (
        "What can't he eat?",
        "He is allergic to peanuts and shellfish.",
        "He has an allergy to shellfish and peanuts.",
    ),
    (
        "How did the exam go?",
        "The exam was harder than expected, but she passed.",
        "She passed the exam although it was more difficult than she thought.",
    ),
    (
        "Which programming language does the team use?",
        "The team writes its services in Go.",
        "Go is the language that the team's services are written in.",
    ),
    (
        "Why was the flight late?",
        "Fog at the airport held the plane up for five hours.",
        "The plane left five hours late because the airport was in fog.",
    ),
    (
        "What instrument does Lena play?",
        "Lena practises the cello every evening.",
        "Every evening Lena plays her cello to practise.",
    ),
    (
        "Who won the match?",
        "Our side beat the visitors two to one in extra time.",
        "We won two to one against the visitors after extra time.",
    ),
    (
        "What did the doctor advise?",
        "The doctor told him to rest his knee for six weeks.",
        "He should keep his knee still for six weeks, the doctor said.",
    ),
    (
        "Where is the key kept?",
        "The spare key hangs behind the garden shed.",
        "They keep a spare key on a hook behind the shed in the garden.",
    ),
    (
        "What does the invoice come to?",
        "The bill for the repairs was four hundred euros.",
        "The repairs cost four hundred euros.",
    ),
    (
        "What are the plans for the garden?",
        "They want to plant apple trees next spring.",
        "Next spring they mean to put apple trees in the garden.",
    ),
)


class _Embeds(Protocol):
    def embed_passages(self, texts: list[str], /) -> Vectors: ...

    def embed_query(self, text: str, /) -> Vector: ...


def measure_scale(embedder: _Embeds) -> SimilarityScale:
    """The floor is what questions share with unrelated statements, the ceiling two wordings.

    The floor is the mean over 240 pairs, the ceiling the mean over 16. Takes 48 embeddings.
    """
    statements = embedder.embed_passages([statement for _, statement, _ in _TRIPLES])
    rewordings = embedder.embed_passages([rewording for _, _, rewording in _TRIPLES])
    cosines = [statements @ embedder.embed_query(question) for question, _, _ in _TRIPLES]
    others = [float(row.sum() - row[index]) for index, row in enumerate(cosines)]
    floor = sum(others) / (len(_TRIPLES) * (len(_TRIPLES) - 1))
    ceiling = float((statements * rewordings).sum()) / len(_TRIPLES)
    return SimilarityScale(floor=floor, ceiling=max(ceiling, floor + 0.01))
