"""What the ports promise of messages that are not stored yet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from memories.engine.domain import Condition, Operator, OwnedMessage, Selection
from memories.engine.text.tokens import analyse_query
from memories.engine.text.wording import messages_holding
from tests.contracts.worlds import ACME, NOON, World

NOW = Selection(now=NOON + timedelta(days=9))
BOAT = analyse_query("red boat", languages=frozenset({"en"}))


def found(world: World, owned: OwnedMessage, selection: Selection = NOW) -> list[str]:
    seen = world.passages.visible([owned], scope=ACME, selection=selection)
    return [each.message.id for each in seen]


def test_words_count_as_they_do_for_what_is_stored(world: World) -> None:
    stored = world.say("I own a red boat, a red car and an old house")
    world.say("my boat is old")
    (lexical,) = [
        each
        for each in world.index.lexical(BOAT, scope=ACME, selection=NOW, limit=9, messages=True)
        if each.owner_id == stored.id
    ]
    pending = OwnedMessage(replace(stored, id="pending"), ACME)
    words = world.index.words(BOAT, scope=ACME)
    (score,) = messages_holding([pending], BOAT, words)
    assert score.owner_id == "pending"
    assert score.score == pytest.approx(lexical.score)
    silent = OwnedMessage(replace(stored, id="silent", text="I own a house"), ACME)
    assert messages_holding([silent], BOAT, words) == []


def test_only_what_the_read_may_see_is_found(world: World) -> None:
    message = replace(world.say("a red boat"), id="pending", metadata={"from": "chat"})
    owned = OwnedMessage(message, ACME)
    assert found(world, owned) == ["pending"]
    for other in (replace(ACME, user="ben"), replace(ACME, user=None)):
        assert found(world, replace(owned, scope=other)) == []
    expired = replace(owned, expires_at=NOW.now - timedelta(seconds=1))
    assert found(world, expired) == []
    assert found(world, expired, replace(NOW, show_expired=True)) == ["pending"]
    assert found(world, owned, replace(NOW, as_of=NOON - timedelta(days=30))) == []
    for value, ids in (("chat", ["pending"]), ("mail", [])):
        asked = Condition("metadata", Operator.EQ, value, ("from",))
        assert found(world, owned, replace(NOW, filter=asked)) == ids
    about = Condition("user", Operator.EQ, ACME.user)
    assert found(world, owned, replace(NOW, filter=about)) == ["pending"]
