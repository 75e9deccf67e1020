"""Bringing order into what is known, and summing it up."""

from memories.engine.consolidation.consolidating import consolidate, predict
from memories.engine.consolidation.profiling import profile
from memories.engine.domain import (
    Consolidation,
    Guidance,
    JsonObject,
    Profile,
    Scope,
    TokenUsage,
)
from memories.engine.ingestion.limits import check_guidance
from memories.engine.memory._file import ProjectFile


class Consolidates(ProjectFile):
    """What a Memory finds by looking at memories together."""

    def consolidate(self, *, scope: Scope, guidance: Guidance | None = None) -> Consolidation:
        """Fold repeats, mark what was replaced, and conclude what several memories show.

        Looked at are the memories that were learned or edited since they last were, in all runs of
        exactly the user, agent and app that the scope names, 300 in one call at most. Nothing is
        overwritten: what is folded or replaced stays readable and says by what. What is concluded
        is a memory of its own, an observation, whose `derived_from` names what it rests on; it is
        deleted as soon as one of those is deleted, edited or replaced.

        The language model that learns is asked about each group of up to 30 memories; without one
        only near repeats are found, and `reason` says so. What it claims is checked, and counted in
        `dropped` where it can't be.

        Args:
            scope: whose memories.
            guidance: what the project wants remembered, added to that of this Memory.

        Raises:
            InvalidScope: the scope names nobody.
            LanguageModelBusy: the model is; what was done stays, the rest is due still.
        """
        return self._consolidated(scope, guidance, keeps=True)

    def preview_consolidation(
        self, *, scope: Scope, guidance: Guidance | None = None
    ) -> Consolidation:
        """What `consolidate` would do, and why; nothing is stored.

        The model is asked as it would be, and what that takes is told. Each group is looked at as
        if it were the only one.

        Args:
            scope: as of `consolidate`.
            guidance: likewise.

        Raises:
            InvalidScope: as from `consolidate`.
            LanguageModelBusy: likewise.
        """
        return self._consolidated(scope, guidance, keeps=False)

    def predict_consolidation(
        self, *, scope: Scope, guidance: Guidance | None = None
    ) -> TokenUsage:
        """About what `consolidate` would take of the language model, which is not asked.

        Questions are counted as they would be sent, at 3.6 bytes a token and as if the provider
        kept nothing; answers at 250 tokens, which is a guess. Without a model it takes nothing.

        Args:
            scope: as of `consolidate`.
            guidance: likewise.

        Raises:
            InvalidScope: as from `consolidate`.
        """
        wanted, whose = _checked(guidance), self._own(scope)
        return self._call(
            lambda engine: predict(guidance=wanted, scope=whose, tools=engine.consolidation)
        )

    def profile(self, schema: JsonObject, *, scope: Scope, instructions: str = "") -> Profile:
        """What is known of somebody, laid out by a schema; nothing is stored.

        The language model that learns is shown the most important and newest memories, some 6,000
        tokens of them. Each value names those that it rests on, and one that does not, or is of
        another type than the schema asks for, is left out and counted.

        Args:
            schema: a JSON Schema of an object: properties with type (object, array, string, number,
                integer, boolean), description, enum, items; or names with what they mean.
            scope: of whom.
            instructions: what else is wanted, at most 4,000 characters.

        Raises:
            InvalidInput: the schema is off, or the Memory was opened without a language model.
            InvalidScope: the scope names nobody.
            LanguageModelBusy: the model is.
        """
        whose = self._own(scope)
        return self._call(
            lambda engine: profile(
                schema, instructions=instructions, scope=whose, tools=engine.consolidation
            )
        )

    def _consolidated(
        self, scope: Scope, guidance: Guidance | None, *, keeps: bool
    ) -> Consolidation:
        wanted, whose = _checked(guidance), self._own(scope)
        return self._call(
            lambda engine: consolidate(
                guidance=wanted, scope=whose, tools=engine.consolidation, keeps=keeps
            )
        )


def _checked(guidance: Guidance | None) -> Guidance:
    wanted = guidance or Guidance()
    check_guidance(wanted)
    return wanted
