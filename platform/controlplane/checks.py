"""A wrong or missing setting is a failed check with an id and a hint, at every start."""

from collections.abc import Sequence
from io import StringIO

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.core.management import call_command

from controlplane.settings import env
from controlplane.tracing import exporting
from memories.engine.bootstrap import check_reranker_folder
from memories.engine.errors import ModelUnavailable


def refuse_bad_settings() -> None:
    """Run all checks, as `manage.py check` does.

    Raises:
        SystemCheckError: one failed; its words name the variable.
    """
    # What went well is not said; warnings go to the standard error.
    call_command("check", stdout=StringIO())


_HINT = "docs/settings.md lists every variable with its form."


@register()
def check_environment(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """remembrancer.E001: a variable of the environment can't be used."""
    return [
        Error(f"{problem.variable} {problem.reason}.", hint=_HINT, id="remembrancer.E001")
        for problem in env.PROBLEMS
    ]


@register()
def check_secret(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """remembrancer.E002: the secret that signs and peppers is missing or short."""
    least = 32
    if len(settings.SECRET_KEY) >= least:
        return []
    return [
        Error(
            f"REMEMBRANCER_SECRET_KEY is missing or shorter than {least} characters.",
            hint='Make one: python -c "import secrets; print(secrets.token_urlsafe(50))". ' + _HINT,
            id="remembrancer.E002",
        )
    ]


@register()
def check_database(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """remembrancer.E003: no database is named."""
    if "dummy" not in str(settings.DATABASES["default"]["ENGINE"]):
        return []
    return [
        Error(
            "DATABASE_URL is missing.",
            hint="Such as postgres://user:password@host:5432/name. " + _HINT,
            id="remembrancer.E003",
        )
    ]


@register()
def check_hosts(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """remembrancer.E004: no host name is allowed, so that every request would be refused."""
    if settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "REMEMBRANCER_ALLOWED_HOSTS is missing.",
            hint="The names that this server is reached by, parted by commas. " + _HINT,
            id="remembrancer.E004",
        )
    ]


@register()
def check_redis(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """remembrancer.E005: several processes have nothing to count and wake one another with."""
    if settings.EMBEDDED or settings.REDIS_URL:
        return []
    return [
        Error(
            "REDIS_URL is missing.",
            hint="Such as redis://:password@host:6379/0, of Redis or Valkey. " + _HINT,
            id="remembrancer.E005",
        )
    ]


@register()
def check_reranker(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """remembrancer.E006: the folder of the reranker holds no cross-encoder."""
    if settings.RERANKER_FOLDER is None:
        return []
    try:
        check_reranker_folder(settings.RERANKER_FOLDER)
    except ModelUnavailable as error:
        return [
            Error(
                f"REMEMBRANCER_RERANKER_FOLDER can't be used: {error}.",
                hint="docs/searching.md says which models fit. " + _HINT,
                id="remembrancer.E006",
            )
        ]
    return []


@register()
def check_mail(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """remembrancer.W001: mail goes to the console."""
    if "console" not in settings.EMAIL_BACKEND:
        return []
    return [
        Caution(
            "EMAIL_URL is not set: codes and invitations are printed to the console.",
            hint="Such as smtp+tls://user:password@host:587. " + _HINT,
            id="remembrancer.W001",
        )
    ]


@register()
def check_tracing(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """remembrancer.W002: spans are asked for and can't be sent."""
    if not exporting.is_asked_for() or exporting.is_possible():
        return []
    return [
        Caution(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the packages that send spans are missing.",
            hint="pip install 'remembrancer[tracing]', or unset it. docs/watching.md has more.",
            id="remembrancer.W002",
        )
    ]


@register()
def check_prices(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """remembrancer.W003: what is spent is capped and can't be told."""
    cents = settings.EXTRACTION_CENTS_PER_DAY
    if settings.AGENT_MODE:
        cents += settings.UNCLAIMED_EXTRACTION_CENTS_PER_DAY
    if not cents:
        return []
    return [
        Caution(
            "A model is set without its prices: no cap of spending holds.",
            hint=f"Set {variable}; of a model that costs nothing, to {nothing}.",
            id="remembrancer.W003",
        )
        for model, prices, variable, nothing in (
            (
                settings.EXTRACTION_MODEL,
                settings.EXTRACTION_PRICES,
                "REMEMBRANCER_EXTRACTION_PRICES",
                "0,0,0,0",
            ),
            (
                settings.READING_MODEL,
                settings.READING_PRICES,
                "REMEMBRANCER_READING_PRICES",
                "0,0,0,0",
            ),
            (
                settings.TRANSCRIPTION_MODEL,
                settings.TRANSCRIPTION_PRICE,
                "REMEMBRANCER_TRANSCRIPTION_PRICE",
                "0",
            ),
        )
        if model is not None and prices is None
    ]
