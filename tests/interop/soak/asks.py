"""What is asked in the soak, and what must come of it, whoever asks and whoever serves.

An `Ask` holds its request and its answer as they are sent, so that every kind of client can be held to the same. Values
are compared in the notation of `tests.notation`, to the last digit and type.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from currint import Amount

from tests.notation import note_of

CHUNK = 102_400
IN_ONE_PIECE = 90_000
"""Characters of a reply that is surely in one piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One action. ``name`` is that of its table in generated code; ``answer`` the body of its response, None where it
    ends in ``errors``, which are those of the job if ``fails_the_job``.
    """

    name: str
    wire: str
    body: dict[str, Any]
    answer: dict[str, Any] | None = None
    errors: tuple[dict[str, Any], ...] = ()
    fails_the_job: bool = False
    switch: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a client saw of an action: the body of its response, or errors as maps."""

    body: Any = None
    errors: Sequence[dict[str, Any]] = ()

    @property
    def served_by(self) -> str | None:
        """Who served, where an exception of a handler tells it: PySOA sends tracebacks, and soagen keeps them."""
        if self.errors and self.errors[0]["code"] == "SERVER_ERROR":
            return "PySOA" if self.errors[0].get("traceback") else "soagen"
        return None


def fault_in(ask: Ask, seen: Seen) -> str | None:
    """What is wrong with what was seen, if anything is."""
    wanted = {"errors": [_comparable(error) for error in ask.errors], "body": note_of(ask.answer)}
    found = {"errors": [_comparable(error) for error in seen.errors], "body": _without_number(note_of(seen.body))}
    return None if found == wanted else f"{ask.wire}: {_difference(found, wanted, 'it')}"


def _difference(found: Any, wanted: Any, path: str) -> str:
    """The first place where two notes differ."""
    if isinstance(found, dict) and isinstance(wanted, dict) and found.keys() == wanted.keys():
        return next(_difference(found[key], wanted[key], f"{path}.{key}") for key in found if found[key] != wanted[key])
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        at = next(index for index, part in enumerate(found) if part != wanted[index])
        return _difference(found[at], wanted[at], f"{path}.{at}")
    return f"{path} is {str(found)[:200]}, and should be {str(wanted)[:200]}"


def _comparable(error: dict[str, Any]) -> Any:
    return note_of({**error, "traceback": None})


def _without_number(body: Any) -> Any:
    """Orders are numbered by each server for itself."""
    if isinstance(body, dict) and isinstance(body.get("order"), dict) and body["order"]["id"].startswith("ord-"):
        return {**body, "order": {**body["order"], "id": "ord-"}}
    return body


def expected(asks: Sequence[Ask], *, continue_on_error: bool) -> tuple[list[Ask], Ask | None]:
    """The actions of a job that have an answer, and the one that fails it as a whole."""
    run: list[Ask] = []
    for ask in asks:
        if ask.fails_the_job:
            return [], ask
        run.append(ask)
        if ask.errors and not continue_on_error:
            break
    return run, None


# --- errors


def error(code: str, message: str, **more: Any) -> dict[str, Any]:
    """An error with all its keys."""
    plain = {"field": None, "traceback": None, "variables": None, "denied_permissions": None, "is_caller_error": True}
    return {"code": code, "message": message, **plain, **more}


# --- values


def value(rng: random.Random, depth: int = 0) -> Any:
    """Any value that can be sent, nested at random."""
    if depth < 4 and rng.random() < 0.3:
        if rng.random() < 0.5:
            return [value(rng, depth + 1) for _ in range(rng.randrange(5))]
        return {text(rng): value(rng, depth + 1) for _ in range(rng.randrange(5))}
    return rng.choice(_SCALARS)(rng)


def text(rng: random.Random) -> str:
    """A text of many scripts."""
    return "".join(rng.choice("aZ 0_-.é߷世界\U0001f30d\x00\n\"'\\") for _ in range(rng.randrange(40)))


def moment(rng: random.Random) -> dt.datetime:
    """A datetime that PySOA's way through floats leaves as it is."""
    return dt.datetime(2020, 1, 1) + dt.timedelta(seconds=rng.randrange(10**8), microseconds=rng.randrange(10**6))


def money(rng: random.Random) -> Amount:
    """An amount of some currency."""
    return Amount.from_code_and_minor(rng.choice(["USD", "EUR", "JPY", "KWD"]), rng.randrange(-(2**63), 2**63))


def number(rng: random.Random) -> Decimal:
    """A decimal with all its digits."""
    return Decimal(
        (rng.randrange(2), tuple(rng.randrange(10) for _ in range(rng.randrange(1, 30))), rng.randrange(-9, 9))
    )


_SCALARS: list[Callable[[random.Random], Any]] = [
    lambda rng: None,
    lambda rng: rng.random() < 0.5,
    lambda rng: rng.randrange(-(2**63), 2**64),
    lambda rng: rng.randrange(-200, 70_000),
    lambda rng: rng.choice([rng.gauss(0, 1e9), 0.0, -0.0, float("inf"), float("-inf"), float("nan"), 5e-324]),
    text,
    lambda rng: rng.randbytes(rng.randrange(300)),
    number,
    money,
    lambda rng: moment(rng).date(),
    lambda rng: moment(rng).time(),
    moment,
    lambda rng: moment(rng).replace(tzinfo=dt.UTC),
]


# --- actions


def echo(rng: random.Random) -> Ask:
    body = {text(rng): value(rng) for _ in range(rng.randrange(6))}
    return Ask(name="ECHO", wire="echo", body=body, answer=body)


