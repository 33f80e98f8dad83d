"""`before/test_objects.py`, the documented example of PySOA's `ServerTestCase`."""

from __future__ import annotations

import pytest
from soagen_runtime import ActionError, PermissionDenied
from soagen_runtime.testing import Serving, raises_error, raises_field_errors

from after.api.example import DuplicateObject, ExampleClient, NoSuchObject
from after.services import Example, Users


@pytest.fixture
def example(serving: Serving) -> ExampleClient:
    return serving(ExampleClient, Users(), Example)


def test_what_is_missing_or_wrong(example: ExampleClient) -> None:
    with raises_field_errors({"name": "INVALID"}):
        example.create_object(name="a name that is too long", color="green")
    # A field that is missing, or of another type, is a mistake that the type checker finds: `example.get_object()`.


def test_who_may_not(example: ExampleClient) -> None:
    with raises_error(PermissionDenied, code="NOT_AUTHORIZED") as caught:
        example.get_object(object_id="10")
    assert caught.error.denied_permissions == ["objects.read"]


def test_two_errors_at_once(example: ExampleClient) -> None:
    with pytest.raises(ActionError) as caught:
        example.create_object(name="test", color="green")
    assert {type(each) for each in caught.value.each} == {PermissionDenied, DuplicateObject}


def test_an_error_of_the_contract(example: ExampleClient) -> None:
    with raises_error(NoSuchObject(object_id="11"), field="object_id"):
        example.get_object(object_id="11")
