"""Entities in a project's tenant: by form, by id, and near to a question."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final

from weaviate.collections.classes.filters import _Filters as Wherever

from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.adapters.weaviate.filters import LABELS, all_of
from memories.engine.adapters.weaviate.labels import EMBEDDED, is_label
from memories.engine.adapters.weaviate.schema import ENTITIES
from memories.engine.adapters.weaviate.stored import StoredEntity, read_entity
from memories.engine.adapters.weaviate.visibility import of_scope
from memories.engine.adapters.weaviate.wire import FoundObject, Question
from memories.engine.domain import Found, KnownEntity, Scope, Vector
from memories.engine.storage.remembered import Remembered

_ROW: Final = ["row"]
_MOST: Final = 10_000


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

    def meant_by(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        """As the index's port says."""
        if not forms:
            return {}
        asked = LABELS.contains_any([is_label("form", form) for form in forms])
        found: dict[str, list[KnownEntity]] = {}
        for each in sorted(self._fetch([asked, *of_scope(scope.home)]), key=lambda e: e.number):
            for form in each.forms:
                if form in forms:
                    found.setdefault(form, []).append(each.known)
        return found

    def names_of(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, str]:
        """Names of those of the entities that live where the scope's do, by id."""
        asked = partial(self._names_of, scope=scope)
        return self._remembered.get_all(("name", scope.home), ids, asked)

    def near(self, vector: Vector, *, scope: Scope, limit: int) -> Sequence[Found]:
        """As `near_entities` of the index's port says."""
        where = all_of([*of_scope(scope.home), LABELS.equal(EMBEDDED)])
        found: list[Found] = []
        for each in self._find(Question(where, limit, _ROW, vector=vector)):
            entity = read_entity(each).known.entity
            found.append(Found(entity.id, 1.0 - each.distance, (entity.name,)))
        return found

    def _names_of(self, ids: Collection[str], scope: Scope) -> Mapping[str, str]:
        asked = LABELS.contains_any([is_label("id", id_) for id_ in ids])
        found = self._fetch([asked, *of_scope(scope.home)])
        return {each.known.entity.id: each.known.entity.name for each in found}

    def _fetch(self, parts: list[Wherever]) -> list[StoredEntity]:
        return [read_entity(each) for each in self._find(Question(all_of(parts), _MOST, _ROW))]

    def _find(self, question: Question) -> list[FoundObject]:
        return self._cluster.find(ENTITIES, self._tenant, question)
