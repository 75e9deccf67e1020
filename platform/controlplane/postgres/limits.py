"""How long one statement of this process may take in Postgres."""

from dataclasses import dataclass
from typing import Final


@dataclass(slots=True)
class StatementLimit:
    """What a process that serves sets once, before it opens a connection.

    Commands set none: a migration or a reindexing takes as long as it takes.

    Attributes:
        seconds: of one statement, and of a transaction in which nothing is asked; what the database
            itself is set to if 0.
    """

    seconds: int = 0


STATEMENTS: Final = StatementLimit()