def an_order(rng: random.Random) -> Ask:
    quantities = [rng.randint(1, 1000) for _ in range(rng.randint(1, 5))]
    cents = rng.randrange(9999)
    price, minor = Amount.from_code_and_minor("USD", cents), cents * sum(quantities)
    items = [{"sku": "S", "quantity": quantity, "unit_price": price} for quantity in quantities]
    at = moment(rng)
    body: dict[str, Any] = {"customer_id": "c", "items": items, "placed_at": at.replace(tzinfo=dt.UTC)}
    if rng.random() < 0.5:
        body["note"] = text(rng)
    order = {
        "id": "ord-",
        "status": "pending",
        "items": items,
        "total": Amount.from_code_and_minor("USD", minor),
        "created_on": at.date(),
        "tax": (Decimal(minor) * Decimal("0.0825") / 100).quantize(Decimal("0.01")),
    }
    return Ask(name="CREATE_ORDER", wire="create_order", body=body, answer={"order": order})


def a_wrong_order(rng: random.Random) -> Ask:
    ask = an_order(rng)
    faults = []
    if rng.random() < 0.5:
        ask.body["customer_id"] = ""
        faults.append(error("INVALID", "String must have a length of at least 1", field="customer_id"))
    item = rng.randrange(len(ask.body["items"]))
    ask.body["items"][item] = {**ask.body["items"][item], "quantity": 0}
    faults.append(error("INVALID", "Value not >= 1", field=f"items.{item}.quantity"))
    return Ask(name=ask.name, wire=ask.wire, body=ask.body, errors=tuple(faults))


def every_type(rng: random.Random) -> Ask:
    body = {
        "aBool": rng.random() < 0.5,
        "anInt": rng.randrange(-(2**63), 2**64),
        "aFloat": rng.gauss(0, 1e9),
        "aText": text(rng),
        "someBytes": rng.randbytes(rng.randrange(300)),
        "aDecimal": number(rng),
        "anAmount": money(rng),
        "aDate": moment(rng).date(),
        "aTime": moment(rng).time(),
        "inUTC": moment(rng).replace(tzinfo=dt.UTC),
        "naive": moment(rng),
        "duration-us": rng.randrange(-(10**15), 10**15),
        "UUID": "12345678-1234-5678-1234-567812345678",
        "a list": [rng.randrange(-99, 99) for _ in range(rng.randrange(40))],
        "a.map": {text(rng): number(rng) for _ in range(rng.randrange(5))},
        "orNull": rng.choice([None, "x"]),
        "class": rng.choice(["new", "used"]),
        "payment": rng.choice([{"paymentType": "creditCard", "last4": "1"}, {"paymentType": "iban", "iban": "D"}]),
        "open": {text(rng): value(rng) for _ in range(rng.randrange(5))},
    }
    return Ask(name="ROUND_TRIP", wire="roundTrip", body=body, answer=body)


def big(rng: random.Random, most: int = 250_000) -> Ask:
    """A reply of some length, also where its pieces begin and end: the envelope has some 200 bytes beside it."""
    edge = rng.choice([CHUNK, 2 * CHUNK]) - rng.randrange(400)
    size = min(most, rng.choice([rng.randrange(2000), rng.randrange(most), edge]))
    fill = rng.choice("xyz")
    return Ask(name="BIG", wire="big", body={"size": size, "fill": fill}, answer={"data": fill * size})


def rejected(rng: random.Random) -> Ask:
    message, variables = f"The order was rejected: {rng.random()}", {"limit": 5, "skus": ["A-1", "B-2"]}
    fault = error("ORDER_REJECTED", message, field="items.0.sku", variables=variables)
    return Ask(name="FAIL", wire="fail", body={"reason": message.partition(": ")[2]}, errors=(fault,))


def exception(rng: random.Random) -> Ask:
    fault = error("SERVER_ERROR", "Internal server error: boom", is_caller_error=False)
    return Ask(name="BOOM", wire="boom", body={}, errors=(fault,))


def two_errors(rng: random.Random) -> Ask:
    first, second = error("E1", "m1", is_caller_error=False), error("E2", "m2", denied_permissions=["orders.write"])
    return Ask(name="SERVER_ERROR", wire="server_error", body={}, errors=(first, second))


def job_error(rng: random.Random) -> Ask:
    fault = error("JOB_CODE", "job message", field="f", variables={"a": 1}, is_caller_error=False)
    return Ask(name="JOB_ERROR", wire="job_error", body={}, errors=(fault,), fails_the_job=True)


def nothing(rng: random.Random) -> Ask:
    return Ask(name="NONE", wire="none", body={}, answer={})


def price(rng: random.Random) -> Ask:
    """A switched action."""
    taken, switch = rng.choice([("base", None), ("cheap", 7), ("negotiated", 8)])
    more = {"offer": rng.randrange(99)} if taken == "negotiated" else {}
    name = "PRICE" if switch is None else f"PRICE_{taken.upper()}"
    answer = {"taken": taken, "switches": [switch] if switch else []}
    return Ask(name=name, wire="price", body={"sku": "A", **more}, answer=answer, switch=switch)


PLAIN: list[Callable[[random.Random], Ask]] = [
    *[echo, echo, an_order, every_type, a_wrong_order, rejected, exception, two_errors, nothing],
    lambda rng: big(rng, most=2000),
]
"""What may stand in a job: small, and without a switch, which would be on for all of it."""
ANY = [*PLAIN, *PLAIN, job_error, price, price, big]


def some(rng: random.Random, kinds: Sequence[Callable[[random.Random], Ask]]) -> list[Ask]:
    """A few of a kind."""
    return [rng.choice(kinds)(rng) for _ in range(rng.randint(1, 6))]
