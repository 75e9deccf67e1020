"""Every error that the engine raises, in one tree.

RemembrancerError
├── MissingExtra            the `local` extra is not installed; the words say how
├── InvalidInput            the caller's words are off; nothing was stored
│   ├── InvalidMessages     messages are missing, malformed or over a limit
│   ├── InvalidFilter       a filter is off; `path` says where
│   ├── InvalidScope        no user, agent, app or run was named
│   └── UnreadableFile      a file is of no known form; `line` and `column` say where it broke
├── NotFound                no such memory in this project
├── Immutable               the memory was stored as immutable
├── ChangedMeanwhile        the memory is no longer the version that the change was meant for
├── StoreError              the file on disk, or the database
│   ├── StoreBusy           another process kept the file locked past the timeout
│   ├── StoreDamaged        the file is not a memory file, or is corrupt
│   ├── NewerFormat         written by a newer release; upgrade to open it
│   ├── ModelMismatch       indexed with another embedding model; `reindex()` switches
│   └── IndexUnavailable    the index, where it is a server of its own, does not answer
├── EmbedderError           the embedding model
│   ├── ModelUnavailable    its files, or a reranker's, are missing or can't be used
│   └── EmbeddingFailed     it gave no usable vectors
├── LanguageModelError      the language model
│   ├── LanguageModelBusy   overloaded or out of reach; `retry_after` says for how long
│   └── LanguageModelFailed it refuses the request, such as for a wrong key
├── RerankerFailed          what was found could not be put in order once more
└── FetchFailed             an address that a message names gave no file
"""

from typing import final


class RemembrancerError(Exception):
    """Base of every error raised on purpose."""


@final
class MissingExtra(RemembrancerError):
    """The `local` extra is not installed, which the engine needs."""


class InvalidInput(RemembrancerError):
    """The caller's words are off; nothing was stored."""


@final
class InvalidMessages(InvalidInput):
    """Messages are missing, malformed or over a limit."""


@final
class InvalidFilter(InvalidInput):
    """A filter is off.

    Attributes:
        path: where in the filter, such as `AND[1].metadata.trip`; empty for the whole.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"filter at {path}: {message}" if path else f"filter: {message}")
        self.path = path


@final
class InvalidScope(InvalidInput):
    """No user, agent, app or run was named, so the call would be about everything."""


@final
class UnreadableFile(InvalidInput):
    """A file is of no known form.

    Attributes:
        line: where it broke, counted from 1; None where the file has no such place.
        column: likewise, in characters.
    """

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@final
class NotFound(RemembrancerError):
    """No such memory in this project: absent, deleted and foreign ids answer alike."""


@final
class Immutable(RemembrancerError):
    """The memory was stored as immutable, so it can be deleted but not changed."""


@final
class ChangedMeanwhile(RemembrancerError):
    """The memory is no longer the version that the change was meant for; nothing was changed."""


class StoreError(RemembrancerError):
    """The file on disk, or the database, could not be used."""


@final
class StoreBusy(StoreError):
    """Another process kept the file locked past the busy timeout; nothing was written."""


@final
class StoreDamaged(StoreError):
    """The file is not a memory file, or is corrupt."""


@final
class NewerFormat(StoreError):
    """The file was written by a newer release than this one."""


@final
class ModelMismatch(StoreError):
    """The file is indexed with another embedding model; `reindex()` switches it."""


@final
class IndexUnavailable(StoreError):
    """The index is a server of its own and does not answer; the truth is where it was."""


class EmbedderError(RemembrancerError):
    """The embedding model could not be used."""


@final
class ModelUnavailable(EmbedderError):
    """Files of a model that embeds or reranks are missing, altered or can't be fetched."""


@final
class EmbeddingFailed(EmbedderError):
    """The model answered, but not with usable vectors."""


class LanguageModelError(RemembrancerError):
    """The language model could not be used."""


@final
class LanguageModelBusy(LanguageModelError):
    """It is overloaded, over a rate or out of reach: later may help.

    Attributes:
        retry_after: seconds that it asked to wait; None if it did not say.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@final
class LanguageModelFailed(LanguageModelError):
    """It refuses the request itself, such as for a wrong key: the same again would not help."""


@final
class RerankerFailed(RemembrancerError):
    """What was found could not be put in order once more; a search goes on without."""


@final
class FetchFailed(RemembrancerError):
    """An address that a message names gave no file; an add goes on without."""
