"""Going on with an import: what is to be asked is asked, what is answered is learned."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from memories.engine.domain import (
    ImportPart,
    ImportStage,
    ImportState,
    ImportTerms,
    Scope,
)
from memories.engine.errors import InvalidInput
from memories.engine.ingestion.importing._learning import learn_part, question_id, rebuilt
from memories.engine.ingestion.importing._states import state_of, terms_of
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.extractor import Batching
from memories.engine.ports.language_model import ModelRequest
from memories.engine.ports.model_batches import BatchAnswer

# Of one batch: well below what providers take (50,000 questions, 200 MB), and quick to send anew.
_MOST_QUESTIONS: Final = 5000
_MOST_BYTES: Final = 30_000_000
# A part, with the answers of its batch.
_Learnable: TypeAlias = tuple[ImportPart, Mapping[str, BatchAnswer] | None]


def advance_import(
    import_id: str,
    *,
    give_up: bool,
    on_part: Callable[[], object],
    scope: Scope,
    tools: IngestTools,
) -> ImportState:
    """Hand in what was not asked yet, and learn from the batches that are over.

    Without batches one part is asked about and learned from.

    Args:
        import_id: which.
        give_up: where the model is busy that is asked singly, go on without those facts.
        on_part: called after each part that was learned from.
        scope: the project.
        tools: the ports.

    Raises:
        NotFound: there is no such import.
        InvalidInput: it was begun with another extractor.
        LanguageModelBusy: later may help; nothing is lost.
        LanguageModelFailed: the provider refuses a batch, or does not know it.
    """
    terms = terms_of(import_id, scope=scope, tools=tools)
    parts = tools.records.imports.parts(import_id, scope=scope)
    if terms.batched:
        batching = _batching(terms, tools)
        for numbers, requests in _batches(parts, terms, batching, tools):
            batch = batching.batches.submit(requests)
            tools.records.imports.note_asked(import_id, numbers, batch=batch, scope=scope)
        parts = tools.records.imports.parts(import_id, scope=scope)
        learnable: Iterable[_Learnable] = _answered(parts, batching)
    else:
        learnable = [(part, None) for part in _at_stage(parts, ImportStage.KEPT)[:1]]
    for part, answers in learnable:
        learn_part(part, answers, terms, give_up=give_up, tools=tools)
        on_part()
    return state_of(import_id, scope=scope, tools=tools)


def cancel_import(import_id: str, *, scope: Scope, tools: IngestTools) -> ImportState:
    """Call off what was not learned yet; its messages stay as they are.

    Raises:
        NotFound: there is no such import.
        InvalidInput: it was begun with another extractor.
        LanguageModelBusy: later may help; nothing was called off.
        LanguageModelFailed: the provider does not know the batch, or refuses.
    """
    terms = terms_of(import_id, scope=scope, tools=tools)
    parts = tools.records.imports.parts(import_id, scope=scope)
    asked = _at_stage(parts, ImportStage.ASKED)
    for batch in dict.fromkeys(part.batch for part in asked if part.batch is not None):
        _batching(terms, tools).batches.cancel(batch)
    for part in (*asked, *_at_stage(parts, ImportStage.KEPT)):
        tools.records.imports.settle(
            import_id, part.number, ImportStage.CANCELLED, part.tally, scope=scope
        )
    return state_of(import_id, scope=scope, tools=tools)


def _batching(terms: ImportTerms, tools: IngestTools) -> Batching:
    if tools.batching is None or tools.batching.extractor.name != terms.extractor:
        raise InvalidInput(
            f"import {terms.id} was begun with {terms.extractor}, not with {tools.extractor.name}"
        )
    return tools.batching


def _at_stage(parts: Sequence[ImportPart], stage: ImportStage) -> list[ImportPart]:
    return [part for part in parts if part.stage is stage]


def _batches(
    parts: Sequence[ImportPart], terms: ImportTerms, batching: Batching, tools: IngestTools
) -> Iterator[tuple[list[int], dict[str, ModelRequest]]]:
    """Questions of parts that were not asked about, as many parts together as a batch takes."""
    numbers: list[int] = []
    gathered: dict[str, ModelRequest] = {}
    size = 0
    for part in _at_stage(parts, ImportStage.KEPT):
        requests = _questions(part, terms, batching, tools)
        weight = sum(map(_size, requests.values()))
        many = len(gathered) + len(requests) > _MOST_QUESTIONS or size + weight > _MOST_BYTES
        if gathered and many:
            yield numbers, gathered
            numbers, gathered, size = [], {}, 0
        if not requests:
            # All that it would ask about was deleted: there is nothing to wait for.
            learn_part(part, None, terms, give_up=True, tools=tools)
            continue
        numbers.append(part.number)
        gathered |= requests
        size += weight
    if gathered:
        yield numbers, gathered


def _questions(
    part: ImportPart, terms: ImportTerms, batching: Batching, tools: IngestTools
) -> dict[str, ModelRequest]:
    requests = (
        (question_id(part, index), rebuilt(question, terms, scope=part.scope, tools=tools))
        for index, question in enumerate(part.questions)
    )
    return {
        id_: batching.extractor.question(request)
        for id_, request in requests
        if request is not None
    }


def _size(request: ModelRequest) -> int:
    """About how many bytes it takes to send."""
    return sum(len(json.dumps(each)) for each in (request.instructions, request.prompt)) + len(
        json.dumps(request.schema)
    )


def _answered(parts: Sequence[ImportPart], batching: Batching) -> Iterator[_Learnable]:
    """Parts whose batch is over, those of one scope in their order."""
    looked: dict[str, Mapping[str, BatchAnswer] | None] = {}
    waiting: set[Scope] = set()
    for part in parts:
        if part.batch is None or part.stage is not ImportStage.ASKED or part.scope in waiting:
            continue
        if part.batch not in looked:
            looked[part.batch] = batching.batches.look(part.batch)
        answers = looked[part.batch]
        if answers is None:
            waiting.add(part.scope)
        else:
            yield part, answers
