from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memories.engine.adapters.local_extractor import LocalExtractor
from memories.engine.domain import Fact, Kind, Message, Precision, Role
from memories.engine.ports.extractor import ExtractionRequest, Extractor, ScriptedExtractor, Wants

SAID_AT = datetime(2023, 5, 8, 12, 0, tzinfo=UTC)


def message(text: str, *, speaker: str = "Nora", role: Role = Role.USER) -> Message:
    nameless = speaker in {"User", "Assistant"}
    return Message(
        id="m1",
        role=role,
        speaker=speaker,
        text=text,
        said_at=SAID_AT,
        recorded_at=SAID_AT,
        session="s1",
        position=0,
        name=None if nameless else speaker,
    )


def facts(text: str, *, speaker: str = "Nora", role: Role = Role.USER) -> list[Fact]:
    request = ExtractionRequest(
        messages=(message(text, speaker=speaker, role=role),),
        earlier=(message("Hello", speaker="Jonas"),),
    )
    return list(LocalExtractor().extract(request).facts)


def texts(text: str) -> list[str]:
    return [fact.text for fact in facts(text)]


def test_it_is_an_extractor() -> None:
    extractor: Extractor = LocalExtractor()
    assert (extractor.name, extractor.wants) == ("local-1", Wants())


def test_the_fake_gives_what_it_was_handed() -> None:
    (fact,) = facts("I own a boat.")
    extractor: Extractor = ScriptedExtractor({"Ahoy": [fact]})
    assert extractor.extract(
        ExtractionRequest(messages=(message("Ahoy"), message("Hm")))
    ).facts == (fact,)


@pytest.mark.parametrize(
    ("said", "learned"),
    [
        ("I'm a nurse.", "Nora is a nurse."),
        ("I am a nurse.", "Nora is a nurse."),
        ("I\u2019ve been unwell.", "Nora has been unwell."),
        ("I'd seen it before.", "Nora had seen it before."),
        ("I'd love to go there.", "Nora would love to go there."),
        ("I'll call my aunt.", "Nora will call Nora's aunt."),
        ("I really love rye bread.", "Nora really loves rye bread."),
        ("I carry a watch.", "Nora carries a watch."),
        ("I don't drive.", "Nora doesn't drive."),
        ("I no longer smoke.", "Nora no longer smokes."),
        ("I went sailing.", "Nora went sailing."),
        ("I need new boots.", "Nora needs new boots."),
        ("I can swim.", "Nora can swim."),
        ("That red bike is mine.", "That red bike is Nora's."),
        ("The trip changed me.", "The trip changed Nora."),
        ("I taught myself to knit.", "Nora taught themselves to knit."),
        ("I built it by myself.", "Nora built it alone."),
        ("Lena and I run a bakery.", "Lena and Nora run a bakery."),
        ("My name is Lena and I run a bakery.", "Nora's name is Lena and Nora runs a bakery."),
        ("My wife and I like tea.", "Nora's wife and Nora like tea."),
        ("I collect World War I maps.", "Nora collects World War I maps."),
        ("i sold my car, im broke", "Nora sold Nora's car, Nora is broke"),
        ("Went to the lake with Lena.", "Nora went to the lake with Lena."),
        ("Gonna learn Dutch.", "Nora is going to learn Dutch."),
        ('He shouted "I quit" at me.', 'He shouted "I quit" at Nora.'),
        ("I met you in Porto.", "Nora met Jonas in Porto."),
        ("You told me about your farm.", "Jonas told Nora about Jonas's farm."),
        ("I know you've sold your boat.", "Nora knows Jonas has sold Jonas's boat."),
        ("I heard you're a pilot.", "Nora heard Jonas is a pilot."),
        ("I lent you yours.", "Nora lent Jonas Jonas's."),
        ("I feel calm when you swim.", "Nora feels calm when you swim."),
        ("Wow, thanks, Jonas! By the way, I got a dog.", "Nora got a dog."),
        ("I got a dog, Jonas!", "Nora got a dog!"),
        ("I moved to Bergen, did you know?", "Nora moved to Bergen"),
        ("Our cellar flooded in the storm.", "Nora: Our cellar flooded in the storm."),
        (
            "Ich habe gestern einen Hund gekauft.",
            "Nora: Ich habe gestern (7 May 2023) einen Hund gekauft.",
        ),
        ("我昨天买了一只狗。", "Nora: 我昨天 (7 May 2023)买了一只狗。"),
        ("I got a bike. It is blue.", "Nora got a bike. It is blue."),
        ("[shares a photo: a photo of a red barn]", "Nora shared a photo of a red barn"),
        ("[shares a photo: two cats]", "Nora shared a photo: two cats"),
    ],
)
def test_a_statement_is_reworded_to_stand_alone(said: str, learned: str) -> None:
    assert texts(said) == [learned]


