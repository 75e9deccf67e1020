"""What memories/engine/ports/record_store.py promises of reading several things together."""

import threading

from tests.contracts.worlds import ACME, World


def test_what_is_read_together_is_of_one_moment(world: World) -> None:
    def learn_elsewhere() -> None:
        thread = threading.Thread(target=world.learn, args=("Ines owns a kite.",))
        thread.start()
        thread.join()

    def known() -> int:
        return world.records.counts(scope=ACME)["memories"]

    with world.records.reading(scope=ACME):
        before = known()
        learn_elsewhere()
        assert known() == before
    assert known() == before + 1
