"""What the environment says, read once, typed, with a note of what is off.

A value that can't be read does not stop the start of a management command: it is kept in
`PROBLEMS`, and `manage.py check`, which every start runs, refuses it by name
(controlplane.checks). docs/settings.md lists every variable.
"""

import os
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import environ

from controlplane.settings.learning import ModelPrices
from memories.engine.bootstrap import AnthropicModel, ChatModel, NamedModel, TranscriptionModel
from memories.engine.ports.index_server import IndexAddress, IndexNode


@dataclass(frozen=True, slots=True)
class Problem:
    """A variable whose value can't be used.

    Attributes:
        variable: its name.
        reason: what is off; never the value, which may be a secret.
    """

    variable: str
    reason: str


PROBLEMS: Final[list[Problem]] = []
_CONNECT_SECONDS: Final = 5
# How long a request waits for a connection that another gives back.
_CONNECTION_WAIT_SECONDS: Final = 10
# A mail server that hangs must not hold a request for long.
_MAIL_SECONDS: Final = 10
_FLAT: Final = "flat"
_GRAPH: Final = "hnsw"
_ANTHROPIC: Final = "anthropic"
_CHAT: Final = "chat"
# Waited for once; a job that failed is tried again later anyway.
_MODEL_SECONDS: Final = 120.0
_MODEL_RETRIES: Final = 1
# Less than the lease of a job, and enough for an hour of speech.
_HEARING_SECONDS: Final = 240.0
_TRUE: Final = "true"
_FALSE: Final = "false"


def text(variable: str, default: str = "") -> str:
    """The value; of `VARIABLE_FILE`'s file, if that is set instead, as secrets often are."""
    file = os.environ.get(f"{variable}_FILE")
    if file is None:
        return os.environ.get(variable, default)
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        PROBLEMS.append(Problem(f"{variable}_FILE", f"can't be read: {error.strerror}"))
        return default


def number(variable: str, default: int, *, least: int = 0) -> int:
    """A whole number, at least so much."""
    raw = text(variable, str(default))
    try:
        found = int(raw)
    except ValueError:
        found = least - 1
    if found < least:
        PROBLEMS.append(Problem(variable, f"must be a whole number of at least {least}"))
        return default
    return found


def flag(variable: str, *, default: bool) -> bool:
    """True or false, spelled out."""
    raw = text(variable, _TRUE if default else _FALSE).lower()
    if raw not in (_TRUE, _FALSE):
        PROBLEMS.append(Problem(variable, "must be true or false"))
        return default
    return raw == _TRUE


def names(variable: str, default: str = "") -> list[str]:
    """Values parted by commas."""
    return [each.strip() for each in text(variable, default).split(",") if each.strip()]


def address(variable: str, schemes: tuple[str, ...], default: str = "") -> str:
    """A URL with one of the schemes; empty where it is not set."""
    found = text(variable, default)
    return found if not found or _has_scheme(variable, found, schemes) else default


def addresses(variable: str, schemes: tuple[str, ...]) -> list[str]:
    """Such URLs, parted by commas."""
    found = names(variable)
    return found if all(_has_scheme(variable, each, schemes) for each in found) else []


def _has_scheme(variable: str, url: str, schemes: tuple[str, ...]) -> bool:
    is_one = urlsplit(url).scheme in schemes
    if not is_one:
        PROBLEMS.append(Problem(variable, f"must be a URL that begins with {' or '.join(schemes)}"))
    return is_one


def folder(variable: str) -> Path | None:
    """A folder that is there; None where it is not set."""
    found = text(variable)
    if not found:
        return None
    if not Path(found).is_dir():
        PROBLEMS.append(Problem(variable, "must be a folder that is there"))
        return None
    return Path(found).absolute()


def database(*, connections: int) -> dict[str, object]:
    """Django's form of DATABASE_URL, pooled; no engine without one.

    Args:
        connections: how many one process opens at most.
    """
    url = address("DATABASE_URL", ("postgres", "postgresql"))
    if not url:
        return {}
    found: dict[str, object] = environ.Env.db_url_config(url)
    asked = found.get("OPTIONS")
    options = dict(asked) if isinstance(asked, dict) else {}
    options.setdefault("connect_timeout", _CONNECT_SECONDS)
    options["pool"] = {"min_size": 1, "max_size": connections, "timeout": _CONNECTION_WAIT_SECONDS}
    # The pool keeps connections; a thread gives its own back after each request.
    return found | {
        "ENGINE": "controlplane.postgres",
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }


