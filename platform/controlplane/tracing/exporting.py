"""Where spans are sent: by OpenTelemetry's own variables, with packages of the extra `tracing`."""

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# What the extra brings, outer packages first: one that is missing can't be looked into.
_PACKAGES: Final = (
    "opentelemetry.sdk",
    "opentelemetry.exporter",
    "opentelemetry.exporter.otlp",
    "opentelemetry.exporter.otlp.proto",
    "opentelemetry.exporter.otlp.proto.http",
)
_SERVICE: Final = "remembrancer"


def is_asked_for() -> bool:
    """Whether the environment names a place for spans, and does not say that there are none."""
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    is_for_spans = os.environ.get("OTEL_TRACES_EXPORTER", "otlp").strip() in ("", "otlp")
    return any(map(os.environ.get, _ENDPOINTS)) and is_for_spans and not is_off


def is_possible() -> bool:
    """Whether the packages that send spans are installed."""
    return all(find_spec(name) is not None for name in _PACKAGES)


def sending() -> "TracerProvider":
    """What sends spans, some at a time, from a thread of this process."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - optional
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    service = os.environ.get("OTEL_SERVICE_NAME") or _SERVICE
    resource = Resource.create({"service.name": service, "process.pid": os.getpid()})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
