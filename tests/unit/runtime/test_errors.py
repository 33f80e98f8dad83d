"""Errors of a contract, as a handler raises them."""

from __future__ import annotations

from soagen_runtime.errors import ContractError, Error


class Gone(ContractError):
    CODE = "GONE"

    def __init__(self, *, sku: str) -> None:
        super().__init__(f"{sku} is gone")
        self.sku = sku


def test_an_error_can_say_what_it_is_about() -> None:
    error = Gone(sku="TEA-1").at("items.0.sku")
    assert type(error) is Gone
    assert (error.sku, error.field, error.is_remote) == ("TEA-1", "items.0.sku", False)
    assert error.errors == (Error(code="GONE", message="TEA-1 is gone", field="items.0.sku", is_caller_error=True),)
    assert str(error) == "GONE: TEA-1 is gone (items.0.sku)"


def test_an_error_is_about_nothing_unless_it_says_so() -> None:
    assert Gone(sku="TEA-1").field is None


def test_what_it_is_about_can_be_said_anew_and_leaves_other_errors_alone() -> None:
    other = Error(code="LOST", message="lost", field="note")
    error = Gone(sku="TEA-1").received([Error(code="GONE", message="gone", field="sku"), other]).at("items.0")
    assert error.errors == (Error(code="GONE", message="gone", field="items.0"), other)
    assert (error.message, error.is_remote) == ("gone", True)
