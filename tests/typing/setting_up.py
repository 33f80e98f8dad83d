"""Settings, errors and ready-made middleware as a user writes them. Where type checkers must object, the line says with
which of mypy's codes (``# E: ...``).
"""

from __future__ import annotations

from typing import assert_type

from soagen_runtime import ActionError, JobError, PermissionDenied, several
from soagen_runtime.middleware import (
    Failure,
    Timing,
    allowed_callers,
    async_checked,
    async_observed,
    checked,
    observed,
    reporting,
    required_context,
    timing,
)
from soagen_runtime.serializers import MessagePack, Serializer, register
from soagen_runtime.settings import ClientSettings, ServerLimits, ServerLogging, ServerSettings, load_server_settings
from whole_file.orders import AsyncOrdersClient, AsyncOrdersServer, OrdersClient, OrdersServer, OutOfStock


def note(seen: Timing) -> None:
    assert_type(seen.seconds, float)


def tell(failure: Failure) -> None:
    assert_type(failure.error, Exception)


class Orders(OrdersServer):
    settings = ServerSettings(
        workers=4, limits=ServerLimits(reply_bytes=1_000_000), logging=ServerLogging(format="json")
    )
    job_middleware = (checked(required_context("tenant")),)
    action_middleware = (
        observed(timing(note)),
        observed(reporting(tell)),
        checked(allowed_callers("checkout")),
    )


class AsyncOrders(AsyncOrdersServer):
    job_middleware = (async_checked(required_context("tenant")),)
    action_middleware = (
        async_observed(timing(note)),
        async_checked(allowed_callers("checkout")),
    )


class Mixed(AsyncOrdersServer):
    action_middleware = (async_checked(required_context("tenant")),)  # E: arg-type


ServerSettings(worker=4)  # E: call-arg
ServerSettings(workers="4")  # E: arg-type
ServerSettings(limits=ServerLogging())  # E: arg-type
ServerSettings().workers = 4  # E: misc
assert_type(ServerSettings().limits.chunk_bytes, int | None)
assert_type(load_server_settings().settings, ServerSettings)

OrdersClient(ClientSettings(url="redis://localhost", timeout=2.0), action_middleware=[observed(timing(note))])
OrdersClient(ServerSettings())  # E: arg-type
assert_type(AsyncOrdersClient.from_settings(), AsyncOrdersClient)

register(Serializer(content_type="application/x-mine", write=MessagePack().encode, read=MessagePack().decode))
register(Serializer(content_type="application/x-mine", write=str, read=MessagePack().decode))  # E: arg-type


def fail(error: OutOfStock) -> None:
    assert_type(several(error.at("items.0"), ActionError.of("ODD", "odd", denied_permissions=["a"])), OutOfStock)
    assert_type(error.each, tuple[ActionError, ...])
    assert_type(error.denied_permissions, list[str] | None)
    assert_type(error.is_caller_error, bool)
    several()  # E: call-arg
    several(error, JobError.of("ODD", "odd"))  # E: arg-type
    raise PermissionDenied.lacking("orders.write")
