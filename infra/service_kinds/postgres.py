"""Postgres, in a folder of its own."""

import os
import pwd
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from service_kinds.processes import START_SECONDS, Refused, end, last_words, process_in, run

_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


@dataclass(frozen=True)
class Postgres:
    """One cluster with one account, `memory`."""

    place: str
    port: int
    password: str
    initdb: str
    pg_ctl: str
    # Whom it runs as; None is whoever starts it.
    account: str | None

    @classmethod
    def chosen(cls, port: int, programs: dict[str, str]) -> "Postgres":
        """A new one that will listen there, and where it will lie."""
        account = None
        if os.geteuid() == 0:
            names = {entry.pw_name for entry in pwd.getpwall()}
            account = "postgres" if "postgres" in names else "nobody"
        return cls(
            # Not inside the folder: it runs as somebody who may be unable to get there.
            place=tempfile.mkdtemp(prefix="remembrancer-postgres-"),
            port=port,
            password=secrets.token_hex(16),
            initdb=programs["initdb"],
            pg_ctl=programs["pg_ctl"],
            account=account,
        )

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which it is found."""
        address = f"postgres://memory:{self.password}@127.0.0.1:{self.port}/postgres"
        return {"DATABASE_URL": address}

    @property
    def _cluster(self) -> Path:
        return Path(self.place) / "cluster"

    def start(self) -> None:
        """Start it unless it runs; it then answers."""
        if not self._cluster.exists():
            self._make_cluster()
        status = [self.pg_ctl, "status", "-D", self._cluster]
        if run(status, account=self.account, check=False) == 0:
            return
        options = {**_OPTIONS, "port": self.port}
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        log = Path(self.place) / "log"
        start = [self.pg_ctl, "start", "-D", self._cluster, "-l", log]
        try:
            run([*start, "-o", words, "-w", "-t", START_SECONDS], account=self.account)
        except Refused as error:
            raise Refused(f"{error}\nPostgres said:\n{last_words(log)}") from None

    def _make_cluster(self) -> None:
        secret = Path(self.place) / "password"
        secret.write_text(self.password, encoding="ascii")
        secret.chmod(0o600)
        if self.account:
            shutil.chown(self.place, self.account)
            shutil.chown(secret, self.account)
        words = [
            *("--pgdata", self._cluster, "--username", "memory", "--pwfile", secret),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
        ]
        run([self.initdb, *words, "--no-sync"], account=self.account)
        secret.unlink()

    def stop(self) -> None:
        """End it and remove what it kept."""
        pid = process_in(self._cluster / "postmaster.pid", str(self._cluster))
        if pid:
            words = [self.pg_ctl, "stop", "-D", self._cluster, "-m", "immediate", "-w"]
            run(words, account=self.account, check=False)
            end([pid], "Postgres")
        shutil.rmtree(self.place, ignore_errors=True)
