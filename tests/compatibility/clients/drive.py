"""Runs in a Python client's environment: makes the calls that it reads, one JSON object a line.

`{"open": CLASS, "options": {...}}` makes a client, `{"call": NAME, "arguments": [...], "options":
{...}}` calls a method of it; a dot in NAME goes through an attribute. Each is answered by a line,
`{"answer": ...}` or `{"error": CLASS, ...}`. An argument `{"$options": CLASS, ...}` becomes an
object of that class of `mem0.client.types`.
"""

import asyncio
import inspect
import json
import os
import sys
from functools import reduce
from typing import Any

import mem0


class Driver:
    """Holds the client between calls."""

    def __init__(self) -> None:
        self._client: Any = None

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What the call gave back, or raised."""
        try:
            return {"answer": await self._do(asked)}
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is told
            return {
                "error": type(error).__name__,
                "message": str(error),
                "status": getattr(error, "error_code", None),
            }

    async def _do(self, asked: dict[str, Any]) -> Any:
        arguments = [made(each) for each in asked.get("arguments", [])]
        options = {name: made(each) for name, each in asked.get("options", {}).items()}
        if "open" in asked:
            self._client = getattr(mem0, asked["open"])(**options)
            return None
        method = reduce(getattr, asked["call"].split("."), self._client)
        found = method(*arguments, **options)
        return await found if inspect.isawaitable(found) else found


def made(argument: Any) -> Any:
    """The argument, or the object of options that it describes."""
    if isinstance(argument, dict) and "$options" in argument:
        from mem0.client import types  # noqa: PLC0415 - older versions have none

        fields = {name: value for name, value in argument.items() if name != "$options"}
        return getattr(types, argument["$options"])(**fields)
    return argument


def main() -> None:
    """Answer until there are no more calls."""
    # What a library prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    driver = Driver()
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            said = runner.run(driver.answer(json.loads(line)))
            print(json.dumps(said), file=answers, flush=True)


if __name__ == "__main__":
    main()
