"""Keeping what was learned of messages that were stored before."""

from memories.engine.domain import IngestOutcome, Scope
from memories.engine.ingestion.extraction import is_proven
from memories.engine.ingestion.preparation import Prepared
from memories.engine.ingestion.records import keep_fact, link_entities, stored_by
from memories.engine.ingestion.tools import IngestTools


def keep_afterwards(
    prepared: Prepared, *, scope: Scope, tools: IngestTools
) -> tuple[IngestOutcome, ...]:
    """Store facts about messages that are stored; needs the transaction.

    A fact whose words were deleted since is left out.
    """
    quoted = {quote.message_id for each in prepared.learned for quote in each.fact.quotes}
    messages = tools.records.messages.get(quoted, scope=scope)
    identities = tools.records.messages.identities(quoted, scope=scope)
    outcomes = tuple(
        keep_fact(each, identities=identities, scope=scope, tools=tools)
        for each in prepared.learned
        if is_proven(each.fact, messages)
    )
    link_entities(prepared, kept=(), stored=stored_by(outcomes), scope=scope, tools=tools)
    return outcomes
