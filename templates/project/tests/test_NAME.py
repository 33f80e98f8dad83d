"""The service, called as its callers call it, without Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from soagen_runtime import LocalTransport

from $name.api.$name import ${class}Client, Language, NotWelcome
from $name.service import $class


@pytest.fixture
def client() -> Iterator[${class}Client]:
    with ${class}Client(LocalTransport($class())) as client:
        yield client


def test_greets_in_the_language_that_is_asked_for(client: ${class}Client) -> None:
    assert client.greet(name="world").text == "Hello, world!"
    assert client.greet(name="Livia", language=Language.LATIN).text == "Salve, Livia!"


def test_refuses_with_the_error_of_the_contract(client: ${class}Client) -> None:
    with pytest.raises(NotWelcome) as refused:
        client.greet(name="Voldemort")
    assert refused.value.name == "Voldemort"
