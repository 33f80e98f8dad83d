"""Calls, stubs and errors in a scenario: read against the contract of the service that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Protocol

from soagen.checks.actions import Known
from soagen.checks.protocol import ERROR_CODES
from soagen.diagnostics import Span
from soagen.model import OBJECT, Ref
from soagen.parse.shapes import Parsing, Reader, as_list, as_word, did_you_mean, node, read_map, text
from soagen.parse.types import qualified_name
from soagen.scenarios.references import Source
from soagen.scenarios.tree import Answer, Asked, Call, Error, Stub
from soagen.scenarios.values import Body, Record, Values, problem
from soagen.scenarios.view import Operation, View
from soagen.source import Bad, Map, Node, Scalar, Seq

_PROTOCOL = ERROR_CODES | {"NOT_AUTHORIZED", "ACCESS_DENIED"}
_FAILS = ("timeout", "connection")


class Views(Protocol):
    """The contracts that a scenario may speak of."""

    @property
    def main(self) -> View:
        """That of the server which is tested."""
        ...

    @property
    def served(self) -> Iterable[str]:
        """The services that there are servers of."""
        ...

    def find(self, service: str) -> View | None:
        """That of any service, if there is generated code of it."""
        ...


class Calls:
    """Reads what is said of calls. ``saved`` are the responses that may be referred to; those that are saved go into
    ``into``, or there as well.
    """

    KEYS: ClassVar[Mapping[str, Reader]] = {
        "call": lambda p, entry: as_word(p, entry, "the name of an action"),
        "request": node,
        "raw": node,
        "response": node,
        "error": node,
        "errors": as_list,
        "save": text,
    }
    CALLED: ClassVar[Mapping[str, Reader]] = {
        "called": lambda p, entry: as_word(p, entry, "the name of an action"),
        "requests": as_list,
    }
    _ANSWER: ClassVar[Mapping[str, Reader]] = {
        "request": node,
        "response": node,
        "error": node,
        "fails": lambda p, entry: as_word(p, entry, " or ".join(_FAILS)),
    }
    _ERROR: ClassVar[Mapping[str, Reader]] = {
        "code": lambda p, entry: as_word(p, entry, "the name of an error"),
        "sent_code": text,
        "field": text,
        "message": text,
        "fields": node,
    }

    def __init__(
        self,
        p: Parsing,
        views: Views,
        saved: Mapping[str, Source],
        switches: frozenset[int],
        into: dict[str, Source] | None = None,
    ) -> None:
        self._p = p
        self._report = p.report
        self._views = views
        self._saved = saved
        self._switches = switches
        self._into = into if into is not None else saved

    # --- calls

    def of_job(self, item: Node) -> Call | None:
        """A call in a job."""
        if not isinstance(item, Map):
            if not isinstance(item, Bad):
                self._report.add("WRONG_SHAPE", item.at, "a job has calls, which are maps with `call` and `request`")
            return None
        return self.call(item, read_map(self._p, item, "a call", self.KEYS, required=["call"]))

    def call(self, item: Map, values: Mapping[str, Any]) -> Call | None:
        """A call, of the keys of `KEYS` that are given."""
        named: Scalar | None = values.get("call")
        if named is None:
            return None
        found = self._operation(named, served=True)
        if found is None:
            return None
        view, operation = found
        at = {entry.key.text: entry.key.at for entry in item.entries}
        self._exclusive(at, ("request", "raw"))
        self._exclusive(at, ("response", "error", "errors"))
        save: str | None = values.get("save")
        if save is not None:
            self._save(save, at, Source(view, operation.response))
        errors = self._errors(values, view, operation)
        return Call(
            service=view.service,
            action=operation.action.name.text,
            wire=operation.wire,
            at=named.at,
            request=self._request(item, values, view, operation),
            response=self._body(values.get("response"), view, operation.response, "the response", expected=True),
            errors=errors,
            whole="errors" in at,
            save=save,
        )

    def _request(self, item: Map, values: Mapping[str, Any], view: View, operation: Operation) -> Body:
        known: Known = OBJECT if "raw" in values else operation.request
        given = values.get("raw") or values.get("request") or Map((), item.at)
        return self._body(given, view, known, "the request", expected=False) or Record({}, item.at)

    def _save(self, name: str, at: Mapping[str, Span], source: Source) -> None:
        if "error" in at or "errors" in at:
            problem(self._report, at["save"], "a call that ends in an error has no response to save")
        assert isinstance(self._into, dict)
        self._into[name] = source

    def asked(self, item: Map, values: Mapping[str, Any]) -> Asked | None:
        """What a stub must have been asked."""
        named: Scalar | None = values.get("called")
        requests: Seq | None = values.get("requests")
        found = self._operation(named, served=False) if named else None
        if found is None or named is None or requests is None:
            return None
        view, operation = found
        bodies = [self._body(each, view, operation.request, "a request", expected=True) for each in requests.items]
        return Asked(view.service, operation.wire, tuple(body for body in bodies if body is not None), named.at)

    # --- stubs

    def stubs(self, given: Map | None) -> Iterable[Stub]:
        """What a map of actions says that they answer."""
        for entry in given.entries if given else ():
            found = self._operation(entry.key, served=False)
            if found is None:
                continue
            view, operation = found
            items = entry.value.items if isinstance(entry.value, Seq) else (entry.value,)
            answers = [self._answer(each, view, operation) for each in items]
            told = tuple(answer for answer in answers if answer is not None)
            yield Stub(view.service, operation.wire, self._switches, told, entry.key.at)

    def _answer(self, item: Node, view: View, operation: Operation) -> Answer | None:
        if not isinstance(item, Map):
            if not isinstance(item, Bad):
                self._report.add("WRONG_SHAPE", item.at, "an answer is a map with `response`, `error` or `fails`")
            return None
        values = read_map(self._p, item, "an answer", self._ANSWER)
        at = {entry.key.text: entry.key.at for entry in item.entries}
        self._exclusive(at, ("response", "error", "fails"))
        if not values.keys() & {"response", "error", "fails"}:
            self._report.add("MISSING_KEY", item.at, "an answer needs `response`, `error` or `fails`")
        error = self._error(values["error"], view, operation.codes) if values.get("error") is not None else None
        fails: Scalar | None = values.get("fails")
        if fails is not None and fails.text not in _FAILS:
            self._report.add(
                "BAD_SETTING", fails.at, f"`fails` is {' or '.join(_FAILS)}", hint=did_you_mean(fails.text, _FAILS)
            )
        return Answer(
            at=item.at,
            request=self._body(values.get("request"), view, operation.request, "the request", expected=True),
            response=self._body(values.get("response"), view, operation.response, "the response", expected=False),
            error=error,
            fails=fails.text if fails is not None else None,  # type: ignore[arg-type]  # it was looked up
        )

    # --- errors

    def _errors(self, values: Mapping[str, Any], view: View, operation: Operation) -> tuple[Error, ...]:
        if values.get("errors") is not None:
            items = values["errors"].items
        else:
            items = () if values.get("error") is None else (values["error"],)
        found = [self._error(each, view, operation.codes, expected=True) for each in items]
        return tuple(error for error in found if error is not None)

    def job_error(self, given: Node | None) -> Error | None:
        """The error that a job as a whole ends in."""
        return None if given is None else self._error(given, self._views.main, frozenset(), expected=True)

    def _error(self, given: Node, view: View, codes: frozenset[str], *, expected: bool = False) -> Error | None:
        if isinstance(given, Scalar):
            return self._coded(given, view, codes, {}, expected)
        if not isinstance(given, Map):
            if not isinstance(given, Bad):
                self._report.add("WRONG_SHAPE", given.at, "an error is its name, or a map with `code`")
            return None
        values = read_map(self._p, given, "an error", self._ERROR)
        code: Scalar | None = values.get("code")
        if code is not None:
            return self._coded(code, view, codes, values, expected)
        if values.get("sent_code") is None:
            self._report.add("MISSING_KEY", given.at, "an error needs `code`")
            return None
        return Error(code=values["sent_code"], at=given.at, field=values.get("field"), message=values.get("message"))

    def _coded(
        self, code: Scalar, view: View, codes: frozenset[str], values: Mapping[str, Any], expected: bool
    ) -> Error | None:
        name = qualified_name(code)
        ref: Ref | None = view.error(name) if name else None
        given: Node | None = values.get("fields")
        if ref is None and code.text not in _PROTOCOL:
            hint = did_you_mean(code.text, sorted(view.unit.errors)) or "one that no contract has is a `sent_code`"
            self._report.add("UNKNOWN_ERROR", code.at, f"there is no error `{code.text}`", hint=hint)
            return None
        sent = code.text if ref is None else view.code(ref)
        if ref is not None and sent not in codes:
            self._report.add("UNDECLARED_ERROR", code.at, f"the action does not answer with `{code.text}`")
        fields: Body | None = None
        if ref is not None and (given is not None or not expected):
            empty = Map((), code.at)
            fields = self._body(given or empty, view, view.error_fields(ref), f"`{code.text}`", expected=expected)
        elif given is not None:
            problem(self._report, given.at, f"`{code.text}` has no fields")
        return Error(
            code=sent,
            at=code.at,
            field=values.get("field"),
            message=values.get("message"),
            fields=fields if isinstance(fields, Record) else None,
        )

    # --- what they have in common

    def _operation(self, named: Scalar, *, served: bool) -> tuple[View, Operation] | None:
        """The service and the action that ``action`` or ``service.action`` names; None after a finding."""
        service, dot, action = named.text.rpartition(".")
        view = self._views.find(service) if dot else self._views.main
        known = sorted(self._views.served)
        if view is None or (served and view.service not in known):
            where = f"there are servers of {', '.join(known)}" if served else "`packages` says where its code is"
            message = f"nothing serves `{service}` here" if served else f"there is no generated code of `{service}`"
            problem(self._report, named.at, message, where)
            return None
        if action not in view.actions:
            hint = did_you_mean(action, list(view.actions))
            self._report.add("UNKNOWN_ACTION", named.at, f"`{view.service}` has no action `{action}`", hint=hint)
            return None
        return view, view.operation(action, self._switches)

    def _body(self, given: Node | None, view: View, known: Known, what: str, *, expected: bool) -> Body | None:
        if given is None:
            return None
        return Values(view, self._report, self._saved, expected=expected).record(given, known, what)

    def _exclusive(self, at: Mapping[str, Span], keys: tuple[str, ...]) -> None:
        """Reports all but the first of keys that exclude each other."""
        given = sorted((at[key], key) for key in keys if key in at)
        for place, key in given[1:]:
            self._report.add("CONFLICTING_KEYS", place, f"`{key}` and `{given[0][1]}` exclude each other")
