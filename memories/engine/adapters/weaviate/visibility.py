"""What a read may see, as one condition: scope, time, expiry, merges and filters."""

from weaviate.classes.query import Filter as Where
from weaviate.collections.classes.filters import _Filters as Wherever

from memories.engine.adapters.weaviate.documents import scope_ids
from memories.engine.adapters.weaviate.filters import LABELS, all_of, compile_filter, micros
from memories.engine.adapters.weaviate.labels import MEMORY, MERGED, NEWEST, is_label
from memories.engine.domain import Scope, Selection


def of_scope(scope: Scope) -> list[Wherever]:
    """Rows of whom the scope names; nothing for a whole project, which is the tenant."""
    labels = [is_label(name, value) for name, value in scope_ids(scope)]
    return [LABELS.contains_all(labels)] if labels else []


def visible(scope: Scope, selection: Selection, *, messages: bool = True) -> Wherever:
    """Passages that the read may see.

    Args:
        scope: whose.
        selection: which of them.
        messages: those of messages as well as of memories.

    Raises:
        InvalidFilter: the filter asks for what this index can't tell.
    """
    parts = of_scope(scope)
    if not messages:
        parts.append(LABELS.equal(MEMORY))
    judged_at = micros(selection.as_of or selection.now)
    if not selection.show_expired:
        parts.append(Where.by_property("expires_at").greater_than(judged_at))
    parts += _in_force(selection)
    if not selection.include_merged:
        # What it repeats may have been said after it, where messages were added out of order.
        not_merged = (
            Where.not_(LABELS.equal(MERGED))
            if selection.as_of is None
            else Where.by_property("merged_said_at").greater_than(micros(selection.as_of))
        )
        parts.append(_or_found_later(not_merged, "merged_found_at", selection))
    if selection.latest_only:
        current = Where.by_property("superseded_at").greater_than(judged_at)
        parts.append(_or_found_later(current, "superseded_found_at", selection))
    if selection.filter is not None:
        parts.append(compile_filter(selection.filter))
    return all_of(parts)


def _or_found_later(not_hidden: Wherever, found_at: str, selection: Selection) -> Wherever:
    """What was folded or replaced only after what is asked had been recorded was not yet then."""
    if selection.recorded_as_of is None:
        return not_hidden
    later = Where.by_property(found_at).greater_than(micros(selection.recorded_as_of))
    return Where.any_of([not_hidden, later])


def _in_force(selection: Selection) -> list[Wherever]:
    """Passages whose wording held at the asked time: the newest, unless a time is asked."""
    if selection.as_of is None and selection.recorded_as_of is None:
        return [LABELS.equal(NEWEST)]
    parts: list[Wherever] = []
    for axis, instant in (("said", selection.as_of), ("recorded", selection.recorded_as_of)):
        if instant is not None:
            at = micros(instant)
            parts += [
                Where.by_property(f"{axis}_at").less_or_equal(at),
                Where.by_property(f"{axis}_from").less_or_equal(at),
                Where.by_property(f"{axis}_until").greater_than(at),
            ]
    return parts
