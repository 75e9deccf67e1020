"""A released command line, run as a user or an agent runs it."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from tests.compatibility.driving import clean_environment
from tests.compatibility.environments import node_environment, python_environment
from tests.compatibility.server import LiveServer

_SECONDS: Final = 60
_AT_ONCE: Final = 6

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did.

    Attributes:
        code: its exit code.
        out: what it printed.
        errors: what it printed as errors and notices.
    """

    code: int
    out: str
    errors: str

    @property
    def all(self) -> str:
        """Everything that it printed."""
        return self.out + self.errors


class CommandLine:
    """A command line with a home of its own.

    Attributes:
        home: holds its configuration.
        server: that it talks to.
    """

    def __init__(
        self, program: Path, home: Path, server: LiveServer, variables: dict[str, str]
    ) -> None:
        """Take where it is, and variables of its environment.

        With a key among them it needs no configuration, and each command gets an empty home:
        several that run at once would write over each other's file.
        """
        self._program = program
        self._variables = {"MEM0_BASE_URL": server.base, **variables}
        self.home, self.server = home, server

    @property
    def key(self) -> str:
        """The key that it uses: of its variables, or else of its configuration."""
        found: str = self._variables.get("MEM0_API_KEY") or self.kept()["platform"]["api_key"]
        return found

    def texts(self, **filters: str) -> list[str]:
        """The texts that the server has for its key, past the command line."""
        return self.server.texts(self.key, **filters)

    def run(self, *arguments: str, stdin: str = "", **variables: str) -> Ran:
        """Run a command, with something to read and some variables of the environment besides."""
        home = self.home
        if "MEM0_API_KEY" in self._variables:
            home = Path(tempfile.mkdtemp(dir=self.home))
        done = subprocess.run(
            [str(self._program), *arguments],
            env=clean_environment(home) | self._variables | variables,
            cwd=self.home,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=_SECONDS,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def said(self, *arguments: str) -> str:
        """What a command that has to work printed."""
        ran = self.run(*arguments)
        assert ran.code == 0, ran.all
        return ran.all

    def told(self, *arguments: str) -> dict[str, Any]:
        """What a command that has to work tells an agent: its whole envelope."""
        ran = self.run("--json", *arguments)
        assert ran.code == 0, ran.all
        envelope: dict[str, Any] = json.loads(ran.out)
        assert envelope["status"] == "success"
        return envelope

    def refused(self, *arguments: str) -> str:
        """Why a command does not work, as it tells an agent."""
        ran = self.run("--json", *arguments)
        assert ran.code == 1, ran.all
        envelope = json.loads(ran.out or ran.errors)
        assert envelope["status"] == "error"
        error: str = envelope["error"]
        return error

    def kept(self) -> dict[str, Any]:
        """Its configuration file."""
        file = self.home / ".mem0" / "config.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found


def at_once(ask: Callable[..., Answer], *commands: str | Sequence[str]) -> list[Answer]:
    """What commands that don't need each other answer, in their order.

    The command line for Node.js waits five seconds after every answer, for a timer of its own.

    Args:
        ask: a method of `CommandLine`.
        commands: the words of each, or a text that is split at its spaces.
    """
    words = [each.split() if isinstance(each, str) else each for each in commands]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(lambda each: ask(*each), words))


def program_of(language: str) -> Path:
    """The program of the command line for `python` or `node`."""
    if language == "python":
        return python_environment("mem0-cli-0.2.13").with_name("mem0")
    return node_environment("mem0-cli-js-0.2.13") / "node_modules" / ".bin" / "mem0"
