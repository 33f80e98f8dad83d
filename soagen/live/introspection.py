"""What a service that runs tells of itself, PySOA's or ours: the answer of its action `introspect`."""

from __future__ import annotations

from typing import Any

from soagen_runtime.errors import CallTimeout, NoWorkers, ResponseTooLarge, SoagenError
from soagen_runtime.transport.redis.masters import masters_of

from soagen.live.asking import anyone

PATIENCE = 10.0  # seconds; a PySOA worker may have something else to do first


class NoIntrospection(Exception):
    """The service did not tell; the text is a sentence that says why."""


def introspect(service: str, url: str) -> dict[str, Any]:
    """The body of a service's answer, without what is None. Raises `NoIntrospection`."""
    try:
        shown = ",".join(master.shown for master in masters_of(url))
        with anyone(service, url, PATIENCE) as client:
            found = client.introspect()
    except (CallTimeout, NoWorkers) as error:
        raise NoIntrospection(f"nobody answers for {service} at {shown} within {PATIENCE:.0f} s") from error
    except ResponseTooLarge as error:
        raise NoIntrospection(f"what {service} tells is more than its server may send: import its class") from error
    except SoagenError as error:
        raise NoIntrospection(f"{service} can't be asked: {str(error).rstrip('.')}") from error
    forms = {
        name: {
            "documentation": form.documentation,
            "request_schema": form.request_schema,
            "response_schema": form.response_schema,
        }
        for name, form in found.actions.items()
    }
    return {"documentation": found.documentation, "actions": forms}
