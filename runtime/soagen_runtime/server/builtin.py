"""What a server answers to ``status`` and ``introspect``: the same as a PySOA server, and what soagen needs beside.

Rules:

- Nothing here is loaded before a server is made, and nothing of the contract before somebody asks for it. Calls of
  other actions pay nothing: the two are entries of the same table.
- A check that fails in a way of its own is a finding, and never keeps the others from being run.
- The contract is handed out in parts, so that its size is no matter of what a reply may have. A caller who puts parts
  together looks at their ``digest``.
"""

from __future__ import annotations

import inspect
import logging
import platform
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import soagen_runtime
from soagen_runtime import standard
from soagen_runtime.action import Form, Service
from soagen_runtime.core.published import contract_of, publication_of
from soagen_runtime.errors import INVALID, ActionError, ConfigurationError
from soagen_runtime.health import Diagnostic, Found, Health, HealthError, HealthWarning, checks_of
from soagen_runtime.server.base import AsyncServer, Server
from soagen_runtime.standard import (
    ActionForm,
    ContractPart,
    HealthReport,
    IntrospectRequest,
    IntrospectResponse,
    StatusRequest,
    StatusResponse,
)
from soagen_runtime.wire.envelope import CLIENT_VERSION

CONFORMITY: Final = "1.28.2"
"""The version of Conformity whose forms generated contracts have."""

PART: Final = 32_000
"""Characters in a part of the contract: so few that a reply may always have them, however they are written."""

log = logging.getLogger("soagen.server")


def with_built_in(server: Server | AsyncServer) -> Service[Any]:
    """The table of a server's own actions, and of those that every server has. Raises `ConfigurationError` for a
    health check that is not of the server's kind, or takes arguments.
    """
    wanted = isinstance(server, AsyncServer)
    for name, check in checks_of(server).items():
        try:
            inspect.signature(check).bind()
        except TypeError as error:
            text = f"the health check {type(server).__name__}.{name} takes nothing but self ({error})"
            raise ConfigurationError(text) from None
        inner = inspect.unwrap(check)
        if (inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner)) is not wanted:
            kinds = ("an `async def`", "a `def`") if not wanted else ("a `def`", "an `async def`")
            text = f"the health check {type(server).__name__}.{name} is {kinds[0]}: make it {kinds[1]}"
            raise ConfigurationError(text)
    return replace(server.service, actions=(*server.service.actions, *standard.SERVICE.actions))


# --- status


def status(server: Server, request: StatusRequest) -> StatusResponse:
    """What a blocking server answers."""
    report = HealthReport() if request.verbose else None
    if report is not None:
        for name, check in checks_of(server).items():
            try:
                for finding in _several(check()):
                    _note(report, finding)
            except Exception as error:
                _note(report, _failed(name, error))
    return _status(server, report)


async def status_async(server: AsyncServer, request: StatusRequest) -> StatusResponse:
    """What an asyncio server answers."""
    report = HealthReport() if request.verbose else None
    if report is not None:
        for name, check in checks_of(server).items():
            try:
                found = check()
                if hasattr(found, "__aiter__"):
                    async for finding in found:
                        _note(report, finding)
                else:
                    for finding in _several(await found):
                        _note(report, finding)
            except Exception as error:
                _note(report, _failed(name, error))
    return _status(server, report)


def _status(server: Server | AsyncServer, report: HealthReport | None) -> StatusResponse:
    package = sys.modules.get(type(server).__module__.partition(".")[0])
    build = server.build or getattr(package, "__build__", None)
    return StatusResponse(
        version=server.version or str(getattr(package, "__version__", "unknown")),
        build=str(build) if build else None,
        python=platform.python_version(),
        soagen=soagen_runtime.__version__,
        contract=server.service.contract_hash,
        pysoa=".".join(map(str, CLIENT_VERSION)),
        conformity=CONFORMITY,
        healthcheck=report,
    )


