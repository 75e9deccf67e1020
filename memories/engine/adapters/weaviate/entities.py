"""Entities in a project's tenant: by form, by id, and near to a question."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final

from weaviate.collections.classes.filters import _Filters as Wherever

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.filters import LABELS, all_of
from memories.engine.adapters.weaviate.labels import EMBEDDED, EVERY_ROW, is_label
from memories.engine.adapters.weaviate.schema import ENTITIES
from memories.engine.adapters.weaviate.small import Small
from memories.engine.adapters.weaviate.stored import StoredEntity, read_entities
from memories.engine.adapters.weaviate.visibility import of_scope
from memories.engine.adapters.weaviate.wire import FoundObject, Question, cosines_of
from memories.engine.domain import Found, KnownEntity, Scope, Vector
from memories.engine.storage.remembered import Remembered

_ROW: Final = ["row"]
_MOST: Final = 10_000


class Known:
    """All entities of somebody, in memory."""

    def __init__(self, found: Sequence[FoundObject]) -> None:
        """Take them, with their vectors."""
        self._found = found
        self._entities = read_entities(found)

    def under(self, forms: Collection[str]) -> list[StoredEntity]:
        """Those that go by any of the forms."""
        wanted = frozenset(forms)
        return [each for each in self._entities if not wanted.isdisjoint(each.forms)]

    def near(self, vector: Vector, *, most: int) -> list[tuple[StoredEntity, float]]:
        """The nearest with their cosines, nearest first; of two that are as near, the older."""
        cosines = cosines_of(self._found, vector)
        near = [each for each in zip(self._entities, cosines, strict=True) if each[0].is_embedded]
        return sorted(near, key=lambda each: (-each[1], each[0].number))[:most]

    def names_of(self, ids: Collection[str]) -> dict[str, str]:
        """Names by id."""
        return {each.id: each.name for each in self._entities if each.id in ids}


class Entities:
    """Whom and what a project's memories are about."""

    def __init__(self, cluster: Cluster, *, tenant: str, remembered: Remembered) -> None:
        """Begin.

        Args:
            cluster: where the project is.
            tenant: the project's.
            remembered: keeps their names.
        """
        self._cluster = cluster
        self._tenant = tenant
        self._remembered = remembered
        self._small = Small[Known]()

    def meant_by(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        """As the index's port says."""
        if not forms:
            return {}
        known = self._known(scope.home)
        found = self._under(forms, scope.home) if known is None else known.under(forms)
        meant: dict[str, list[KnownEntity]] = {}
        for each in sorted(found, key=lambda each: each.number):
            for form in each.forms:
                if form in forms:
                    meant.setdefault(form, []).append(each.known)
        return meant

    def names_of(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, str]:
        """Names of those of the entities that live where the scope's do, by id."""
        known = self._known(scope.home) if ids else None
        if known is not None:
            return known.names_of(ids)
        asked = partial(self._names_of, home=scope.home)
        return self._remembered.get_all(("name", scope.home), ids, asked)

    def near(self, vector: Vector, *, scope: Scope, limit: int) -> Sequence[Found]:
        """As `near_entities` of the index's port says."""
        known = self._known(scope.home)
        near = (
            self._near(vector, scope.home, limit)
            if known is None
            else known.near(vector, most=limit)
        )
        return [Found(each.id, cosine, (each.name,)) for each, cosine in near]

    def _known(self, home: Scope) -> Known | None:
        """All that live there; None if they are many."""
        return self._small.get(home, home, lambda: self._read(home))

    def _read(self, home: Scope) -> Known | None:
        most = self._cluster.address.whole
        found = self._find(
            Question(
                all_of([LABELS.equal(EVERY_ROW), *of_scope(home)]), most + 1, _ROW, vectors=True
            )
        )
        return None if len(found) > most else Known(found)

    def _under(self, forms: Collection[str], home: Scope) -> list[StoredEntity]:
        asked = LABELS.contains_any([is_label("form", form) for form in forms])
        return self._fetch([asked, *of_scope(home)])

    def _near(self, vector: Vector, home: Scope, most: int) -> list[tuple[StoredEntity, float]]:
        where = all_of([*of_scope(home), LABELS.equal(EMBEDDED)])
        found = self._find(Question(where, most, _ROW, vector=vector))
        return [
            (entity, 1.0 - each.distance)
            for entity, each in zip(read_entities(found), found, strict=True)
        ]

    def _names_of(self, ids: Collection[str], home: Scope) -> Mapping[str, str]:
        asked = LABELS.contains_any([is_label("id", id_) for id_ in ids])
        return {each.id: each.name for each in self._fetch([asked, *of_scope(home)])}

    def _fetch(self, parts: list[Wherever]) -> list[StoredEntity]:
        return read_entities(self._find(Question(all_of(parts), _MOST, _ROW)))

    def _find(self, question: Question) -> list[FoundObject]:
        return self._cluster.find(ENTITIES, self._tenant, question)
