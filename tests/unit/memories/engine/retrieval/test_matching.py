from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings

from memories.engine.domain import Message, OwnedMessage, Role, Scope, Selection
from memories.engine.retrieval.filters import FilterLimits, parse_filter
from memories.engine.retrieval.matching import visible
from tests.contracts.filter_oracle import matches
from tests.contracts.test_filters import filters, rows

NOON = datetime(2024, 5, 10, 12, tzinfo=UTC)
ACME = Scope("acme", "notes", user="acme", agent="acme", app="acme", run="acme")
NOW = Selection(now=NOON + timedelta(days=9))
MESSAGE = Message(
    id="pending",
    role=Role.USER,
    speaker="Nora",
    text="a red boat",
    said_at=NOON,
    recorded_at=NOON,
    session="",
    position=0,
    metadata={"from": "chat"},
)


def is_seen(owned: OwnedMessage, selection: Selection = NOW) -> bool:
    return visible([owned], scope=ACME, selection=selection) == [owned]


@settings(max_examples=300, deadline=None)
@given(raw=filters, row=rows)
def test_a_filter_means_what_it_means_in_the_stores(
    raw: Mapping[str, object], row: dict[str, object]
) -> None:
    filter_ = parse_filter(raw, limits=FilterLimits(depth=20, nodes=500))
    said_at = row["said_at"] if isinstance(row["said_at"], datetime) else NOON
    metadata = row["metadata"] if isinstance(row["metadata"], dict) else {}
    user = None if row["user"] is None else str(row["user"])
    message = replace(MESSAGE, text=str(row["text"]), said_at=said_at, metadata=metadata)
    owned = OwnedMessage(message, replace(ACME, user=user))
    asked = replace(NOW, filter=filter_)
    told = {"user": user, "text": message.text, "said_at": said_at, "metadata": metadata}
    expected = [owned] if matches(filter_, told) else []
    assert visible([owned], scope=replace(ACME, user=None), selection=asked) == expected


def test_only_what_the_read_may_see_is_seen() -> None:
    owned = OwnedMessage(MESSAGE, ACME)
    assert is_seen(owned)
    for other in (replace(ACME, user="ben"), replace(ACME, user=None)):
        assert not is_seen(replace(owned, scope=other))
    expired = replace(owned, expires_at=NOW.now - timedelta(seconds=1))
    assert not is_seen(expired)
    assert is_seen(expired, replace(NOW, show_expired=True))
    assert not is_seen(owned, replace(NOW, as_of=NOON - timedelta(days=30)))
    assert not is_seen(owned, replace(NOW, recorded_as_of=NOON - timedelta(days=30)))
