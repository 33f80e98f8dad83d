"""The pytest plugin: fixtures. It is registered by an entry point, so that it is there where the runtime is installed.

pytest loads it at each start, so that what the fixtures need is imported by the tests that ask for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from soagen_runtime.testing import Serving, Stubbing


@pytest.fixture
def stubbing() -> Iterator[Stubbing]:
    """``orders = stubbing(stub_orders())``: a stub that is in force until the test is over."""
    from soagen_runtime.testing import Stubbing

    with ExitStack() as stack:
        yield Stubbing(stack)


@pytest.fixture
def serving() -> Iterator[Serving]:
    """``orders = serving(OrdersClient, Orders())``: a blocking client of servers that serve until the test is over."""
    from soagen_runtime.testing import Serving

    with ExitStack() as stack:
        yield Serving(stack)
