"""What tests of clients and servers need: stubs, servers in one's own process, assertions, a contract's examples.

Nothing here is imported by the rest of the runtime, nor by what generated packages export. As fixtures, some of it is
in `soagen_runtime.pytest_plugin`. See ``docs/testing.md``.
"""

from soagen_runtime.testing.answers import StubInvalid
from soagen_runtime.testing.examples import Example
from soagen_runtime.testing.failing import raises_error, raises_field_errors
from soagen_runtime.testing.fixtures import Serving, Stubbing
from soagen_runtime.testing.interception import NotStubbed
from soagen_runtime.testing.serving import serve, serve_async
from soagen_runtime.testing.stubs import ActionStub, Raises, ServiceStub, body, nothing

__all__ = [
    "ActionStub",
    "Example",
    "NotStubbed",
    "Raises",
    "ServiceStub",
    "Serving",
    "StubInvalid",
    "Stubbing",
    "body",
    "nothing",
    "raises_error",
    "raises_field_errors",
    "serve",
    "serve_async",
]
