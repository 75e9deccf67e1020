"""How models are named, and which key goes where."""

import pytest

from evaluation.answering.endpoints import Endpoint, read_endpoint
from evaluation.answering.prices import Price, read_prices, tokens_in
from evaluation.faults import EvaluationError
from memories import ModelRequest
from tests.support.model_endpoint import ModelEndpoint, serving

KEYS = {"ANTHROPIC_API_KEY": "usual-key", "OPENAI_API_KEY": "other-key", "MINE": "my-key"}


def sent_to(endpoint: ModelEndpoint, named: Endpoint) -> str | None:
    named.open(KEYS).ask(ModelRequest("Be brief.", "Where?"))
    return endpoint.requests[-1].authorization


@pytest.mark.parametrize(("protocol", "path"), [("anthropic", ""), ("chat", "/v1")])
def test_a_usual_key_never_goes_to_an_address_of_ones_own(protocol: str, path: str) -> None:
    with serving() as endpoint:
        address = endpoint.address + path
        named = read_endpoint(f"{protocol}:m", url=address, key_variable=None)
        assert "usual-key" not in str(sent_to(endpoint, named))
        assert "other-key" not in str(sent_to(endpoint, named))
        named = read_endpoint(f"{protocol}:m", url=address, key_variable="MINE")
        assert sent_to(endpoint, named) == "Bearer my-key"


def test_the_providers_own_address_wants_its_usual_key() -> None:
    named = read_endpoint("anthropic:claude", url=None, key_variable=None)
    assert named.open(KEYS).name == "claude"
    with pytest.raises(EvaluationError, match="has no ANTHROPIC_API_KEY"):
        named.open({})
    with pytest.raises(EvaluationError, match="has no OPENAI_API_KEY"):
        read_endpoint("chat:gpt", url=None, key_variable=None).open({"OPENAI_API_KEY": ""})


def test_a_model_may_have_colons_and_slashes_in_its_name() -> None:
    named = read_endpoint("chat:org/llama:8b", url="http://127.0.0.1:1/v1", key_variable=None)
    assert named.model == "org/llama:8b"
    assert named.name == "chat:org/llama:8b@http://127.0.0.1:1/v1"


@pytest.mark.parametrize("text", ["claude", "anthropic:", "openai:gpt", ":gpt"])
def test_a_name_without_protocol_or_model_is_refused(text: str) -> None:
    with pytest.raises(EvaluationError, match="expected anthropic:MODEL or chat:MODEL"):
        read_endpoint(text, url=None, key_variable=None)


def test_prices_are_read_by_role() -> None:
    assert read_prices(["reader=3,15", "judge=1,5,0.1"]) == {
        "reader": Price(3, 15, 3),
        "judge": Price(1, 5, 0.1),
    }


@pytest.mark.parametrize(
    "text", ["3,15", "writer=1,2", "reader=1", "reader=1,2,3,4", "judge=-1,2", "judge=nan,2"]
)
def test_a_price_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(EvaluationError, match="expected reader=READ,WRITTEN"):
        read_prices([text])


def test_tokens_are_estimated_as_contexts_do() -> None:
    assert tokens_in("x" * 360) == 100
