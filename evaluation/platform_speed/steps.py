"""Where the time of a search goes: its spans, as a collector gets them, and a picture of them."""

import statistics
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from evaluation.faults import EvaluationError

_NANOSECONDS: Final = 1e6
_REQUEST: Final = "POST /v3/memories/search"
_WIDTH: Final = 8.0
_BAR: Final = 0.34
# Okabe and Ito's colours, which people with any colour vision tell apart.
_COLOURS: Final = {
    "request": "#0072B2",
    "signal": "#009E73",
    "answer": "#D55E00",
    "other": "#56B4E9",
}
_OF_SIGNALS: Final = ("semantic", "lexical", "entity", "temporal", "embed")
_OF_ANSWER: Final = ("answer", "gather", "judge", "expand")


@dataclass(frozen=True, slots=True)
class Step:
    """One span of a search.

    Attributes:
        began: milliseconds after its request.
        took: in milliseconds.
    """

    began: float
    took: float


@dataclass(slots=True)
class Collector:
    """Spans as they were sent.

    Attributes:
        address: where it listens.
        traces: of each trace its spans: name, when it began and when it ended, in nanoseconds.
    """

    address: str = ""
    traces: defaultdict[bytes, list[tuple[str, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def take(self, body: bytes) -> None:
        """Keep what one request brought."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (  # noqa: PLC0415
            ExportTraceServiceRequest,
        )

        for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
            for span in (span for scope in sent.scope_spans for span in scope.spans):
                kept = (span.name, span.start_time_unix_nano, span.end_time_unix_nano)
                self.traces[span.trace_id].append(kept)

    def steps(self) -> Mapping[str, Sequence[Step]]:
        """The steps of all searches, by name; the request itself among them."""
        found: defaultdict[str, list[Step]] = defaultdict(list)
        for spans in self.traces.values():
            begins = [begin for name, begin, _ in spans if name == _REQUEST]
            for name, begin, end in spans if begins else ():
                step = Step((begin - begins[0]) / _NANOSECONDS, (end - begin) / _NANOSECONDS)
                found[name].append(step)
        return found


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens until the block ends.

    Raises:
        EvaluationError: the packages that send spans are missing.
    """
    if find_spec("opentelemetry.proto") is None:
        raise EvaluationError("a profile needs the extra tracing: see docs/watching.md")
    collector = Collector()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        collector.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


def draw(steps: Mapping[str, Sequence[Step]], path: Path, *, title: str) -> None:
    """Draw when each step usually begins and how long it takes.

    Args:
        steps: of many searches, by name.
        path: the picture's; its suffix says which kind.
        title: what was measured.

    Raises:
        EvaluationError: there are no steps.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - only where it is asked for

    if not steps:
        raise EvaluationError("no spans came: there is nothing to draw")
    usual = {name: _median(each) for name, each in steps.items()}
    names = sorted(usual, key=lambda name: (usual[name].began, -usual[name].took), reverse=True)
    drawn = Figure(figsize=(_WIDTH, 1.2 + _BAR * len(names)), layout="constrained")
    panel = drawn.subplots()
    for place, name in enumerate(names):
        step = usual[name]
        panel.barh(place, step.took, left=step.began, height=0.7, color=_colour(name))
        panel.text(step.began + step.took, place, f" {step.took:.1f}", va="center", fontsize=8)
    panel.set_yticks(range(len(names)), names, fontsize=8)
    panel.set_xlabel("milliseconds after the request came (medians)", fontsize=9)
    panel.tick_params(axis="x", labelsize=8)
    panel.margins(x=0.08)
    panel.grid(axis="x", color="#e3e3e3", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)
    drawn.suptitle(title, fontsize=10)
    drawn.savefig(path)


def _median(steps: Sequence[Step]) -> Step:
    return Step(
        statistics.median(step.began for step in steps),
        statistics.median(step.took for step in steps),
    )


def _colour(name: str) -> str:
    last = name.rpartition(".")[2]
    if name == _REQUEST:
        return _COLOURS["request"]
    if last in _OF_SIGNALS:
        return _COLOURS["signal"]
    return _COLOURS["answer" if last in _OF_ANSWER else "other"]
