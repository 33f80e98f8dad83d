"""What the services say about the calls that they get."""

from __future__ import annotations

import logging

from soagen_runtime.context import Context

log = logging.getLogger("shop")


def arrived(ctx: Context) -> None:
    """Notes a call: who made it, of what, and which chain it belongs to."""
    call = ctx.call
    log.info(
        "%s -> %s.%s [%s]",
        call.calling_service or "shopper",
        call.service,
        call.action,
        call.correlation_id,
        extra={"call": call},
    )
