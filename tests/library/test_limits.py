"""How much one call may hand in: what is over a limit is refused by name, and nothing is stored."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from memories import InvalidInput, InvalidMessages, InvalidScope, Memory, Scope
from memories.engine.domain import JsonObject
from memories.engine.ports.embedder import WordHashEmbedder

Content: TypeAlias = str | Mapping[str, object] | Sequence[object]
HALF_A_CHARACTER = "\ud800"


def nested(levels: int) -> JsonObject:
    value: JsonObject = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("messages", "refusal"),
    [
        ([], "messages: expected at least one message, got an empty list"),
        ("", "messages: "),
        ("  \n", "messages: "),
        (["hello"] * 1001, "messages"),
        (
            [{"role": "user", "content": "x"}] * 1001,
            "messages: at most 1000 in one call, got 1001; split them up",
        ),
        (
            [{"role": "user", "content": "x"}, {"role": "user", "content": "y" * 200_001}],
            "messages[1].content: at most 200000 characters, got 200001",
        ),
        (
            [{"role": "user", "content": "x", "metadata": nested(6)}],
            "messages[0].metadata",
        ),
        ([{"role": "robot", "content": "x"}], "messages[0].role: expected one of user"),
        ([{"role": "user", "content": "a\0b"}], "messages[0].content: "),
        ([{"role": "user", "content": HALF_A_CHARACTER}], "messages[0].content: "),
        ([{"role": "user", "content": "x", "name": HALF_A_CHARACTER}], "messages[0].name: "),
        ([{"role": "user", "content": "x", "id": HALF_A_CHARACTER}], "messages[0].id: "),
        (HALF_A_CHARACTER, "messages: "),
    ],
)
def test_messages_over_a_limit_are_refused(
    memory: Memory, acme: Scope, messages: Content, refusal: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        memory.add(messages, scope=acme)
    assert str(caught.value).startswith(refusal)
    if "metadata" not in refusal:
        assert isinstance(caught.value, InvalidMessages)
    assert memory.stats().messages == 0


def test_what_is_just_within_the_limits_is_taken(memory: Memory, acme: Scope) -> None:
    many = [{"role": "tool", "content": "x"}] * 1000
    assert len(memory.add(many, scope=acme).message_ids) == 1000
    memory.add("y" * 200_000, scope=acme, infer=False)
    memory.add("I own a boat.", scope=acme, metadata=nested(5), categories=("c" * 100,) * 50)
    memory.add("I own a car.", scope=memory.scope(user="u" * 256), metadata={"a": "x" * 32_759})


@pytest.mark.parametrize(
    ("metadata", "refusal"),
    [
        (nested(6), "metadata.a.a.a.a.a.a: at most 5 levels deep"),
        ({"a": [[[[[[1]]]]]]}, "metadata.a[0][0][0][0][0]: at most 5 levels deep"),
        ({"a": "x" * 32_760}, "metadata: at most 32768 bytes as JSON, got 32769"),
        ({"a": float("nan")}, "metadata: not JSON"),
        ({"a": HALF_A_CHARACTER}, "metadata.a: character 1 is a lone surrogate"),
    ],
)
def test_metadata_over_a_limit_is_refused(
    memory: Memory, acme: Scope, metadata: JsonObject, refusal: str
) -> None:
    memory.add("I own a car.", scope=acme)
    (car,) = memory.list(scope=acme)
    calls: Sequence[Callable[[], object]] = (
        lambda: memory.add("I own a boat.", scope=acme, metadata=metadata),
        lambda: memory.update(car.id, metadata=metadata),
    )
    for call in calls:
        with pytest.raises(InvalidInput) as caught:
            call()
        assert str(caught.value).startswith(refusal)
    assert memory.stats().messages == 1
    assert memory.get(car.id) == car


@pytest.mark.parametrize(
    ("categories", "refusal"),
    [
        (("a",) * 51, "categories: at most 50, got 51"),
        (("a", " "), "categories[1]: expected 1 to 100 characters"),
        (("c" * 101,), "categories[0]: expected 1 to 100 characters"),
        (("a\0",), "categories[0]: "),
        ((HALF_A_CHARACTER,), "categories[0]: "),
    ],
)
def test_categories_over_a_limit_are_refused(
    memory: Memory, acme: Scope, categories: tuple[str, ...], refusal: str
) -> None:
    memory.add("I own a car.", scope=acme)
    (car,) = memory.list(scope=acme)
    calls: Sequence[Callable[[], object]] = (
        lambda: memory.add("I own a boat.", scope=acme, categories=categories),
        lambda: memory.update(car.id, categories=categories),
    )
    for call in calls:
        with pytest.raises(InvalidInput) as caught:
            call()
        assert str(caught.value).startswith(refusal)
    assert memory.stats().messages == 1


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("", "expected a text that is not empty"),
        (" ", "expected a text that is not empty"),
        ("x" * 257, "at most 256 characters"),
        ("a\0b", "holds a character that can't be printed"),
        ("a\nb", "holds a character that can't be printed"),
        (HALF_A_CHARACTER, "holds a character that can't be printed"),
    ],
)
@pytest.mark.parametrize("id_", ["user", "agent", "app", "run"])
def test_ids_over_a_limit_are_refused(memory: Memory, id_: str, name: str, refusal: str) -> None:
    with pytest.raises(InvalidScope, match=f"^{id_}: {refusal}"):
        memory.scope(**{id_: name})
    with pytest.raises(InvalidScope, match=f"^{id_}: {refusal}"):
        memory.add("I own a boat.", scope=Scope("local", "default", **{id_: name}))


@pytest.mark.parametrize(
    ("organization", "project", "id_"), [("", "notes", "organization"), ("acme", "", "project")]
)
def test_a_project_needs_a_name(path: Path, organization: str, project: str, id_: str) -> None:
    with pytest.raises(InvalidScope, match=f"^{id_}: expected a text that is not empty"):
        Memory(path, embedder=WordHashEmbedder(), organization=organization, project=project)
    assert not path.exists()


@pytest.mark.parametrize("whose", ["ana ❤", "o'hara", '"q"', "a%b_c*", "用户", "ana@example.org"])
def test_any_printable_id_names_its_own_rows_alone(memory: Memory, whose: str) -> None:
    memory.add("I own a boat.", scope=memory.scope(user=whose))
    memory.add("I own a boat.", scope=memory.scope(user=f"{whose}x"))
    (kept,) = memory.list(scope=memory.scope(user=whose))
    assert kept.scope.user == whose
    found = memory.search("boat", scope=memory.scope(user=whose), include_messages=False)
    assert [hit.id for hit in found] == [kept.id]


@pytest.mark.parametrize(
    ("top_k", "threshold", "refusal"),
    [
        (0, 0.0, "top_k: expected 1 to 1000, got 0"),
        (1001, 0.0, "top_k: expected 1 to 1000, got 1001"),
        (10, -0.1, "threshold: expected 0 to 1, got -0.1"),
        (10, 1.1, "threshold: expected 0 to 1, got 1.1"),
        (10, float("nan"), "threshold: expected 0 to 1, got nan"),
    ],
)
def test_searches_over_a_limit_are_refused(
    memory: Memory, acme: Scope, top_k: int, threshold: float, refusal: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        memory.search("boat", scope=acme, top_k=top_k, threshold=threshold)
    assert str(caught.value) == refusal


def test_an_edit_is_limited_as_a_message_is(memory: Memory, acme: Scope) -> None:
    memory.add("I own a car.", scope=acme)
    (car,) = memory.list(scope=acme)
    with pytest.raises(InvalidInput, match="at most 200000 characters, got 200001"):
        memory.update(car.id, text="y" * 200_001)
    with pytest.raises(InvalidInput, match=r"^text: character 2 is a NUL character \(U\+0000\)"):
        memory.update(car.id, text="a\0b")
    for metadata in ({"a": ["b\0"]}, {"a": {"b\ud800": 1}}):
        with pytest.raises(InvalidInput, match=r"^(a key of )?metadata\.a(\[0\])?: character 2"):
            memory.update(car.id, metadata=metadata)
    assert memory.get(car.id) == car
