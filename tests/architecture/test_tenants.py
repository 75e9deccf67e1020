"""No way leads to a collection of several projects' rows but through one project's tenant."""

from tests.architecture.sources import ROOT, modules

_ADAPTER = ROOT / "memories" / "engine" / "adapters" / "weaviate"
_CLUSTER = _ADAPTER / "cluster.py"
# One opens connections, the other makes the collections.
_GIVES_NONE = (_ADAPTER / "way.py", _ADAPTER / "schema.py")
# What the client offers that is not of one tenant, and what reports single failures only in words.
_OF_ALL = (".collections", "connect_to_", "WeaviateClient(", ".batch.")


def test_only_the_cluster_reaches_collections_and_gives_none_without_a_tenant() -> None:
    reaching = {
        path.relative_to(ROOT).as_posix(): line.strip()
        for folder in ("memories", "platform", "workers", "billing")
        for path in modules(folder)
        if path != _CLUSTER and path not in _GIVES_NONE
        for line in path.read_text("utf-8").splitlines()
        if any(name in line for name in _OF_ALL) and not line.lstrip().startswith(("from ", "#"))
    }
    assert reaching == {}
    cluster = _CLUSTER.read_text("utf-8")
    asked = [line for line in cluster.splitlines() if "collections.get(" in line]
    assert asked
    assert cluster.count(".with_tenant(tenant)") == 1
