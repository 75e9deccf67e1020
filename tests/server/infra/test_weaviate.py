"""Weaviate as `infra/services` runs it: real nodes, alone and as a cluster."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.infra.test_services import call
from tests.server.services import Services


def ask(url: str, told: object = None) -> Any:
    """What a node answers; POST where something is told."""
    data = None if told is None else json.dumps(told).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def collections(url: str) -> list[str]:
    return [each["class"] for each in ask(f"{url}/v1/schema")["classes"]]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    started = Services(tmp_path_factory.mktemp("alone"), weaviate=1).start()
    yield started
    started.stop()


def test_a_node_answers_on_both_its_addresses(alone: Services) -> None:
    assert ask(f"{alone.weaviate_url}/v1/meta")["version"] == "1.38.11"
    host, port = alone.environment["REMEMBRANCER_WEAVIATE_GRPC"].split(":")
    with socket.create_connection((host, int(port)), timeout=5):
        pass
    assert alone.weaviate_url == f"http://127.0.0.1:{alone.nodes['node1']['http']}"


def test_a_node_makes_no_collection_of_its_own_accord(alone: Services) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(f"{alone.weaviate_url}/v1/objects", {"class": "Unheard", "properties": {"a": "b"}})
    assert caught.value.code in (404, 422)
    caught.value.close()
    assert "Unheard" not in collections(alone.weaviate_url)


def test_a_killed_node_is_started_where_it_was_with_what_it_had(alone: Services) -> None:
    ask(f"{alone.weaviate_url}/v1/schema", {"class": "Kept"})
    address, killed = alone.weaviate_url, alone.nodes["node1"]["pid"]
    alone.kill_node("node1")
    alone.start()
    assert alone.nodes["node1"]["pid"] != killed
    assert alone.weaviate_url == address
    assert "Kept" in collections(address)


def test_another_number_of_nodes_is_refused(alone: Services) -> None:
    code, _, said = call("start", str(alone.folder), "--weaviate", "3")
    assert code == 1
    assert "has 1 of Weaviate's nodes, not 3" in said
    assert ask(f"{alone.weaviate_url}/v1/meta")


def leader(url: str) -> str:
    statistics = ask(f"{url}/v1/cluster/statistics")["statistics"]
    return str(statistics[0]["leaderId"])


def test_a_cluster_of_three_outlives_one_of_them_and_stops_without_a_trace(tmp_path: Path) -> None:
    cluster = Services(tmp_path, weaviate=3).start()
    try:
        before = cluster.nodes
        urls = {name: f"http://127.0.0.1:{node['http']}" for name, node in before.items()}
        # Without their leader the others would have to elect one first.
        decides = leader(cluster.weaviate_url)
        killed, other = (name for name in before if name != decides)
        cluster.kill_node(killed)
        ask(f"{urls[decides]}/v1/schema", {"class": "Agreed", "replicationConfig": {"factor": 1}})
        assert "Agreed" in collections(urls[other])
        cluster.start()
        after = cluster.nodes
        assert {name for name in after if after[name]["pid"] != before[name]["pid"]} == {killed}
        assert "Agreed" in collections(urls[killed])
        healthy = ask(f"{urls[killed]}/v1/nodes")["nodes"]
        assert {(node["name"], node["status"]) for node in healthy} == {
            (name, "HEALTHY") for name in before
        }
    finally:
        cluster.stop()
    for url in urls.values():
        with pytest.raises(urllib.error.URLError):
            ask(f"{url}/v1/meta")
    assert {path.name for path in tmp_path.iterdir()} == {"services.lock"}
