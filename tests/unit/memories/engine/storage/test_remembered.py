from collections.abc import Collection, Mapping

from memories.engine.storage.remembered import Remembered


class Project:
    """Facts that can be asked for, in a state that can change."""

    def __init__(self) -> None:
        self.state: object = "first"
        self.asked: list[list[str]] = []

    def lengths(self, words: Collection[str]) -> Mapping[str, int]:
        self.asked.append(sorted(words))
        return {word: len(word) for word in words if word != "gone"}


def test_only_what_is_not_known_is_asked_for_and_that_together() -> None:
    project = Project()
    remembered = Remembered(lambda: project.state)
    assert remembered.get_all("length", ["a", "bb"], project.lengths) == {"a": 1, "bb": 2}
    assert remembered.get_all("length", ["bb", "ccc", "d"], project.lengths) == {
        "bb": 2,
        "ccc": 3,
        "d": 1,
    }
    assert remembered.get_all("length", ["a", "d"], project.lengths) == {"a": 1, "d": 1}
    assert project.asked == [["a", "bb"], ["ccc", "d"]]


def test_what_is_left_out_is_asked_for_again() -> None:
    project = Project()
    remembered = Remembered(lambda: project.state)
    for _ in range(2):
        assert remembered.get_all("length", ["gone"], project.lengths) == {}
    assert project.asked == [["gone"], ["gone"]]


def test_facts_of_another_state_and_of_another_sort_are_not_taken() -> None:
    project = Project()
    remembered = Remembered(lambda: project.state)
    remembered.get_all("length", ["a"], project.lengths)
    remembered.get_all("size", ["a"], project.lengths)
    project.state = "second"
    remembered.get_all("length", ["a"], project.lengths)
    assert project.asked == [["a"]] * 3


def test_nothing_is_remembered_of_a_state_that_cannot_be_told() -> None:
    project = Project()
    project.state = None
    remembered = Remembered(lambda: project.state)
    for _ in range(2):
        assert remembered.get_all("length", ["a"], project.lengths) == {"a": 1}
        assert remembered.get("fact", lambda: project.lengths(["b"])) == {"b": 1}
    assert project.asked == [["a"], ["b"], ["a"], ["b"]]
