"""One project of the platform: its truth in Postgres, its index on a server of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from memories.engine.domain import Scope
from memories.engine.ingestion.tools import MODEL_SETTING
from memories.engine.ports.index_server import IndexServer
from memories.engine.ports.search_index import SearchIndex
from memories.engine.text.fingerprints import digest
from memories.records.database import Database
from memories.records.passages import PostgresPassages
from memories.records.settling import Settling
from memories.records.states import IndexStates, SearchedStates
from memories.records.store import PostgresRecords
from memories.records.words import PostgresWords


def index_name(scope: Scope, model: str) -> str:
    """The name of a project's index for vectors of that model, as index servers take it."""
    return digest(scope.organization, scope.project, model).hex()


class HostedStores:
    """The Stores of one project."""

    index_is_apart = True

    def __init__(
        self, scope: Scope, *, server: IndexServer, states: IndexStates, by_words: bool = False
    ) -> None:
        """Reach the project, which is entered in the database if it is new.

        Args:
            scope: names the project.
            server: where its index is.
            states: names the state that its index is in.
            by_words: find by words in the truth while the index is away.
        """
        self._scope = scope.everyone
        self._server = server
        self._states = states
        self._searched = SearchedStates(states)
        self._database = Database(self._scope)
        self.records = PostgresRecords(self._database)
        self.without_index = (
            PostgresWords(self._database, self.records.messages) if by_words else None
        )

    def __str__(self) -> str:
        return f"the database's project {self._scope.project}"

    @contextmanager
    def in_one_state(self) -> Iterator[None]:
        with self._searched.one_search(), self._server.one_search():
            yield

    def passages(self, *, model: str, dimensions: int) -> PostgresPassages:
        name = index_name(self._scope, model)
        settling = self.settling(model=model, dimensions=dimensions)

        before = self.records.setting(MODEL_SETTING, scope=self._scope) or model
        known_by = {name, index_name(self._scope, before)}

        def tell() -> None:
            # Facts about the truth are old from now on, whether or not the index can be told.
            for each in known_by:
                self._states.changed(each)
            settling.try_to_settle()

        if before != model:
            self._database.before_commit(lambda: self._fill_once_switched(settling, model))
        self._database.after_write(tell)
        self._database.remember(lambda: self._searched.of(name).name)
        return PostgresPassages(self._database)

    def _fill_once_switched(self, settling: Settling, model: str) -> None:
        """Before others see that the project has another model, its index for that is whole.

        Raises:
            IndexUnavailable: the index can't be filled; the project keeps its model.
        """
        if self.records.setting(MODEL_SETTING, scope=self._scope) == model:
            settling.compare(repair=True)

    def index(self, *, model: str, dimensions: int) -> SearchIndex:
        name = index_name(self._scope, model)
        return self._server.reads(name, state=lambda: self._searched.of(name))

    def settling(self, *, model: str, dimensions: int) -> Settling:
        """What brings the index up to date.

        Args:
            model: the embedding model's name.
            dimensions: length of every vector.
        """
        name = index_name(self._scope, model)
        return Settling(
            self._database,
            scope=self._scope,
            writer=self._server.writes(name, dimensions=dimensions),
            changed=lambda: self._states.changed(name),
            told=lambda: self._states.told(name),
        )
