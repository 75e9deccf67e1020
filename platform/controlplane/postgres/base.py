"""Connections that end a statement when its time is up, or when nobody waits for it any more."""

from typing import Any, Final

from django.db.backends.postgresql import base

from controlplane.postgres.limits import STATEMENTS

# Statements and no parameters of the connection, which PgBouncer refuses; an older Postgres leaves
# aside what it does not know.
_SET: Final = (
    "SELECT set_config(name, wanted.value, false)"
    " FROM unnest(%s::text[], %s::text[]) AS wanted (name, value) JOIN pg_settings USING (name)"
)
# How soon Postgres finds out that whoever asked is gone.
_LOOK_FOR_CLIENT: Final = "5s"


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with the limits of `controlplane.postgres.limits`."""

    def _configure_connection(self, connection: Any) -> bool:
        super()._configure_connection(connection)  # type: ignore[misc]  # not in Django's stubs
        wanted = {"client_connection_check_interval": _LOOK_FOR_CLIENT}
        if STATEMENTS.seconds:
            longest = f"{STATEMENTS.seconds}s"
            wanted["statement_timeout"] = longest
            wanted["idle_in_transaction_session_timeout"] = longest
        with connection.cursor() as cursor:
            cursor.execute(_SET, [list(wanted), list(wanted.values())])
        return True
