"""Log lines as JSON, one an event, each with the id of the request it belongs to."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
_DJANGO: Final = "django.request"
_REQUEST_FAILED: Final = "a request failed"
# What a log call may add with `extra=`; anything else stays out, so that no content slips in.
_FIELDS: Final = (
    *("method", "route", "status", "milliseconds"),
    *("job", "kind", "attempt"),
    *("organization", "actor"),
)


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # Django names the path, which may hold somebody's name.
            "event": _REQUEST_FAILED if record.name == _DJANGO else record.getMessage(),
        }
        if (request_id := REQUEST_ID.get()) is not None:
            said["request_id"] = request_id
        said |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            said["exception"] = self._place_of(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False)

    @staticmethod
    def _place_of(error: BaseException) -> dict[str, object]:
        """Type and places, without the error's words, which may quote what somebody said."""
        places: list[str] = []
        frame = error.__traceback__
        while frame is not None:
            code = frame.tb_frame.f_code
            places.append(f"{code.co_filename}:{frame.tb_lineno} {code.co_name}")
            frame = frame.tb_next
        return {"type": type(error).__name__, "places": places[-12:]}
