"""Which extractors there are, and how they are opened."""

from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from memories.engine.bootstrap._language_models import (
    AnthropicModel,
    ChatModel,
    NamedModel,
    open_language_model,
    open_model_batches,
)
from memories.engine.domain import Guidance
from memories.engine.errors import InvalidInput
from memories.engine.ingestion.limits import check_guidance
from memories.engine.ports.extractor import Batching, Extractor
from memories.engine.ports.language_model import LanguageModel
from memories.engine.ports.model_batches import ModelBatches
from memories.engine.ports.summarizer import Summarizer

# What a model keeps in view, and what ids by number stay short for.
_MOST_TURNS: Final = 50
_MOST_KNOWN: Final = 50


@dataclass(frozen=True, slots=True)
class ModelExtraction:
    """Facts are learned by a language model.

    Attributes:
        model: which; a named one, or any that fits the Protocol.
        guidance: what is to be learned.
        turns: messages in one question, from 1 to 50.
        known: memories that are shown with it, from 0 to 50.
        batches: takes the questions of imports; those of a named model are known without.
    """

    model: NamedModel | LanguageModel
    guidance: Guidance = field(default_factory=Guidance)
    turns: int = 10
    known: int = 10
    batches: ModelBatches | None = None


ExtractorChoice: TypeAlias = Extractor | NamedModel | ModelExtraction
# One whose model, if it has one, is ready to be asked.
OpenChoice: TypeAlias = Extractor | ModelExtraction


@dataclass(frozen=True, slots=True)
class OpenedExtractor:
    """An extractor, ready to be asked.

    Attributes:
        extractor: who is asked.
        guidance: what it is to learn.
        batching: the same one, asked through batches; None where it has none.
        summarizer: asks the same model; None where there is none.
    """

    extractor: Extractor
    guidance: Guidance = field(default_factory=Guidance)
    batching: Batching | None = None
    summarizer: Summarizer | None = None


def with_open_model(choice: ExtractorChoice | None) -> OpenChoice | None:
    """The choice with its model, if it has one, ready to be asked.

    Raises:
        MissingExtra: the `models` extra is not installed.
        InvalidInput: a setting is off.
    """
    if isinstance(choice, AnthropicModel | ChatModel):
        choice = ModelExtraction(choice)
    if not isinstance(choice, ModelExtraction):
        return choice
    _check(choice)
    named = choice.model
    if not isinstance(named, AnthropicModel | ChatModel):
        return choice
    batches = choice.batches or open_model_batches(named)
    return replace(choice, model=open_language_model(named), batches=batches)


def model_of(choice: OpenChoice | None) -> LanguageModel | None:
    """The model of a choice; None where facts are not learned by one."""
    return _model_in(choice) if isinstance(choice, ModelExtraction) else None


def predicting(choice: OpenChoice | None) -> OpenChoice | None:
    """The choice with its model, if it has one, replaced by one that counts what it is asked."""
    if not isinstance(choice, ModelExtraction):
        return choice
    from memories.engine.adapters.model_extractor import CountingModel

    return replace(choice, model=CountingModel(_model_in(choice).name))


def extractor_of(choice: OpenChoice | None) -> OpenedExtractor:
    """The extractor, with what it is to learn; the local one for None."""
    if choice is None:
        from memories.engine.adapters.local_extractor import LocalExtractor

        return OpenedExtractor(LocalExtractor())
    if not isinstance(choice, ModelExtraction):
        return OpenedExtractor(choice)
    from memories.engine.adapters.model_extractor import ModelExtractor
    from memories.engine.adapters.model_summarizer import ModelSummarizer

    model, batches = _model_in(choice), choice.batches
    extractor = ModelExtractor(model, turns=choice.turns, known=choice.known)
    batching = None if batches is None else Batching(extractor, batches)
    return OpenedExtractor(extractor, choice.guidance, batching, ModelSummarizer(model))


def _model_in(extraction: ModelExtraction) -> LanguageModel:
    model = extraction.model
    return open_language_model(model) if isinstance(model, AnthropicModel | ChatModel) else model


def _check(choice: ModelExtraction) -> None:
    check_guidance(choice.guidance)
    if not 1 <= choice.turns <= _MOST_TURNS:
        raise InvalidInput(f"turns: expected 1 to {_MOST_TURNS}, got {choice.turns}")
    if not 0 <= choice.known <= _MOST_KNOWN:
        raise InvalidInput(f"known: expected 0 to {_MOST_KNOWN}, got {choice.known}")
