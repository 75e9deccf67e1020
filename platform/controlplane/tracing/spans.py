"""Spans of this process: steps of searches, requests and jobs.

They hold names of steps, patterns of addresses, counts, and ids of requests and jobs: never an
address, a body, an error's words or anything that was said.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Status, StatusCode, Tracer

from controlplane.tracing import exporting

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_NOTHING: Final = nullcontext(INVALID_SPAN)


class Spans:
    """Makes spans once it is started, and costs next to nothing before. The engine's tracer too."""

    def __init__(self) -> None:
        """Prepare; nothing is told yet."""
        self._provider: TracerProvider | None = None
        self._tracer: Tracer | None = None

    def start(self, provider: "TracerProvider | None" = None) -> None:
        """Begin, in a process that does not fork any more: spans are sent from a thread of it.

        A second call does nothing.

        Args:
            provider: takes the spans; what the environment says if None, which may be nothing.
        """
        if self._tracer is not None:
            return
        if provider is None and exporting.is_asked_for() and exporting.is_possible():
            provider = exporting.sending()
        if provider is not None:
            self._provider = provider
            self._tracer = provider.get_tracer("remembrancer")

    def stop(self) -> None:
        """Send what is left, and make none any more."""
        provider, self._provider, self._tracer = self._provider, None, None
        if provider is not None:
            provider.shutdown()

    def step(self, name: str, **figures: float) -> AbstractContextManager[Span]:
        """As the engine's port says."""
        return self._span(name, SpanKind.INTERNAL, figures)

    def request(self, request_id: str) -> AbstractContextManager[Span]:
        """A request being answered; `answered` names it."""
        return self._span("request", SpanKind.SERVER, {"remembrancer.request_id": request_id})

    def job(self, kind: str, *, job_id: str, attempt: int) -> AbstractContextManager[Span]:
        """An attempt at a job."""
        return self._span(
            f"job {kind}",
            SpanKind.CONSUMER,
            {"remembrancer.job_id": job_id, "remembrancer.attempt": attempt},
        )

    def _span(
        self, name: str, kind: SpanKind, attributes: Mapping[str, str | float]
    ) -> AbstractContextManager[Span]:
        if self._tracer is None:
            return _NOTHING
        return _under_way(self._tracer, name, kind, attributes)


@contextmanager
def _under_way(
    tracer: Tracer, name: str, kind: SpanKind, attributes: Mapping[str, str | float]
) -> Iterator[Span]:
    # The library would write down an error's words, which may quote what somebody said.
    with tracer.start_as_current_span(
        name,
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
            raise


def answered(span: Span, *, method: str, route: str, status: int) -> None:
    """Say what a request was, and how it was answered.

    Args:
        span: of the request.
        method: one of those that exist.
        route: the pattern of the address.
        status: of the answer.
    """
    span.update_name(f"{method} {route}")
    span.set_attributes(
        {"http.request.method": method, "http.route": route, "http.response.status_code": status}
    )
    if status >= 500:  # noqa: PLR2004 - the server's own failures
        span.set_status(Status(StatusCode.ERROR))


SPANS: Final = Spans()
