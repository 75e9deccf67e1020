"""What an extractor claims of memories that are known: believed only where it can hold."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from memories.engine.domain import Fact, FactLink, LinkKind, MemoryRecord, Scope
from memories.engine.ingestion.limits import LIMITS
from memories.engine.ports.record_store import RecordStore

FOREIGN: Final = "it points at no memory of this scope"
UNCHANGEABLE: Final = "it would replace an immutable memory"
OUTDATED: Final = "it would replace a newer statement, or one that was replaced before"
TOO_MANY: Final = "it is one replacement too many"


@dataclass(frozen=True, slots=True)
class Claims:
    """Facts with the claims that hold.

    Attributes:
        dropped: how many claims do not, by why.
    """

    facts: tuple[Fact, ...]
    dropped: Mapping[str, int]


def check_claims(facts: Sequence[Fact], *, records: RecordStore, scope: Scope) -> Claims:
    """The facts without what they can't claim: of others' memories, of immutable or newer ones.

    Args:
        facts: of one add.
        records: the truth.
        scope: exactly whose.
    """
    claimed = {link.memory_id for fact in facts for link in fact.links}
    claimed |= {fact.repeats for fact in facts if fact.repeats is not None}
    if not claimed:
        return Claims(tuple(facts), {})
    found = records.memories.get(claimed, scope=scope)
    own = {id_: memory for id_, memory in found.items() if memory.scope == scope}
    dropped: Counter[str] = Counter()
    checked: list[Fact] = []
    replaced: set[str] = set()
    for fact in facts:
        links: list[FactLink] = []
        for link in dict.fromkeys(fact.links):
            flaw = _flaw(link, fact, own.get(link.memory_id), replaced)
            if flaw is None:
                links.append(link)
            else:
                dropped[flaw] += 1
        foreign = fact.repeats is not None and fact.repeats not in own
        dropped[FOREIGN] += foreign
        repeats = None if foreign else fact.repeats
        checked.append(replace(fact, links=tuple(links), repeats=repeats))
    return Claims(tuple(checked), {why: count for why, count in dropped.items() if count})


def _flaw(
    link: FactLink, fact: Fact, memory: MemoryRecord | None, replaced: set[str]
) -> str | None:
    """Why a link can't hold; one that can is noted among what is replaced."""
    if memory is None:
        return FOREIGN
    if link.kind is not LinkKind.SUPERSEDES:
        return None
    if memory.immutable:
        return UNCHANGEABLE
    if memory.superseded_by is not None or memory.said_at > fact.said_at:
        return OUTDATED
    if memory.id in replaced or len(replaced) == LIMITS.supersedes:
        return TOO_MANY
    replaced.add(memory.id)
    return None
