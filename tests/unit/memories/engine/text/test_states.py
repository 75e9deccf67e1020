import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.text.states import (
    AskedState,
    Phase,
    State,
    asked_state,
    mark_of,
    state_marks,
    state_of,
)
from memories.engine.text.tokens import analyse

WORK, HOME, STUDY, PARTNER = State.WORK, State.HOME, State.STUDY, State.PARTNER
HOLDS, ENDS, HELD = Phase.HOLDS, Phase.ENDS, Phase.HELD


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("I work as a cook on a ferry.", [(WORK, HOLDS)]),
        ("Nils works at a bank.", [(WORK, HOLDS)]),
        ("Nils has started at the post office.", [(WORK, HOLDS)]),
        ("Nils: We left Lagos and settled in Accra.", [(HOME, HOLDS)]),
        ("Started a job at a bookshop.", [(WORK, HOLDS)]),
        ("I am a security guard.", [(WORK, HOLDS)]),
        ("I became a teacher.", [(WORK, HOLDS)]),
        ("I left the bank and opened a bakery.", [(WORK, HOLDS), (WORK, ENDS)]),
        ("I resigned in March.", [(WORK, ENDS)]),
        ("I was laid off by the firm.", [(WORK, ENDS)]),
        ("I was a nurse.", [(WORK, HELD)]),
        ("I taught maths at a school.", [(WORK, HELD)]),
        ("My wife and I relocated to Kochi.", [(HOME, HOLDS)]),
        ("My flat is in Pune.", [(HOME, HOLDS)]),
        ("I lived in Porto as a child.", [(HOME, HELD)]),
        ("I study marine biology.", [(STUDY, HOLDS)]),
        ("I dropped out of university.", [(STUDY, ENDS)]),
        ("I got engaged to Ville.", [(PARTNER, HOLDS)]),
        ("Kajsa and I split up.", [(PARTNER, ENDS)]),
        ("I adopted a grey parrot.", [(State.PET, HOLDS)]),
        ("I drive a Skoda now.", [(State.VEHICLE, HOLDS)]),
        ("I was diagnosed with asthma.", [(State.HEALTH, HOLDS)]),
        ("Ich arbeite bei einer Bank.", [(WORK, HOLDS)]),
        ("Ich bin nach Jena gezogen.", [(HOME, HOLDS)]),
        ("J'ai démissionné et ouvert un restaurant.", [(WORK, HOLDS), (WORK, ENDS)]),
        ("Trabajo de camarero en un hotel.", [(WORK, HOLDS)]),
        ("Vivo a Roma.", [(HOME, HOLDS)]),
        ("Trabalho como professora.", [(WORK, HOLDS)]),
    ],
)
def test_a_text_tells_of_states(text: str, told: list[tuple[State, Phase]]) -> None:
    assert set(state_marks(text, speaker="Nils")) == {mark_of(*each) for each in told}


@pytest.mark.parametrize(
    "text",
    [
        "I opened a window because it was hot.",
        "Do you work at a bank?",
        "My brother works at a bank.",
        "Ben lost his job at the print shop.",
        "Nils: Ben works at a bank.",
        "I think he should have my job.",
        "She became a teacher.",
        "Ana's daughter moved to Porto.",
        "It works for me.",
        "I ran a charity race.",
        "We played live music.",
        "It fired up my passion.",
        "I study hard.",
        "I took the puppy to the clinic.",
        "",
    ],
)
def test_what_only_looks_alike_tells_of_none(text: str) -> None:
    assert state_marks(text, speaker="Nils") == ()


@pytest.mark.parametrize(
    ("question", "state", "words"),
    [
        ("Where does Ruth work at the moment?", WORK, "work"),
        ("What was Mara's job before that?", WORK, "job"),
        ("What does she do for a living?", WORK, "living"),
        ("Who is Pelle's employer?", WORK, "employer"),
        ("Which company does she work for?", WORK, "work"),
        ("Where is she living?", HOME, "living"),
        ("Where is Greta's home?", HOME, "home"),
        ("What is Ida studying?", STUDY, "studying"),
        ("Who is she dating?", PARTNER, "dating"),
        ("Which pet does Olga have?", State.PET, "pet"),
        ("What kind of car does she own?", State.VEHICLE, "car"),
        ("Which illness does Pelle have?", State.HEALTH, "illness"),
        ("Wo arbeitet Jutta?", WORK, "arbeitet"),
        ("Où habite Rémi ?", HOME, "habite"),
        ("¿Qué estudia Ana?", STUDY, "estudia"),
    ],
)
def test_a_question_asks_for_a_state(question: str, state: State, words: str) -> None:
    assert asked_state(question) == AskedState(state, words)


@pytest.mark.parametrize(
    "question",
    [
        "What happened to John's job?",
        "What career milestone did John reach?",
        "What did she do at work?",
        "Who did John work with?",
        "What did the dog eat?",
        "What colour is her car?",
        "Where does Nora's brother work?",
        "",
    ],
)
def test_a_question_about_something_of_it_asks_for_none(question: str) -> None:
    assert asked_state(question) is None


@given(st.text(max_size=200))
def test_no_word_is_a_mark(text: str) -> None:
    assert not any(map(state_of, analyse(f"{text} §work.holds")))
    assert {state_of(mark) for mark in state_marks(text, speaker="Nils")} <= set(State)
