"""A collector of spans on this machine, as OpenTelemetry's own speaks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    """What was sent to it."""

    def __init__(self) -> None:
        self.services: set[str] = set()
        self.processes: set[int] = set()
        self.names: set[str] = set()
        self.address = ""

    def take(self, body: bytes) -> None:
        for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
            known = {each.key: each.value for each in sent.resource.attributes}
            self.services.add(known["service.name"].string_value)
            self.processes.add(known["process.pid"].int_value)
            self.names |= {span.name for scope in sent.scope_spans for span in scope.spans}


@contextmanager
def collecting() -> Iterator[Collector]:
    """One that listens until the block ends."""
    collector = Collector()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    collector.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