@pytest.mark.parametrize(
    "said",
    [
        "Hi Jonas!",
        "Good to see you!",
        "Thanks a lot, Jonas!",
        "Wow, that's so cool!",
        "Sounds great",
        "Take care",
        "Good luck with everything!",
        "I'm so happy for you!",
        "You got this!",
        "What did you cook?",
        "Do you like my hat?",
        "你呢？",
        "<recalled-memories>Nora likes tea</recalled-memories>",
        "<recalled-memories>I like tea.",
        "<recalled-memories>[shares a photo: a barn]</recalled-memories>",
        "",
    ],
)
def test_what_states_nothing_gives_no_fact(said: str) -> None:
    assert texts(said) == []


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.TOOL])
def test_only_people_and_assistants_are_learned_from(role: Role) -> None:
    assert facts("I own a boat.", role=role) == []


def test_of_a_nameless_assistant_its_deeds_are_kept() -> None:
    said = "Sailing is a sport. I booked a table for two."
    (fact,) = facts(said, speaker="Assistant", role=Role.ASSISTANT)
    assert fact.text == "Assistant booked a table for two."


def test_you_is_left_where_more_than_two_speak() -> None:
    request = ExtractionRequest(
        messages=(message("I met you in Porto."),),
        earlier=(message("Hi", speaker="Jonas"), message("Hi", speaker="Lena")),
    )
    (fact,) = LocalExtractor().extract(request).facts
    assert fact.text == "Nora met you in Porto."


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ("Is my sister here? She's a pilot in Lima.", "Nora's sister is a pilot in Lima."),
        ("Did my kids call? They love old dinosaurs.", "Nora's kids love old dinosaurs."),
        ("Did Lena call? She is a pilot.", "Nora: Lena is a pilot."),
        ("Did my friend Lena call? She's moved to Lima.", "Nora's friend Lena has moved to Lima."),
        ("Did my mom call my aunt? She is a pilot.", "Nora: She is a pilot."),
        ("Did my brother call? She is a pilot.", "Nora: She is a pilot."),
    ],
)
def test_she_and_they_are_resolved_only_where_certain(said: str, last: str) -> None:
    assert texts(said)[-1] == last


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I moved to Bergen.", Kind.EVENT),
        ("I'm a nurse.", Kind.STATE),
        ("I've worked here since 2019.", Kind.STATE),
        ("I'm going to buy a boat.", Kind.PLAN),
        ("My exam is on June 5.", Kind.PLAN),
        ("I love rye bread.", Kind.PREFERENCE),
        ("My favourite colour is green.", Kind.PREFERENCE),
        ("I have two brothers.", Kind.RELATIONSHIP),
        ("I never drink coffee.", Kind.ABSENCE),
        ("I don't have a car.", Kind.ABSENCE),
        ("I stopped smoking.", Kind.ABSENCE),
    ],
)
def test_the_kind_is_told(said: str, kind: Kind) -> None:
    (fact,) = facts(said)
    assert fact.kind is kind


@pytest.mark.parametrize(
    ("said", "learned", "precision"),
    [
        ("I ran yesterday.", "Nora ran yesterday (7 May 2023).", Precision.DAY),
        ("I fell last week.", "Nora fell last week (the week of 1 May 2023).", Precision.WEEK),
        ("I sailed last summer.", "Nora sailed last summer (summer 2022).", Precision.SEASON),
        ("I got wed on 3 May 2022.", "Nora got wed on 3 May 2022.", Precision.DAY),
        ("I moved in 2019.", "Nora moved in 2019.", Precision.YEAR),
    ],
)
def test_a_relative_date_is_told_in_brackets(said: str, learned: str, precision: Precision) -> None:
    (fact,) = facts(said)
    assert fact.text == learned
    assert fact.occurred is not None
    assert fact.occurred.precision is precision


def test_yesterday_is_the_speakers_own() -> None:
    request = ExtractionRequest(
        messages=(message("I ran yesterday."),), zone=ZoneInfo("Pacific/Auckland")
    )
    (fact,) = LocalExtractor().extract(request).facts
    assert fact.text == "Nora ran yesterday (8 May 2023)."


def test_a_long_sentence_is_split_where_both_halves_stand_alone() -> None:
    said = (
        "I worked for nine years as a carpenter in a small town near the northern sea, and I now"
        " teach children how to carve spoons out of birch wood."
    )
    assert len(texts(said)) == 2


def test_the_quote_is_the_sentence_without_what_opens_it() -> None:
    said = "Oh wow! Well, I bought a kayak yesterday. See you!"
    (fact,) = facts(said)
    (quote,) = fact.quotes
    assert quote.text == said[quote.start : quote.end] == "I bought a kayak yesterday."
    assert (fact.attributed_to, fact.said_at) == ("Nora", SAID_AT)


PARTS = """
    I you my I'm you're , . ? ! " and yesterday She They Nora Jonas went love Lena don't 7 May kids
    <recalled-memories> </recalled-memories> [shares a photo: ] me myself by Gonna Thanks I'd am
"""


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PARTS.split())).map(" ".join)))
def test_any_text_gives_facts_that_quote_it(said: str) -> None:
    for fact in facts(said):
        assert "Nora" in fact.text
        for quote in fact.quotes:
            assert quote.text
            assert said[quote.start : quote.end] == quote.text
