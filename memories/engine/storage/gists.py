"""Digests under which memories are looked up that may say the same."""

from memories.engine.storage.values import SqlValue
from memories.engine.text.fingerprints import digest
from memories.engine.text.statements import gists_of


def gist_columns(
    text: str, speaker: str, occurred_from: SqlValue, occurred_until: SqlValue
) -> dict[str, SqlValue]:
    """Digests of a memory's gists, each with its speaker and the time that it tells of.

    Args:
        text: the memory's.
        speaker: whose statement it is.
        occurred_from: in microseconds since 1970; None where it tells of no time.
        occurred_until: likewise.
    """
    bounds = (str(occurred_from), str(occurred_until))
    plain, dated = (digest(speaker, *bounds, gist) for gist in gists_of(text))
    return {"gist": plain, "dated_gist": None if dated == plain else dated}
