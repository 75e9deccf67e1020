"""What a language model claims of memories is believed only where it can hold."""

from datetime import timedelta
from typing import Any

import pytest

from memories import Guidance, Memory
from memories.engine.consolidation.folding import UNLIKE
from memories.engine.consolidation.gathering import NO_LONGER
from memories.engine.consolidation.observing import INVENTED
from memories.engine.consolidation.reading import (
    NO_REASON,
    TOO_FEW,
    TOO_MANY,
    UNKNOWN_CATEGORY,
    UNKNOWN_MEMORY,
)
from memories.engine.consolidation.replacing import (
    BACKWARDS,
    OTHERS_WORD,
    STAYS_TRUE,
    UNCHANGEABLE,
)
from memories.engine.domain import ConsolidationEvent
from memories.engine.ports.clock import FixedClock
from tests.library.consolidating import (
    HABIT,
    LISBON,
    MARCH,
    PORTO,
    RUNS,
    Claiming,
    by_text,
    claims,
    habit,
    model_that,
    tell,
)
from tests.library.learned import Opens, acme_of

REFUSED: dict[str, tuple[Claiming, str]] = {
    "a number that was not shown": (lambda _: claims(same=[[1, 99]]), UNKNOWN_MEMORY),
    "a number that is none": (lambda _: claims(replaced=[(True, 2)]), UNKNOWN_MEMORY),
    "one memory": (lambda _: claims(observations=[(HABIT, [1, 1])]), TOO_FEW),
    "memories of two speakers": (
        lambda shown: claims(same=[[shown["Ana likes tea."], shown["Ana does like tea."]]]),
        UNLIKE,
    ),
    "another number": (
        lambda shown: claims(same=[[shown["Ana has 2 cats."], shown["Ana has 3 cats."]]]),
        UNLIKE,
    ),
    "what is and what is not": (
        lambda shown: claims(same=[[shown["Ana is married."], shown["Ana is not married."]]]),
        UNLIKE,
    ),
    "replacing backwards": (
        lambda shown: claims(replaced=[(shown[LISBON], shown[PORTO])]),
        BACKWARDS,
    ),
    "replacing by somebody else": (
        lambda shown: claims(replaced=[(shown["Ana likes tea."], shown["Ana does like tea."])]),
        OTHERS_WORD,
    ),
    "replacing what happened": (
        lambda shown: claims(replaced=[(shown["Ana went to Rome."], shown[LISBON])]),
        STAYS_TRUE,
    ),
    "replacing what is immutable": (
        lambda shown: claims(replaced=[(shown["Ana keeps a dog."], shown[LISBON])]),
        UNCHANGEABLE,
    ),
    "folding what is immutable": (
        lambda shown: claims(same=[[shown["Ana keeps a dog."], shown["Ana owns a dog."]]]),
        UNLIKE,
    ),
    "an invented name": (
        lambda _: claims(observations=[("Ana works for Siemens.", [1, 2])]),
        INVENTED,
    ),
    "a reason with control characters": (
        lambda shown: {
            **claims(),
            "replaced": [{"memory": shown[PORTO], "by": shown[LISBON], "why": "\x1b[2J"}],
        },
        NO_REASON,
    ),
    "a foreign category": (
        lambda _: {
            **claims(),
            "observations": [{"text": HABIT, "kind": "state", "categories": ["x"], "memories": []}],
        },
        UNKNOWN_CATEGORY,
    ),
}


