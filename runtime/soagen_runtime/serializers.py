"""Content types: how values are written down.

MessagePack and JSON are there. Another is two functions, made known at import, on every end that shall have it::

    register(Serializer(content_type="application/x-packed", write=pack, read=unpack))

Then a client may write its requests that way (``content_type`` of its settings), and a server may read them
(``content_types`` of its settings, which are MessagePack and JSON by default); it answers in the type that asked. Both
ends know a type by its name alone. What `soagen_runtime` hands to ``write`` is made of dicts with string keys, lists,
and the values that `MessagePack` carries: None, bool, int, float, str, bytes, Decimal, `currint.Amount`, date, time and
datetime. ``read`` is given what anybody may have sent, and must not run any of it.
"""

from soagen_runtime.wire import Serializer, register
from soagen_runtime.wire.codec import Json, MessagePack

__all__ = ["Json", "MessagePack", "Serializer", "register"]