def _several(found: Found) -> Iterable[Health]:
    if isinstance(found, (HealthError, HealthWarning, Diagnostic)):
        return (found,)
    return found or ()


def _note(report: HealthReport, finding: Health) -> None:
    note = _NOTED.get(type(finding))
    if note is None:
        raise TypeError(f"a health check finds HealthError, HealthWarning and Diagnostic, and not {finding!r}")
    note(report, finding)


def _note_diagnostic(report: HealthReport, finding: Diagnostic) -> None:
    report.diagnostics[finding.name] = finding.value


_NOTED: Mapping[type, Callable[[HealthReport, Any], None]] = {
    HealthError: lambda report, found: report.errors.append([found.code, found.description]),
    HealthWarning: lambda report, found: report.warnings.append([found.code, found.description]),
    Diagnostic: _note_diagnostic,
}


def _failed(check: str, error: Exception) -> Health:
    """What a check raised, as a finding."""
    if isinstance(error, (HealthError, HealthWarning)):
        return error
    log.error("the health check %s failed", check, exc_info=error)
    return HealthError(f"{check.upper()}_FAILED", f"{type(error).__name__}: {error}")


# --- introspect

# PySOA takes such a name also for an action that has no variants.
_VARIANT: Final = re.compile(r"(?P<action>[a-zA-Z0-9_-]+)\[(?:switch:(?P<switch>[0-9]+)|DEFAULT)\]")


def introspect(server: Server | AsyncServer, request: IntrospectRequest) -> IntrospectResponse:
    """What a server of either kind answers. Raises `ActionError` for an action or a part that there is not."""
    if request.contract_part is not None:
        return IntrospectResponse(action_names=[], actions={}, contract=_part(server, request.contract_part))
    contract = contract_of(server.service)
    builtin = contract_of(standard.SERVICE)
    assert builtin is not None, "it is generated with its contract"
    forms = {**_forms_of(server), **(contract.actions if contract is not None else {}), **builtin.actions}
    if request.action_name is not None:
        return _described(_chosen(forms, request.action_name))
    response = _described(forms)
    response.documentation = contract.documentation if contract is not None else None
    return response


def _forms_of(server: Server | AsyncServer) -> dict[str, Form]:
    """What is known of the actions where the contract is not: their names."""
    unknown: Form = {"documentation": None, "request_schema": None, "response_schema": None}
    if contract_of(server.service) is not None:
        return {}
    return {action.wire: unknown for action in server.service.actions}


def _described(forms: Mapping[str, Form]) -> IntrospectResponse:
    """Names are sorted; forms stand as in the contract, which has variants in the order in which they are tried."""
    actions = {name: ActionForm(**form) for name, form in forms.items()}
    return IntrospectResponse(action_names=sorted(forms), actions=actions)


def _chosen(forms: Mapping[str, Form], asked: str) -> Mapping[str, Form]:
    """What is asked for under a name, as PySOA takes it: of an action with variants all of them, or a single one."""
    if asked in forms:
        return {asked: forms[asked]}
    match = _VARIANT.fullmatch(asked)
    if match is not None:
        # A switch that selects nothing is served by the base contract.
        for name in (f"{match['action']}[DEFAULT]", match["action"]):
            if name in forms:
                return {asked: forms[name]}
    variants = {name: form for name, form in forms.items() if name.startswith(f"{asked}[")}
    if not variants:
        raise ActionError.of(INVALID, "Action not defined in service", field="action_name")
    return variants


def _part(server: Server | AsyncServer, number: int) -> ContractPart | None:
    publication = publication_of(server.service)
    if publication is None:
        return None
    count = max(1, -(-len(publication.text) // PART))
    if number >= count:
        raise ActionError.of(INVALID, f"The contract has {count} parts, the first is 0", field="contract_part")
    text = publication.text[number * PART : (number + 1) * PART]
    return ContractPart(digest=publication.digest, parts=count, text=text)
