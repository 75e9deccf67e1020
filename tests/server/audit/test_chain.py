"""A chain that was tampered with is found broken, whatever was done to it and wherever."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django import Settings

from controlplane.audit.actions import Action
from controlplane.audit.chain import BEGINNING, seal_of
from controlplane.audit.models import AuditHead, AuditRecord
from controlplane.audit.services import append, begin_chain, entry_of
from controlplane.audit.verification import Finding, verify_chain
from controlplane.organizations.models import Organization
from controlplane.organizations.services import (
    create_project,
    delete_organization,
    delete_project,
    found_organization,
)
from tests.conftest import RecordFigure
from tests.server.conftest import Tenant

_RECORDS = 40
_EDITS = 1000
# Writes of somebody who has the database and not the secret.
Tamper = Callable[[random.Random, str], None]


def _with_another_first_digit(column: str) -> str:
    """Whatever the digest is: a change that leaves some of them alone would be no tampering."""
    return f"CASE substr({column}, 1, 1) WHEN '0' THEN '1' ELSE '0' END || substr({column}, 2)"


_CHANGES = {
    "number": "number + 1000",
    "project_id": "'00000000000040008000000000000000'",
    "at": "'2020-01-01 00:00:00'",
    "actor": "'mallory'",
    "action": "action || 'x'",
    "subjects": """'["another"]'""",
    "address": "'192.0.2.9'",
    "request_id": "'another'",
    "previous": _with_another_first_digit("previous"),
    "digest": _with_another_first_digit("digest"),
}


def execute(sql: str, *values: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def edit(chance: random.Random, organization: str) -> None:
    column = chance.choice(sorted(_CHANGES))
    execute(
        f"UPDATE audit_auditrecord SET {column} = {_CHANGES[column]}"  # noqa: S608 - our own words
        " WHERE organization_id = %s AND number = %s",
        organization,
        chance.randint(1, _RECORDS),
    )


def remove(chance: random.Random, organization: str) -> None:
    execute(
        "DELETE FROM audit_auditrecord WHERE organization_id = %s AND number = %s",
        organization,
        chance.randint(1, _RECORDS),
    )


def remove_and_close_the_gap(chance: random.Random, organization: str) -> None:
    gone = chance.randint(1, _RECORDS)
    execute(
        "DELETE FROM audit_auditrecord WHERE organization_id = %s AND number = %s",
        organization,
        gone,
    )
    shift(organization, gone, -1)


def cut_off_the_newest(chance: random.Random, organization: str) -> None:
    execute(
        "DELETE FROM audit_auditrecord WHERE organization_id = %s AND number > %s",
        organization,
        chance.randint(0, _RECORDS - 1),
    )


def cut_off_the_newest_and_set_the_head_back(chance: random.Random, organization: str) -> None:
    kept = chance.randint(1, _RECORDS - 1)
    execute(
        "DELETE FROM audit_auditrecord WHERE organization_id = %s AND number > %s",
        organization,
        kept,
    )
    execute(
        "UPDATE audit_audithead SET number = %s, digest = (SELECT digest FROM audit_auditrecord"
        " WHERE organization_id = %s AND number = %s) WHERE organization_id = %s",
        kept,
        organization,
        kept,
        organization,
    )


def remove_everything(chance: random.Random, organization: str) -> None:
    execute("DELETE FROM audit_auditrecord WHERE organization_id = %s", organization)
    execute("DELETE FROM audit_audithead WHERE organization_id = %s", organization)


def insert(chance: random.Random, organization: str) -> None:
    """A copy of one record at any place, the end included."""
    place, copied = chance.randint(1, _RECORDS + 1), chance.randint(1, _RECORDS)
    shift(organization, place - 1, 1)
    source = copied if copied < place else copied + 1
    execute(
        "INSERT INTO audit_auditrecord (organization_id, number, project_id, at, actor, action,"
        " subjects, address, request_id, previous, digest)"
        " SELECT organization_id, %s, project_id, at, actor, action,"
        " subjects, address, request_id, previous, digest FROM audit_auditrecord"
        " WHERE organization_id = %s AND number = %s",
        place,
        organization,
        source,
    )


def swap(chance: random.Random, organization: str) -> None:
    first, second = chance.sample(range(1, _RECORDS + 1), 2)
    for old, new in ((first, -1), (second, first), (-1, second)):
        execute(
            "UPDATE audit_auditrecord SET number = %s WHERE organization_id = %s AND number = %s",
            new,
            organization,
            old,
        )


def give_to_another(chance: random.Random, organization: str) -> None:
    other, _ = found_organization("Other")
    execute(
        "UPDATE audit_auditrecord SET organization_id = %s, number = number + 100"
        " WHERE organization_id = %s AND number = %s",
        other.id.hex,
        organization,
        chance.randint(1, _RECORDS),
    )


def shift(organization: str, after: int, by: int) -> None:
    """Renumber what comes after a number; by way of negative ones, as no number may be twice."""
    for change in (f"-(number + {by})", "-number"):
        execute(
            f"UPDATE audit_auditrecord SET number = {change}"  # noqa: S608 - our own words
            " WHERE organization_id = %s AND (number > %s OR number < 0)",
            organization,
            after,
        )


TAMPERINGS: tuple[Tamper, ...] = (
    edit,
    remove,
    remove_and_close_the_gap,
    cut_off_the_newest,
    cut_off_the_newest_and_set_the_head_back,
    remove_everything,
    insert,
    swap,
    give_to_another,
)


@pytest.fixture
def chain(database: None) -> Organization:
    organization = Organization.objects.create(name="Acme")
    begin_chain(organization.id)
    for number in range(_RECORDS):
        entry = entry_of(
            Action.MEMORY_READ, [number], organization_id=organization.id, project_id=None
        )
        append([entry])
    return organization


@contextmanager
def undone() -> Iterator[None]:
    """What the block writes is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def verified() -> tuple[int, str]:
    """The command's exit code, and its words."""
    said, code = StringIO(), 0
    try:
        call_command("verify_audit", stdout=said)
    except CommandError as error:
        code = error.returncode
    return code, said.getvalue()


