"""Which words of a text are recognised as mentions."""

import time

import pytest

from memories.engine.domain import EntityType
from memories.engine.text.mentions import find_mentions


def surfaces(text: str) -> list[str]:
    return [mention.surface for mention in find_mentions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I joined a support group last week.", ["support group"]),
        ("We visited two adoption agencies.", ["adoption agencies"]),
        ("My terrible old guitar broke again.", ["guitar"]),
        ("She drank three cups of coffee.", ["coffee"]),
        ("It took a lot of time, by the way.", []),
        ("I have to go now, see you on Monday!", []),
        ("They quit smoking three months ago.", ["smoking"]),
        ("I was cooking when you called.", []),
        ("We bought hiking boots.", ["hiking boots"]),
        ("He walks the dog and she plays chess.", ["dog", "chess"]),
        ("The walk was long.", ["walk"]),
        ("Sounds awesome, let's check out the market.", ["market"]),
        ("Ravi's new car is a Volvo.", ["Ravi", "car", "Volvo"]),
        ("Ravi's amazing.", ["Ravi"]),
        ("There've been delays at the French embassy.", ["delays", "French embassy"]),
        ("so hannah says the rent is up", ["hannah", "rent"]),
        ("She grew up near St. Mary's Hospital.", ["St. Mary's Hospital"]),
        ("He studied at the University of Leeds.", ["University of Leeds"]),
        ("My sister Hannah moved to Berlin.", ["sister", "Hannah", "Berlin"]),
        ("I HATE WAITING FOR THE BUS", ["BUS"]),
        ("Treasure those memories.", ["memories"]),
        ("my back pain is worse", ["back pain"]),
        ("", []),
        ("  \n", []),
        ("?!…", []),
    ],
)
def test_english_phrases(text: str, expected: list[str]) -> None:
    assert surfaces(text) == expected


@pytest.mark.parametrize(
    ("text", "surface", "kind"),
    [
        ("I met Dr. Hollis yesterday.", "Dr. Hollis", EntityType.PERSON),
        ("We fly to Lisbon in May.", "Lisbon", EntityType.PLACE),
        ("They live on Mill Street.", "Mill Street", EntityType.PLACE),
        ("She works at Nordbank University.", "Nordbank University", EntityType.ORGANIZATION),
        ("I'm reading Middlemarch.", "Middlemarch", EntityType.TITLE),
        ("I loved “The Long Winter”.", "The Long Winter", EntityType.TITLE),
        ("We adopted Biscuit.", "Biscuit", EntityType.NAME),
        ("I sold my guitar.", "guitar", EntityType.TOPIC),
        ("Mail me at a.b@shop.example.", "a.b@shop.example", EntityType.IDENTIFIER),
    ],
)
def test_english_types(text: str, surface: str, kind: EntityType) -> None:
    assert (surface, kind) in [(each.surface, each.type) for each in find_mentions(text)]


@pytest.mark.parametrize(
    "identifier",
    [
        "https://shop.example/a?b=c",
        "www.shop.example",
        "ines+news@shop.example",
        "@ines_s",
        "#tea",
        "ABC-123",
        "KX-20417-B",
        "v1.2.3",
        "1.26.4",
        "Python 3.13",
        "BA 2491",
        "PR #482",
        "#482",
        "notes.pdf",
        "read_text()",
        "0049221",
    ],
)
def test_identifiers(identifier: str) -> None:
    found = find_mentions(f"Look at {identifier}, please.")
    assert [each.surface for each in found if each.type is EntityType.IDENTIFIER] == [identifier]


@pytest.mark.parametrize("text", ["About 3.5 miles", "on 01.03.2024", "it cost USD 200", "in 2024"])
def test_measures_and_dates_are_no_identifiers(text: str) -> None:
    assert EntityType.IDENTIFIER not in [each.type for each in find_mentions(text)]


def test_speech_in_quotation_marks_is_no_name() -> None:
    assert surfaces('He said "I will go." and went.') == []


