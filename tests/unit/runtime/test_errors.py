"""Errors are values: they can be copied, pickled and shown without giving away what is sensitive."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any, Self

import pytest
from soagen_runtime import ConfigurationError, errors
from soagen_runtime.action import Service
from soagen_runtime.client import Client
from soagen_runtime.context import Context
from soagen_runtime.core.answers import ErrorTable
from soagen_runtime.switches import switch_ids
from soagen_runtime.validation import Invalid


class Plain(errors.ContractError):
    CODE = "PLAIN"

    def __init__(self, *, n: int) -> None:
        super().__init__(f"plain {n}")
        self.n = n

    def to_variables(self, strict: bool) -> dict[str, Any]:
        return {"n": self.n}

    @classmethod
    def from_variables(cls, data: Any, strict: bool) -> Self:
        if "n" not in data:
            raise Invalid([FAULT])
        return cls(n=data["n"])


SERVICE: Service[Any] = Service(
    name="any",
    contract_hash="",
    context=Context,
    encode_context=lambda context, strict: {},
    decode_context=lambda data, strict: Context(),
    actions=(),
    errors=(Plain,),
)
ERROR = errors.Error(code="X", message="m", variables={"secret": "hush"})
FAULT = errors.Fault("INVALID", "a.b", "Not an integer")
ERRORS: list[errors.SoagenError] = [
    Plain(n=3),
    Plain(n=3).at("items.0"),
    Plain(n=3).received([ERROR]),
    Plain(n=3).denying("a", "b"),
    errors.ActionError([errors.Error(code="X", message="m", traceback="here")]).as_remote(),
    errors.PermissionDenied.lacking("a"),
    errors.InvalidRequest([ERROR]),
    errors.JobError([ERROR]).as_remote(),
    errors.RequestInvalid("a.b", [FAULT]),
    errors.RequestTooLarge(5, 4),
    errors.CallTimeout("late"),
    errors.NotSerializable([FAULT]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("again", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_an_error_can_be_copied_and_pickled(error: errors.SoagenError, again: Any) -> None:
    other = again(error)
    assert (type(other), str(other), other.args, vars(other)) == (type(error), str(error), error.args, vars(error))


def test_pickling_keeps_each_of_several() -> None:
    both = errors.several(Plain(n=3).at("items.0"), Plain(n=4).at("items.1"))
    again = pickle.loads(pickle.dumps(both))
    assert [(type(each), each.n, each.field) for each in again.each] == [(Plain, 3, "items.0"), (Plain, 4, "items.1")]


def test_what_is_said_of_an_error_can_be_read_from_it() -> None:
    error = errors.ActionError.of("X", "m", field="a", variables={"b": 1}, denied_permissions=["c"])
    assert (error.code, error.message, error.field, error.traceback) == ("X", "m", "a", None)
    assert (error.variables, error.denied_permissions, error.is_caller_error) == ({"b": 1}, ["c"], True)
    assert not errors.JobError.of("X", "m").is_caller_error


FIRST, SECOND, THIRD = Plain(n=1), errors.ActionError.of("SECOND", "m"), errors.ActionError.of("THIRD", "m")


@pytest.mark.parametrize(
    ("error", "codes", "kind"),
    [
        (FIRST, ["PLAIN"], Plain),
        (errors.several(FIRST), ["PLAIN"], Plain),
        (errors.several(FIRST, SECOND), ["PLAIN", "SECOND"], Plain),
        (errors.several(SECOND, FIRST), ["SECOND", "PLAIN"], errors.ActionError),
        (errors.several(SECOND, errors.several(FIRST, THIRD)), ["SECOND", "PLAIN", "THIRD"], errors.ActionError),
        (errors.several(errors.several(SECOND, FIRST), THIRD), ["SECOND", "PLAIN", "THIRD"], errors.ActionError),
        (errors.ActionError([*SECOND.errors, *THIRD.errors]), ["SECOND", "THIRD"], errors.ActionError),
        (errors.JobError([*SECOND.errors, *THIRD.errors]), ["SECOND", "THIRD"], errors.JobError),
    ],
    ids=lambda value: str(value) if isinstance(value, Exception) else "",
)
def test_several_errors_are_one_exception_of_the_class_of_the_first(error: Any, codes: list[str], kind: type) -> None:
    assert (type(error), [told.code for told in error.errors]) == (kind, codes)
    assert [each.code for each in error.each] == codes
    assert all(len(each.errors) == 1 and each.each == (each,) for each in error.each)
    assert {type(each) for each in error.each if each.code == "PLAIN"} <= {Plain}


def test_several_leaves_the_errors_as_they_are() -> None:
    errors.several(FIRST, SECOND).at("x").denying("y")
    assert (FIRST.errors[0].field, FIRST.denied_permissions, len(FIRST.errors)) == (None, None, 1)


def test_the_first_of_several_may_still_be_placed() -> None:
    placed = errors.several(FIRST, SECOND).at("x")
    assert [each.field for each in placed.each] == ["x", None]


def test_where_a_server_failed_is_shown_with_the_exception() -> None:
    error = errors.ServerError([errors.Error(code="SERVER_ERROR", message="m", traceback="in the_handler")]).as_remote()
    assert "in the_handler" in "".join(traceback.format_exception(error))


SENT = {"code": "PLAIN", "message": "said", "variables": {"n": 5}}


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (SENT, Plain),
        ({**SENT, "variables": {}}, errors.ActionError),
        ({**SENT, "code": "OTHER"}, errors.ActionError),
        ({**SENT, "code": "INVALID"}, errors.InvalidRequest),
        ({**SENT, "code": "NOT_AUTHORIZED"}, errors.PermissionDenied),
        ({**SENT, "code": "ACCESS_DENIED"}, errors.PermissionDenied),
    ],
)
def test_each_error_of_a_reply_is_of_the_class_of_its_code(sent: dict[str, Any], kind: type) -> None:
    table = ErrorTable(SERVICE)
    error = errors.Error(**sent)
    other = errors.Error(code="OTHER", message="other")
    found = table.action_error([error, other])
    assert (type(found), type(found.each[0]), type(found.each[1])) == (kind, kind, errors.ActionError)
    assert all(each.is_remote for each in (found, *found.each))
    assert table.action_error([other, error]).each[1].message == "said"


def test_the_fields_of_an_error_are_not_shown() -> None:
    assert "hush" not in repr(errors.ActionError([ERROR]).errors)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e300, "3"])
def test_a_timeout_that_is_none_is_refused(timeout: Any) -> None:
    class AnyClient(Client[Any]):
        service = Service(
            name="any",
            contract_hash="",
            context=Context,
            encode_context=lambda context, strict: {},
            decode_context=lambda data, strict: Context(),
            actions=(),
        )

    client = AnyClient("redis://127.0.0.1:1/0")
    with pytest.raises(ConfigurationError, match="a timeout is a number of seconds"):
        client.with_options(timeout=timeout)


def test_a_switch_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'x' is no switch"):
        switch_ids(["x"])  # type: ignore[list-item]  # the mistake that is tested


@pytest.mark.parametrize("transport", [5, None])
def test_a_transport_that_is_none_is_refused(transport: Any) -> None:
    class AnyClient(Client[Any]): ...

    with pytest.raises(ConfigurationError, match="a broker's URL, a transport or settings"):
        AnyClient(transport)