def test_a_chain_that_nobody_touched_is_whole(chain: Organization) -> None:
    assert verify_chain(chain.id) == Finding(chain.id, _RECORDS)
    assert verified() == (0, f"{chain.id}: OK, {_RECORDS} records\n")


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_tampering_is_found_wherever_it_happens(chain: Organization, tamper: Tamper) -> None:
    chance = random.Random(tamper.__name__)  # noqa: S311 - the same places each time
    for _ in range(50):
        with undone():
            tamper(chance, chain.id.hex)
            assert verify_chain(chain.id).broken_at is not None
    assert verify_chain(chain.id).broken_at is None


def test_all_of_a_thousand_tamperings_are_found(
    chain: Organization, record_figure: RecordFigure
) -> None:
    chance, missed = random.Random(7), list[str]()  # noqa: S311 - the same places each time
    for _ in range(_EDITS):
        tamper = chance.choice(TAMPERINGS)
        with undone():
            tamper(chance, chain.id.hex)
            if verify_chain(chain.id).broken_at is None:
                missed.append(tamper.__name__)
    record_figure(f"tamperings with the audit trail found, of {_EDITS}", _EDITS - len(missed))
    assert missed == []


def test_the_command_names_the_first_broken_record(chain: Organization) -> None:
    with undone():
        execute(
            "UPDATE audit_auditrecord SET actor = 'mallory' WHERE organization_id = %s"
            " AND number IN (17, 30)",
            chain.id.hex,
        )
        code, said = verified()
    assert code == 1
    assert said == f"{chain.id}: BROKEN at record 17: a record is not as it was written\n"


def test_a_chain_rebuilt_without_the_secret_is_not_whole(
    chain: Organization, settings: Settings
) -> None:
    """Somebody who knows this code and has the database, and guesses at the secret."""
    secret, settings.SECRET_KEY = settings.SECRET_KEY, "guessed"
    AuditRecord.objects.all().delete()
    AuditHead.objects.update(number=0, digest=BEGINNING, seal=seal_of(chain.id, 0, BEGINNING))
    entry = entry_of(Action.MEMORY_READ, [1], organization_id=chain.id, project_id=None)
    append([entry] * _RECORDS)
    assert verify_chain(chain.id).broken_at is None
    settings.SECRET_KEY = secret
    assert verify_chain(chain.id).broken_at == 1


def test_one_organization_alone_can_be_verified(acme: Tenant, globex: Tenant) -> None:
    AuditRecord.objects.filter(organization=globex.organization).update(actor="mallory")
    said = StringIO()
    call_command("verify_audit", "--organization", str(acme.organization.id), stdout=said)
    assert "OK" in said.getvalue()
    assert verified()[0] == 1
    with pytest.raises(CommandError, match="no organization"):
        call_command("verify_audit", "--organization", "00000000-0000-4000-8000-000000000000")


def test_an_organizations_deletion_deletes_its_records(acme: Tenant, globex: Tenant) -> None:
    delete_organization(acme.organization)
    assert set(AuditRecord.objects.values_list("organization_id", flat=True)) == {
        globex.organization.id
    }
    assert verified()[0] == 0


def test_a_projects_records_stay_when_it_is_deleted(acme: Tenant) -> None:
    create_project(acme.organization, name="Other", description="", owner_id=None)
    project_id = acme.project.id
    delete_project(acme.project)
    kept = AuditRecord.objects.filter(project_id=project_id)
    assert list(kept.order_by("number").values_list("action", flat=True)) == [
        "project.created",
        "key.issued",
        "project.deleted",
    ]
    assert verified()[0] == 0