@pytest.mark.parametrize(("claiming", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_can_not_be_is_dropped_and_counted(
    asking: Opens, claiming: Claiming, why: str
) -> None:
    memory = asking(model_that(claiming))
    acme = acme_of(memory)
    tell(memory, PORTO, "Ana went to Rome.", "Ana likes tea.", "Ana has 2 cats.", scope=acme)
    tell(memory, "Ana is married.", "Ana is not married.", "Ana has 3 cats.", scope=acme)
    tell(memory, "Ana does like tea.", scope=acme, at=MARCH, name="Ben")
    tell(memory, "Ana owns a dog.", scope=acme)
    tell(memory, "Ana keeps a dog.", scope=acme, immutable=True, at=MARCH - timedelta(days=1))
    tell(memory, LISBON, scope=acme, at=MARCH)
    before = by_text(memory, acme, include_merged=True)
    done = memory.consolidate(scope=acme)
    assert done.outcomes == ()
    assert why in done.dropped
    assert by_text(memory, acme, include_merged=True) == before


def test_an_observation_does_not_rest_on_what_the_same_answer_replaces(asking: Opens) -> None:
    def claiming(shown: Any) -> dict[str, Any]:
        numbers = [shown[PORTO], shown[LISBON]]
        moved = [("Ana lives by the sea.", numbers)]
        return claims(replaced=[(numbers[0], numbers[1])], observations=moved)

    memory = asking(model_that(claiming))
    acme = acme_of(memory)
    tell(memory, PORTO, scope=acme)
    tell(memory, LISBON, scope=acme, at=MARCH)
    done = memory.consolidate(scope=acme)
    assert [each.event for each in done.outcomes] == [ConsolidationEvent.SUPERSEDE]
    assert done.dropped == {NO_LONGER: 1}


def test_not_everything_is_replaced_at_once(asking: Opens) -> None:
    def all_but_one(shown: Any) -> dict[str, Any]:
        numbers = sorted(shown.values())
        return claims(replaced=[(old, numbers[-1]) for old in numbers[:-1]])

    memory = asking(model_that(all_but_one))
    acme = acme_of(memory)
    tell(memory, *(f"Ana owns the boat {name}." for name in "ABCDEFGHIJKLM"), scope=acme)
    tell(memory, "Ana owns no boat.", scope=acme, at=MARCH)
    done = memory.consolidate(scope=acme)
    assert len(done.outcomes) == 10
    assert done.dropped == {TOO_MANY: 3}


def test_an_observation_rests_on_what_its_memories_are_folded_into(asking: Opens) -> None:
    owns, keeps = "Ana owns a dog.", "Ana keeps a dog."

    def claiming(shown: Any) -> dict[str, Any]:
        both, all_three = [shown[owns], shown[keeps]], [*shown.values()]
        dogs = [("Ana likes dogs.", all_three), ("Ana has dogs.", both)]
        return claims(same=[both], observations=dogs)

    memory = asking(model_that(claiming))
    acme = acme_of(memory)
    (first,) = tell(memory, owns, scope=acme)
    (_, sea) = tell(memory, keeps, "Ana lives by the sea.", scope=acme, at=MARCH)
    done = memory.consolidate(scope=acme)
    assert [each.event for each in done.outcomes] == ["MERGE", "ADD"]
    assert by_text(memory, acme)["Ana likes dogs."].derived_from == (first, sea)
    # What both say is one thing, and nothing follows from one.
    assert done.dropped == {NO_LONGER: 1}


@pytest.mark.parametrize("deed", ["edit", "delete"])
def test_what_changes_while_the_model_thinks_is_left_alone(asking: Opens, deed: str) -> None:
    opened: list[Memory] = []

    def meanwhile(shown: Any) -> dict[str, Any]:
        (memory,) = opened
        porto = by_text(memory, acme_of(memory))[PORTO].id
        if deed == "edit":
            memory.update(porto, text="Ana likes Porto.")
        else:
            memory.delete(porto)
        numbers = [shown[PORTO], shown[LISBON]]
        return claims([numbers], [(numbers[0], numbers[1])], [("Ana lives by the sea.", numbers)])

    memory = asking(model_that(meanwhile))
    opened.append(memory)
    acme = acme_of(memory)
    tell(memory, PORTO, scope=acme)
    tell(memory, LISBON, scope=acme, at=MARCH)
    done = memory.consolidate(scope=acme)
    assert done.outcomes == ()
    assert done.dropped == {NO_LONGER: 3}


def test_an_observation_is_filed_where_the_project_files(asking: Opens) -> None:
    def claiming(shown: Any) -> dict[str, Any]:
        (observation,) = habit(shown)["observations"]
        return {**claims(), "observations": [{**observation, "categories": ["sports", "x"]}]}

    memory = asking(model_that(claiming))
    acme = acme_of(memory)
    tell(memory, *RUNS, scope=acme)
    guidance = Guidance(categories={"sports": "what somebody does to stay fit"})
    done = memory.consolidate(scope=acme, guidance=guidance)
    assert done.dropped == {UNKNOWN_CATEGORY: 1}
    assert by_text(memory, acme)[HABIT].categories == ("sports",)


def test_what_has_expired_is_not_asked_about(asking: Opens, clock: FixedClock) -> None:
    model = model_that(habit)
    memory = asking(model)
    acme = acme_of(memory)
    tell(memory, *RUNS, scope=acme, expires_at=clock.now() + timedelta(days=1))
    clock.advance(timedelta(days=2))
    asked = len(model.requests)
    done = memory.consolidate(scope=acme)
    assert (done.looked_at, done.questions, len(model.requests)) == (2, 0, asked)
    assert memory.consolidate(scope=acme).looked_at == 0
