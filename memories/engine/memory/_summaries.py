"""Summing up what agents did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from memories.engine.domain import AddResult, JsonObject, Scope
from memories.engine.errors import InvalidScope
from memories.engine.ingestion.identity import IngestRequest
from memories.engine.ingestion.limits import (
    check_categories,
    check_job_id,
    check_metadata,
    check_texts,
    check_turns,
)
from memories.engine.ingestion.reading import read_turns
from memories.engine.ingestion.summarizing import summarize_run
from memories.engine.memory._file import ProjectFile
from memories.engine.memory._options import aware
from memories.engine.text.zones import zone_of


class Summaries(ProjectFile):
    """What a Memory sums up."""

    def summarize_run(
        self,
        messages: str | Mapping[str, object] | Sequence[object] = (),
        *,
        scope: Scope,
        timezone: str | tzinfo | None = None,
        timestamp: datetime | None = None,
        metadata: JsonObject | None = None,
        categories: Iterable[str] = (),
        expires_at: datetime | None = None,
        give_up: bool = True,
        job_id: str | None = None,
        seed: str | None = None,
    ) -> AddResult:
        """Sum up a run of an agent: its task, steps, decisions, findings, errors and state.

        The summary is one memory of kind `procedure`, of the scope without its run, and supersedes
        the run's last one, from which it goes on: both stay readable. Only what messages show is in
        it; the rest of what the model says is dropped and counted. Where words of a message that it
        rests on are deleted, it is deleted too, and can be made anew.

        Args:
            messages: of the run, as of `add`, that are not stored yet; they are kept, and no facts
                are learned from them.
            scope: the run, and whose it is; at least an agent.
            timezone: the speakers' IANA time zone, if not the one of this Memory.
            timestamp: when messages without a time of their own were said.
            metadata: kept with the messages and the summary, which adds `run_id` and `until`.
            categories: kept with the summary.
            expires_at: from then on neither messages nor summary are shown.
            give_up: where the model is busy, keep the messages without a summary, and say so.
            job_id: as of `add`.
            seed: likewise.

        Raises:
            InvalidScope: the scope names no run, or no agent.
            InvalidInput: something else is off, or the extractor asks no language model; nothing is
                stored.
            LanguageModelBusy: the model is, and this is not to be given up; the messages are kept.
        """
        if scope.run is None or scope.agent is None:
            raise InvalidScope("summarize_run: name the agent and its run")
        zone = zone_of(timezone) or self._zone
        said_at = None if timestamp is None else aware(timestamp, zone)
        turns = read_turns(messages, said_at=said_at, zone=zone or UTC) if messages else ()
        if turns:
            check_turns(turns)
            check_texts(turns, "a summary of a run")
        check_metadata(metadata or {}, "metadata")
        check_categories(labels := tuple(categories))
        if job_id is not None:
            check_job_id(job_id)
        request = IngestRequest(
            turns=turns,
            zone=zone,
            metadata=metadata or {},
            categories=labels,
            expires_at=None if expires_at is None else aware(expires_at, zone),
            give_up=give_up,
            job_id=job_id,
        )
        request = replace(request, seed=seed or request.seed)
        scope = self._own(scope)
        return self._call(lambda engine: summarize_run(request, scope=scope, tools=engine.ingest))
