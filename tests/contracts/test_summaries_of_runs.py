"""What memories/engine/ports/record_store.py promises of summaries, asked of every store."""

from dataclasses import replace

from memories.engine.domain import Kind, Quote
from memories.engine.text.fingerprints import digest
from tests.contracts.worlds import ACME, EVERYONE, World


def test_a_summary_is_found_by_any_message_that_it_rests_on(world: World) -> None:
    first, second, other = (world.say(text) for text in ("One.", "Two.", "Three."))
    fact = world.learn("Nora said one.", source=first)
    summary = replace(fact, id="summary", kind=Kind.PROCEDURE, scope=replace(ACME, run=None))
    quotes = [Quote(message.id, 0, 0, "") for message in (first, second)]
    with world.records.writing(scope=ACME):
        world.records.memories.add(
            summary, identity=digest("summary"), quotes=quotes, scope=summary.scope
        )
    of = world.records.memories.summaries_of
    assert (
        of([first.id], scope=EVERYONE) == of([second.id, first.id], scope=EVERYONE) == ["summary"]
    )
    assert of([other.id, "none"], scope=EVERYONE) == of([], scope=EVERYONE) == []
    assert of([first.id], scope=replace(EVERYONE, user="globex")) == []
    due = world.records.consolidation.due(scope=ACME, limit=9)
    assert [each.id for each in due] == [fact.id]
    sources = world.records.messages.sources(["summary"], scope=EVERYONE)["summary"]
    assert [(each.message.id, each.quote) for each in sources] == [(first.id, ""), (second.id, "")]
