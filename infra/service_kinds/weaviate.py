"""Weaviate: one node, or several that form a cluster."""

import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service_kinds.processes import Refused, end, last_words, private, process_in
from service_kinds.weaviate_server import Server, found_server

_PORTS = ("http", "grpc", "gossip", "data", "raft", "raft_rpc")
PORTS_OF_A_NODE = len(_PORTS)
# Three nodes on two busy cores.
_START_SECONDS = 120
_SETTINGS = {
    "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true",
    "AUTOSCHEMA_ENABLED": "false",
    "CLUSTER_BIND_ADDR": "127.0.0.1",
    "CLUSTER_ADVERTISE_ADDR": "127.0.0.1",
    "CLUSTER_IN_LOCALHOST": "true",
    "DEFAULT_VECTORIZER_MODULE": "none",
    "DISABLE_TELEMETRY": "true",
    # Else a machine whose disk is 90 % full gets a server that takes no writes.
    "DISK_USE_READONLY_PERCENTAGE": "100",
    # All nodes of a machine would ask for the same port.
    "GO_PROFILING_DISABLE": "true",
    "GOGC": "400",
    "GOMEMLIMIT": os.environ.get("GOMEMLIMIT", "1GiB"),
    "LOG_LEVEL": "warning",
    "QUERY_MAXIMUM_RESULTS": "100000",
}


@dataclass(frozen=True)
class Weaviate:
    """All nodes that one folder holds."""

    place: str
    # Of each node the first of its ports, which follow one another.
    ports: list[int]
    program: str
    is_container: bool

    @classmethod
    def chosen(cls, folder: Path, ports: Sequence[int]) -> "Weaviate":
        """New ones that will lie and listen there: each takes `PORTS_OF_A_NODE` of the ports."""
        server = found_server()
        return cls(
            place=str(folder / "weaviate"),
            ports=list(ports[::PORTS_OF_A_NODE]),
            program=server.program,
            is_container=server.is_container,
        )

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which the first node is found."""
        first = self._nodes[0]
        return {
            "REMEMBRANCER_WEAVIATE_URL": f"http://127.0.0.1:{first.ports['http']}",
            "REMEMBRANCER_WEAVIATE_GRPC": f"127.0.0.1:{first.ports['grpc']}",
        }

    @property
    def _nodes(self) -> list["_Node"]:
        server = Server(self.program, is_container=self.is_container)
        return [
            _Node(
                f"node{number}",
                Path(self.place) / f"node{number}",
                dict(zip(_PORTS, range(first, first + PORTS_OF_A_NODE), strict=True)),
                server,
            )
            for number, first in enumerate(self.ports, start=1)
        ]

    def start(self) -> None:
        """Start the nodes that do not run; `wait` says when they answer."""
        nodes = self._nodes
        for node in nodes:
            if node.pid is None:
                node.start(self._joining(node, nodes))
        listed = [{"name": node.name, "pid": node.pid, **node.ports} for node in nodes]
        with open(Path(self.place) / "nodes.json", "w", encoding="utf-8", opener=private) as file:
            json.dump(listed, file, indent=2)

    def _joining(self, node: "_Node", nodes: list["_Node"]) -> dict[str, str]:
        """Settings that make a cluster of the nodes."""
        settings = {
            "RAFT_JOIN": ",".join(f"{each.name}:{each.ports['raft']}" for each in nodes),
            "RAFT_BOOTSTRAP_EXPECT": str(len(nodes)),
        }
        if len(nodes) == 1:
            # It elects itself: nobody's slowness has to be waited for.
            settings["RAFT_TIMEOUTS_MULTIPLIER"] = "1"
        else:
            others = [each for each in nodes if each is not node]
            settings["CLUSTER_JOIN"] = ",".join(
                f"127.0.0.1:{each.ports['gossip']}" for each in others
            )
        return settings

    def wait(self) -> None:
        """Return once every node answers.

        Raises:
            Refused: one of them ended, or takes too long.
        """
        until = time.monotonic() + _START_SECONDS
        waiting = self._nodes
        while waiting := [node for node in waiting if not node.is_ready()]:
            # One that ended first: it is why the others wait.
            ended = [node for node in self._nodes if node.pid is None]
            if ended or time.monotonic() > until:
                node = (ended or waiting)[0]
                said = last_words(node.log)
                raise Refused(f"Weaviate ({node.name}) does not answer. It said:\n{said}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End all nodes and remove what they kept."""
        nodes = self._nodes
        end([node.pid for node in nodes if node.pid], "Weaviate")
        for node in nodes:
            node.clear()
        shutil.rmtree(self.place, ignore_errors=True)


@dataclass(frozen=True)
class _Node:
    name: str
    folder: Path
    ports: dict[str, int]
    server: Server

    @property
    def pid(self) -> int | None:
        """Its process; None if it does not run."""
        return process_in(self.folder / "pid", f"--port {self.ports['http']} ")

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def _container(self) -> str:
        return f"remembrancer-weaviate-{self.ports['http']}"

    def start(self, joining: dict[str, str]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.clear()
        settings = {
            **_SETTINGS,
            **joining,
            "CLUSTER_HOSTNAME": self.name,
            "CLUSTER_GOSSIP_BIND_PORT": str(self.ports["gossip"]),
            "CLUSTER_DATA_BIND_PORT": str(self.ports["data"]),
            "GRPC_PORT": str(self.ports["grpc"]),
            "PERSISTENCE_DATA_PATH": str(self.folder / "data"),
            "RAFT_PORT": str(self.ports["raft"]),
            "RAFT_INTERNAL_RPC_PORT": str(self.ports["raft_rpc"]),
        }
        listening = ["--host", "127.0.0.1", "--port", str(self.ports["http"]), "--scheme", "http"]
        with open(self.log, "ab", opener=private) as log:
            process = subprocess.Popen(
                [*self.server.words(self._container, self.folder, settings), *listening],
                # Of the environment no more than programs need: the rest may be Weaviate's too.
                env={
                    **settings,
                    "PATH": os.environ.get("PATH", os.defpath),
                    "HOME": str(Path.home()),
                },
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self.folder / "pid").write_text(str(process.pid), encoding="ascii")

    def clear(self) -> None:
        self.server.clear(self._container)

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=2)
        try:
            connection.request("GET", "/v1/.well-known/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
