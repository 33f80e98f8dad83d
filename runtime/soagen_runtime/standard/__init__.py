"""What every server answers beside what its contract says: ``status`` and ``introspect``.

Their contract is ``schemas/standard/standard.soa.yaml``; the modules here are generated from it, as for any service
(``make regenerate``). They are loaded by who serves, and by who makes such a call.
"""

from __future__ import annotations

from soagen_runtime.standard.service import INTROSPECT, SERVICE, STATUS
from soagen_runtime.standard.types import (
    ActionForm,
    ContractPart,
    HealthFinding,
    HealthReport,
    IntrospectRequest,
    IntrospectResponse,
    StatusRequest,
    StatusResponse,
)

__all__ = [
    "INTROSPECT",
    "SERVICE",
    "STATUS",
    "ActionForm",
    "ContractPart",
    "HealthFinding",
    "HealthReport",
    "IntrospectRequest",
    "IntrospectResponse",
    "StatusRequest",
    "StatusResponse",
]
