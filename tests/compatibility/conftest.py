"""The server that all clients talk to, and the clients, each with the key of a new person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compatibility.commands import program_of
from tests.compatibility.driving import Client, node_client, python_client
from tests.compatibility.server import LiveServer, live_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("server")) as up:
        yield up


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(
    scope="session",
    params=[
        ("mem0ai-2.2.1", "MemoryClient"),
        ("mem0ai-2.2.1", "AsyncMemoryClient"),
        ("mem0ai-2.0.18", "MemoryClient"),
    ],
    ids=" ".join,
)
def running_python_2(
    request: pytest.FixtureRequest, home: Path, server: LiveServer
) -> Iterator[Client]:
    name, kind = request.param
    with python_client(name, home, server, kind=kind) as client:
        yield client


@pytest.fixture
def python_2(running_python_2: Client) -> Client:
    """The client for Python, version 2."""
    return running_python_2.log_in()


@pytest.fixture(scope="session")
def running_python_1(home: Path, server: LiveServer) -> Iterator[Client]:
    with python_client("mem0ai-1.0.11", home, server, kind="MemoryClient") as client:
        yield client


@pytest.fixture
def python_1(running_python_1: Client) -> Client:
    """The client for Python, version 1."""
    return running_python_1.log_in()


@pytest.fixture(scope="session")
def running_python_0(home: Path, server: LiveServer) -> Iterator[Client]:
    with python_client("mem0ai-0.1.118", home, server, kind="MemoryClient") as client:
        yield client


@pytest.fixture
def python_0(running_python_0: Client) -> Client:
    """The client for Python, the last before version 1."""
    return running_python_0.log_in()


@pytest.fixture(scope="session")
def running_node_3(home: Path, server: LiveServer) -> Iterator[Client]:
    with node_client("mem0ai-js-3.3.1", home, server) as client:
        yield client


@pytest.fixture
def node_3(running_node_3: Client) -> Client:
    """The client for Node.js, version 3."""
    return running_node_3.log_in()


@pytest.fixture(scope="session")
def running_node_2(home: Path, server: LiveServer) -> Iterator[Client]:
    with node_client("mem0ai-js-2.4.6", home, server) as client:
        yield client


@pytest.fixture
def node_2(running_node_2: Client) -> Client:
    """The client for Node.js, version 2."""
    return running_node_2.log_in()


@pytest.fixture(scope="session", params=["python", "node"])
def command_line_program(request: pytest.FixtureRequest) -> Path:
    """The program of either command line."""
    return program_of(request.param)
