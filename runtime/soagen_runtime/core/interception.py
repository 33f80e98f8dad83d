"""Services whose calls are answered in this very process, whatever transport a client was made with.

That is how stubs get between (`soagen_runtime.testing`): nothing is in the way of a call while nothing is intercepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from soagen_runtime.core.transport import ClientTransport

Interceptor: TypeAlias = Callable[[ClientTransport, bool, Sequence[str]], ClientTransport]
"""Is given the client's transport, whether it is one of asyncio, and the sent names of the actions that are called;
gives the transport that takes the call.
"""

intercepted: dict[str, Interceptor] = {}
"""By the name of the service."""
