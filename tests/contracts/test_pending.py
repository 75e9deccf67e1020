"""What an index says of the words of messages that are not stored yet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from memories.engine.domain import OwnedMessage, Selection
from memories.engine.text.tokens import analyse_query
from memories.engine.text.wording import messages_holding
from tests.contracts.worlds import ACME, NOON, World

NOW = Selection(now=NOON + timedelta(days=9))
BOAT = analyse_query("red boat", languages=frozenset({"en"}))


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
