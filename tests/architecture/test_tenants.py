"""No way leads to a collection of several projects' rows but through one project's tenant."""

from tests.architecture.sources import ROOT, modules

_ADAPTER = ROOT / "memories" / "engine" / "adapters" / "weaviate"
_CLUSTER = _ADAPTER / "cluster.py"
# One opens connections and hands parts of collections out, the other makes the collections.
_WAY = _ADAPTER / "way.py"
_GIVES_NONE = (_WAY, _ADAPTER / "schema.py")
# Makes the questions that go past the client.
_WIRE = _ADAPTER / "wire.py"
# What the client offers that is not of one tenant, and what reports single failures only in words.
_OF_ALL = (".collections", "connect_to_", "WeaviateClient(", ".batch.", "grpc_search(")


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
    way = _WAY.read_text("utf-8")
    assert way.count("collections.get(collection)") == way.count(".with_tenant(tenant)") == 1
    # Of all projects' there are only their tenants, to be made, removed and put to rest.
    of_all = _CLUSTER.read_text("utf-8").split("collections.get(")[1:]
    assert all(each.partition(")")[2].startswith(".tenants") for each in of_all)


def test_a_question_that_goes_past_the_client_names_a_tenant() -> None:
    wire = _WIRE.read_text("utf-8")
    assert wire.count("search_get_pb2.SearchRequest(") == wire.count("tenant=tenant,") == 1
    asking = [
        path.relative_to(ROOT).as_posix()
        for path in modules("memories")
        if "pb2.SearchRequest(" in path.read_text("utf-8")
    ]
    assert asking == [_WIRE.relative_to(ROOT).as_posix()]
