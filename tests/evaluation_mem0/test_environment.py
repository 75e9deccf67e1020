import re
from pathlib import Path

import pytest

from evaluation.mem0.environment import REQUIREMENTS, environment
from evaluation.mem0.faults import Mem0Failed


def test_every_requirement_has_a_hash_and_names_no_registry() -> None:
    text = REQUIREMENTS.read_text(encoding="utf-8")
    blocks = [block for block in re.split(r"\n(?=\S)", text) if not block.startswith("#")]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "mem0ai[nlp]==2.2.1 \\" in text
    assert "://" not in text


def test_the_lock_holds_what_is_asked_for() -> None:
    asked = REQUIREMENTS.with_suffix(".in").read_text(encoding="utf-8")
    locked = REQUIREMENTS.read_text(encoding="utf-8")
    wanted = re.findall(r"^([a-z0-9-]+(?:\[\w+\])?)==(\S+)$", asked, re.MULTILINE)
    assert len(wanted) == 3
    assert [name for name, version in wanted if f"\n{name}=={version} " not in locked] == []


def test_what_cannot_be_installed_is_an_error_with_the_installers_words(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("./no-such-package --hash=sha256:00\n", encoding="utf-8")
    with pytest.raises(Mem0Failed, match=r"(?s)pip .* failed:.*no-such-package"):
        environment(requirements, cache=tmp_path)
    # It must not be taken for a whole one the next time.
    assert list(tmp_path.glob("mem0-*/bin/python"))
    assert not list(tmp_path.glob("mem0-*/ready"))
