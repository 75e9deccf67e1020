"""Entities over HTTP: listed, found to be one, merged and taken apart."""

from collections.abc import Callable
from typing import Any

import pytest

from controlplane.audit.models import AuditRecord
from memories import Entity, Memory, Scope
from memories.engine.domain import EntityType
from memories.engine.text.forms import form_of
from memories.ingest.projects import PROJECTS
from tests.server.conftest import Ask, Tenant

ANA = {"user_id": "ana"}
PATH = "/v3/memories/entities/"


@pytest.fixture
def told(acme: Tenant, client: Ask, do_jobs: Callable[[], int]) -> Any:
    """A client of somebody who said two names of one company."""
    asking = client(acme.token)
    for text in (
        "I signed the contract with DataForge Systems in Bergen.",
        "The contract with Data-Forge Systems ends in June, they are in Bergen.",
    ):
        asking.post("/v3/memories/add/", {"messages": text, **ANA}, format="json")
    do_jobs()
    return asking


def names(asking: Any) -> dict[str, str]:
    listed = asking.get(PATH, ANA).json()["results"]
    return {each["name"]: each["id"] for each in listed}


def test_names_of_one_are_merged_with_score_and_reason(told: Any) -> None:
    planned = told.post(f"{PATH}resolve/", {**ANA, "dry_run": True}, format="json").json()
    assert len(planned["merged"]) == 1
    assert {"DataForge Systems", "Data-Forge Systems"} <= names(told).keys()
    done = told.post(f"{PATH}resolve/", ANA, format="json").json()
    (merge,) = done["merged"]
    assert merge["score"] >= 0.75
    assert "spaces and signs" in merge["reason"]
    listed = told.get(PATH, ANA).json()
    assert [each["id"] for each in listed["merges"]] == [merge["id"]]
    assert len({"DataForge Systems", "Data-Forge Systems"} & names(told).keys()) == 1
    assert AuditRecord.objects.filter(action="entities.merged").count() == 1


def test_the_surest_are_merged_first_and_the_others_in_the_next_request(
    acme: Tenant, client: Ask, do_jobs: Callable[[], int]
) -> None:
    asking = client(acme.token)
    told = {"messages": "I live in Bergen. I own a boat.", **ANA}
    asking.post("/v3/memories/add/", told, format="json")
    do_jobs()
    with PROJECTS.use(acme.project.id, organization_id=acme.organization.id) as memory:
        scope = memory.scope(user="ana")
        one, other = memory.list(scope=scope)
        for number in range(101):
            word = "".join("abcdefghij"[int(digit)] * 3 for digit in str(number))
            enter(memory, f"Ship {word}", one.id, scope)
            enter(memory, f"Ship-{word}", other.id, scope)
    planned = asking.post(f"{PATH}resolve/", {**ANA, "dry_run": True}, format="json").json()
    assert (len(planned["merged"]), planned["is_more"]) == (101, False)
    for merged, is_more in ((100, True), (1, False), (0, False)):
        done = asking.post(f"{PATH}resolve/", ANA, format="json").json()
        assert (len(done["merged"]), done["is_more"]) == (merged, is_more)
    first, second = AuditRecord.objects.filter(action="entities.merged").order_by("id")
    assert (len(first.subjects), len(second.subjects)) == (100, 1)


def enter(memory: Memory, name: str, owner_id: str, scope: Scope) -> None:
    """Let a memory mention an entity, as an ingest would."""
    entities = memory._engine.ingest.records.entities
    entity = Entity(f"entity {name}", name, EntityType.TITLE)
    entities.add(entity, form=form_of(name), scope=scope)
    entities.mention(entity.id, owner_id, surface=name, score=1.0, reason="", scope=scope)


def test_what_was_merged_is_taken_apart_and_stays_so(told: Any) -> None:
    (merge,) = told.post(f"{PATH}resolve/", ANA, format="json").json()["merged"]
    asked = {**ANA, "entity_id": merge["into_id"], "name": merge["name"]}
    parted = told.post(f"{PATH}unmerge/", asked, format="json")
    assert parted.status_code == 200
    assert parted.json()["id"] == merge["id"]
    again = told.post(f"{PATH}resolve/", ANA, format="json").json()
    assert again == {"merged": [], "suggested": [], "is_more": False}
    assert AuditRecord.objects.filter(action="entities.parted").count() == 1


def test_two_are_merged_by_hand(told: Any) -> None:
    known = names(told)
    asked = {**ANA, "entity_id": known["Bergen"], "into_id": known["DataForge Systems"]}
    answer = told.post(f"{PATH}merge/", asked, format="json").json()
    assert "Bergen" not in {each["name"] for each in answer["results"]}
    assert [(each["name"], each["score"]) for each in answer["merges"]] == [("Bergen", 1.0)]


def test_bad_asking_is_told(told: Any) -> None:
    known = names(told)
    for path, asked, status in (
        ("merge/", {**ANA, "into_id": known["Bergen"]}, 400),
        ("merge/", {**ANA, "entity_id": "nobody", "into_id": known["Bergen"]}, 404),
        ("merge/", {**ANA, "entity_id": known["Bergen"], "into_id": known["Bergen"]}, 400),
        ("unmerge/", {**ANA, "entity_id": known["Bergen"], "name": "Oslo"}, 404),
        ("unmerge/", {**ANA, "entity_id": known["Bergen"], "name": "Bergen"}, 400),
        ("resolve/", {"dry_run": True}, 400),
    ):
        answer = told.post(PATH + path, asked, format="json")
        assert answer.status_code == status, (path, asked, answer.content)


def test_another_tenant_finds_nobody(told: Any, globex: Tenant, client: Ask) -> None:
    asking = client(globex.token)
    assert asking.get(PATH, ANA).json() == {"results": [], "merges": []}
    asked = {**ANA, "entity_id": names(told)["Bergen"], "name": "Bergen"}
    assert asking.post(f"{PATH}unmerge/", asked, format="json").status_code == 404
