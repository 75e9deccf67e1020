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


def predicting(choice: ExtractorChoice | None) -> ExtractorChoice | None:
    """The choice with its model, if it has one, replaced by one that counts what it is asked."""
    if isinstance(choice, AnthropicModel | ChatModel):
        choice = ModelExtraction(choice)
    if not isinstance(choice, ModelExtraction):
        return choice
    from memories.engine.adapters.model_extractor import CountingModel

    model = choice.model
    name = model.model if isinstance(model, AnthropicModel | ChatModel) else model.name
    return replace(choice, model=CountingModel(name))


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


def extractor_of(choice: ExtractorChoice | None) -> OpenedExtractor:
    """The extractor; the local one for None.

    Raises:
        MissingExtra: the `models` extra is not installed.
        InvalidInput: a setting is off.
    """
    if choice is None:
        from memories.engine.adapters.local_extractor import LocalExtractor

        return OpenedExtractor(LocalExtractor())
    if isinstance(choice, AnthropicModel | ChatModel):
        choice = ModelExtraction(choice)
    if not isinstance(choice, ModelExtraction):
        return OpenedExtractor(choice)
    _check(choice)
    from memories.engine.adapters.model_extractor import ModelExtractor
    from memories.engine.adapters.model_summarizer import ModelSummarizer

    model, batches = choice.model, choice.batches
    if isinstance(model, AnthropicModel | ChatModel):
        batches = batches or open_model_batches(model)
        model = open_language_model(model)
    extractor = ModelExtractor(model, turns=choice.turns, known=choice.known)
    batching = None if batches is None else Batching(extractor, batches)
    return OpenedExtractor(extractor, choice.guidance, batching, ModelSummarizer(model))


def _check(choice: ModelExtraction) -> None:
    check_guidance(choice.guidance)
    if not 1 <= choice.turns <= _MOST_TURNS:
        raise InvalidInput(f"turns: expected 1 to {_MOST_TURNS}, got {choice.turns}")
    if not 0 <= choice.known <= _MOST_KNOWN:
        raise InvalidInput(f"known: expected 0 to {_MOST_KNOWN}, got {choice.known}")
