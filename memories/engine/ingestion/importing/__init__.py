"""Imports: many conversations kept at once, and learned from through batches."""

from memories.engine.ingestion.importing._advancing import advance_import, cancel_import
from memories.engine.ingestion.importing._planning import (
    LONGEST_CONVERSATION,
    ToldTurns,
    begin_import,
)
from memories.engine.ingestion.importing._states import results_of, state_of

__all__ = [
    "LONGEST_CONVERSATION",
    "ToldTurns",
    "advance_import",
    "begin_import",
    "cancel_import",
    "results_of",
    "state_of",
]