def index() -> IndexAddress | None:
    """Where the index of all projects is; None where each has its own in its file."""
    urls = addresses("REMEMBRANCER_WEAVIATE_URL", ("http", "https"))
    if not urls:
        return None
    variable = "REMEMBRANCER_WEAVIATE_GRPC"
    grpc = names(variable)
    if not all(host and port.isdecimal() for host, _, port in (e.rpartition(":") for e in grpc)):
        PROBLEMS.append(Problem(variable, "must be host:port"))
        return None
    if len(grpc) != len(urls):
        PROBLEMS.append(Problem(variable, "must name as many as REMEMBRANCER_WEAVIATE_URL"))
        return None
    if {urlsplit(url).netloc for url in urls} & set(grpc):
        PROBLEMS.append(Problem(variable, "must be another port than that of REST"))
        return None
    kind = text("REMEMBRANCER_WEAVIATE_VECTORS", _FLAT)
    if kind not in (_FLAT, _GRAPH):
        PROBLEMS.append(Problem("REMEMBRANCER_WEAVIATE_VECTORS", f"must be {_FLAT} or {_GRAPH}"))
    return IndexAddress(
        nodes=tuple(IndexNode(url, each) for url, each in zip(urls, grpc, strict=True)),
        key=text("REMEMBRANCER_WEAVIATE_KEY"),
        replicas=number("REMEMBRANCER_WEAVIATE_REPLICAS", 1, least=1),
        graph=kind == _GRAPH,
        offloads=flag("REMEMBRANCER_INDEX_OFFLOAD", default=False),
    )


def language_model(variable: str, *, key_in: str, url_in: str) -> NamedModel | None:
    """The language model that a variable names, with what two others say; None without one."""
    kind, _, name = text(variable).partition(":")
    url = address(url_in, ("http", "https")) or None
    key = text(key_in)
    if not kind:
        return None
    if kind not in (_ANTHROPIC, _CHAT) or not name:
        PROBLEMS.append(Problem(variable, f"must be {_ANTHROPIC}:MODEL or {_CHAT}:MODEL"))
        return None
    if kind == _CHAT:
        return ChatModel(name, url, key or None, _MODEL_SECONDS, _MODEL_RETRIES)
    if not key:
        PROBLEMS.append(Problem(key_in, f"is needed for {_ANTHROPIC}"))
    return AnthropicModel(name, key, url, _MODEL_SECONDS, _MODEL_RETRIES)


def model_prices(variable: str) -> ModelPrices | None:
    """What a model's provider asks for its tokens; None where it is not told."""
    raw = names(variable)
    if not raw:
        return None
    prices = [_amount(each) for each in raw]
    if len(prices) != len(ModelPrices.__slots__) or not all(0 <= each < inf for each in prices):
        PROBLEMS.append(
            Problem(variable, "must be four amounts parted by commas: dollars a million tokens")
        )
        return None
    return ModelPrices(*prices)


def transcription_model() -> TranscriptionModel | None:
    """What writes recordings down; they are refused if None."""
    name = text("REMEMBRANCER_TRANSCRIPTION_MODEL")
    url = address("REMEMBRANCER_TRANSCRIPTION_URL", ("http", "https")) or None
    key = text("REMEMBRANCER_TRANSCRIPTION_KEY") or None
    return TranscriptionModel(name, url, key, _HEARING_SECONDS, retries=0) if name else None


def transcription_price() -> float | None:
    """What its provider asks for a minute, in dollars; None where it is not told."""
    variable = "REMEMBRANCER_TRANSCRIPTION_PRICE"
    raw = text(variable)
    if not raw:
        return None
    price = _amount(raw)
    if not 0 <= price < inf:
        PROBLEMS.append(Problem(variable, "must be an amount: dollars a minute"))
        return None
    return price


def _amount(written: str) -> float:
    """The number that is written; one that nothing allows, where it is none."""
    try:
        return float(written)
    except ValueError:
        return -1.0


def mail() -> dict[str, object]:
    """Django's e-mail settings from EMAIL_URL; mail goes to the console without one."""
    url = address("EMAIL_URL", tuple(environ.Env.EMAIL_SCHEMES))
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    found: dict[str, object] = environ.Env.email_url_config(url)
    if found["EMAIL_FILE_PATH"]:
        # The library takes the slash off that makes a path absolute.
        found["EMAIL_FILE_PATH"] = urlsplit(url).path
    return found | {"EMAIL_TIMEOUT": _MAIL_SECONDS}