def test_known_names_are_found_whatever_their_case() -> None:
    found = find_mentions(
        "did zorba and q meet Zorba Kent or Q? zorbas", known_names=["Zorba", "Q"]
    )
    assert [each.surface for each in found] == ["zorba", "Zorba Kent", "Q", "zorbas"]
    assert found[0].type is EntityType.PERSON


def test_a_german_genitive_names_who_is_known() -> None:
    known = ["Wiebke", "Hans", "Anna Kurz", "Han"]
    for text, names in (
        ("Wie heißt Wiebkes Lastenrad?", ["Wiebke", "Lastenrad"]),
        ("Ich habe Anna Kurzs Hund gesehen, und Hans auch.", ["Anna Kurz", "Hund", "Hans"]),
        ("Das sind die wiebkes.", []),
    ):
        assert [each.surface for each in find_mentions(text, known_names=known)] == names
    english = find_mentions("The Wiebkes moved to the lake.", known_names=known)
    assert "Wiebke" not in [each.surface for each in english]


def test_known_names_in_a_script_without_spaces() -> None:
    assert "小明" in [
        each.surface for each in find_mentions("我和小明去了北京", known_names=["小明"])
    ]


def test_a_capital_inside_a_sentence_is_a_name() -> None:
    fragment = find_mentions("Rain", sentence_starts_known=False)
    assert [each.type for each in fragment] == [EntityType.NAME]
    assert [each.type for each in find_mentions("Rain")] == [EntityType.TOPIC]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ich habe mit Frau Becker über die Gitarre gesprochen.", ["Frau Becker", "Gitarre"]),
        ("Bis Erntedank soll sie wieder stehen.", ["Erntedank"]),
        ("Seit wann wohnt Julia in Jever?", ["Julia", "Jever"]),
        ("Der Traum jeder Klasse.", ["Traum", "Klasse"]),
        ("Wie heißt unser Boot?", ["Boot"]),
        ("何月何日に行きますか。駅まで何分ですか。", []),
        ("Meine Freundin Julia trinkt eine Tasse Kaffee.", ["Freundin", "Julia", "Kaffee"]),
        (
            "J'ai commencé un cours de poterie avec Camille à Lyon.",
            ["cours de poterie", "Camille", "Lyon"],
        ),
        ("Je la vois et je les aime.", []),
        (
            "Mi hermana toca la guitarra con Lucía en Sevilla.",
            ["hermana", "guitarra", "Lucía", "Sevilla"],
        ),
        ("Вчера я видел Марину в библиотеке.", ["Марину", "библиотеке"]),
        ("昨日、田中さんと東京駅でコーヒーを飲みました。", ["田中さん", "東京駅", "コーヒー"]),
        ("我昨天看了《三体》，王先生也在北京大学。", ["三体", "王先生", "北京大学"]),
        ("어제 Netflix를 봤어요", ["Netflix"]),
    ],
)
def test_other_languages(text: str, expected: list[str]) -> None:
    assert surfaces(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'Hey Priya! It\'s KX-20417-B, see "The Salt Path" by Raynor at https://a.example/b_c.',
        "Ich war in Köln. C'est l'été à Paris «Le Lac bleu». 田中さん「銀河」《三体》",
        "\ud83d\ude00 É\u0301cole naïve 'Tom's' o'clock ''' (((x) _ __ a_b_ -- #@! ﬁn ǅ ß İstanbul",
    ],
)
def test_mentions_are_ordered_exact_and_apart(text: str) -> None:
    position = 0
    for mention in find_mentions(text):
        assert position <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.surface
        assert 0 < mention.score <= 1
        position = mention.end


@pytest.mark.parametrize(
    "text", ["_" * 5000, "a_" * 3000 + "@", "-" * 5000, "A-" * 2000, "Ab " * 2000]
)
def test_odd_texts_take_no_long_time(text: str) -> None:
    started = time.perf_counter()
    find_mentions(text)
    assert time.perf_counter() - started < 2
