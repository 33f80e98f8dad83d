"""Checks that a team would write anyway: what a request must carry, and whose it may be.

What a context says of its caller is what the caller says of itself: it keeps mistakes out, and no attackers.
"""

from __future__ import annotations

from collections.abc import Collection

from soagen_runtime.context import current_call
from soagen_runtime.core.middleware import ActionCall, JobRequest
from soagen_runtime.errors import MISSING, Error, JobError, PermissionDenied
from soagen_runtime.middleware.layers import Check


def required_context(*keys: str) -> Check[JobRequest]:
    """Refuses jobs whose context has not all of these keys, as sent: for job layers of a server. Its caller gets
    `JobInvalid`, which names each.
    """

    def check(job: JobRequest) -> None:
        missing = [key for key in keys if job.context.get(key) is None]
        if missing:
            raise JobError(
                [Error(code=MISSING, message=f"Missing key: {key}", field=f"context.{key}") for key in missing]
            )

    return check


def allowed_callers(*services: str, actions: Collection[str] | None = None) -> Check[ActionCall]:
    """Lets only these services call, or only these call ``actions``: for action layers of a server. Others, and who is
    no service, get `PermissionDenied`.
    """

    def check(call: ActionCall) -> None:
        if actions is not None and call.action.name not in actions:
            return
        serving = current_call.get()
        if serving is None or serving.calling_service not in services:
            raise PermissionDenied.lacking(message=f"{call.service}.{call.action.name} is not for everybody to call")

    return check
