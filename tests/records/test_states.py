"""A search goes by one state, in whichever threads it runs."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from memories.engine.ports.index_server import IndexState
from memories.records.states import ProcessStates, SearchedStates


class CountedStates(ProcessStates):
    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def of(self, project: str) -> IndexState:
        self.asked += 1
        return super().of(project)


def test_a_search_asks_once_and_sees_no_later_change() -> None:
    states = CountedStates()
    searched = SearchedStates(states)
    states.told("notes")
    with searched.one_search(), ThreadPoolExecutor(1) as threads:
        begun = searched.of("notes")
        states.changed("notes")
        assert threads.submit(copy_context().run, searched.of, "notes").result() is begun
        assert begun.is_told
    assert states.asked == 1


def test_the_next_search_and_whoever_does_not_search_see_the_change() -> None:
    states = CountedStates()
    searched = SearchedStates(states)
    states.told("notes")
    with searched.one_search():
        assert searched.of("notes").is_told
    states.changed("notes")
    assert not searched.of("notes").is_told
    with searched.one_search():
        assert not searched.of("notes").is_told


def test_searches_side_by_side_do_not_share_what_they_saw() -> None:
    states = CountedStates()
    searched = SearchedStates(states)
    states.told("notes")

    def search() -> IndexState:
        with searched.one_search():
            return searched.of("notes")

    with searched.one_search(), ThreadPoolExecutor(1) as threads:
        begun = searched.of("notes")
        states.changed("notes")
        assert not threads.submit(search).result().is_told
        assert searched.of("notes") is begun
