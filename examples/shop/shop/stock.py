"""The stock service: blocking, with the shelves in memory."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Iterable

from currint import Amount

from shop.api.common import Line
from shop.api.stock import (
    Level,
    LevelsRequest,
    LevelsResponse,
    NoSuchArticle,
    OutOfStock,
    ReleaseRequest,
    Reservation,
    ReserveRequest,
    ReserveResponse,
    StockContext,
    StockServer,
)
from shop.journal import arrived


def _euros(cents: int) -> Amount:
    return Amount.from_code_and_minor("EUR", cents)


def filled_shelves() -> dict[str, Level]:
    """What the shop opens with."""
    return {
        "TEA-1": Level(on_shelf=40, price=_euros(890)),
        "CUP-7": Level(on_shelf=6, price=_euros(1450)),
        "POT-3": Level(on_shelf=1, price=_euros(6900), restocked_on=dt.date(2027, 3, 1)),
    }


class Stock(StockServer):
    """Knows what lies on the shelves, and for whom."""

    def __init__(self, shelves: dict[str, Level] | None = None) -> None:
        self._shelves = filled_shelves() if shelves is None else shelves
        self._reservations: dict[uuid.UUID, Reservation] = {}
        self._lock = threading.Lock()  # a worker with several threads calls one server object

    def levels(self, request: LevelsRequest, ctx: StockContext) -> LevelsResponse:
        """Tells how much there is."""
        arrived(ctx)
        return LevelsResponse(levels={sku: self._level(sku) for sku in request.skus or self._shelves})

    def reserve(self, request: ReserveRequest, ctx: StockContext) -> ReserveResponse:
        """Puts articles aside; all of them, or none."""
        arrived(ctx)
        with self._lock:
            for sku, wanted in _totals(request.lines).items():
                level = self._level(sku)
                if level.on_shelf < wanted:
                    raise OutOfStock(
                        sku=sku,
                        wanted=wanted,
                        available=level.on_shelf,
                        restocked_on=level.restocked_on,
                    )
            self._move(request.lines, 1)
            until = dt.datetime.now(dt.UTC) + request.hold_for
            reservation = Reservation(id_=uuid.uuid4(), lines=request.lines, held_until=until)
            self._reservations[reservation.id_] = reservation
        return ReserveResponse(reservation=reservation)

    def release(self, request: ReleaseRequest, ctx: StockContext) -> None:
        """Puts reserved articles back."""
        arrived(ctx)
        with self._lock:
            reservation = self._reservations.pop(request.reservation_id, None)
            if reservation is not None:
                self._move(reservation.lines, -1)

    def _level(self, sku: str) -> Level:
        if sku not in self._shelves:
            raise NoSuchArticle(sku=sku)
        return self._shelves[sku]

    def _move(self, lines: Iterable[Line], sign: int) -> None:
        """From the shelf to what is reserved; back again with a negative sign."""
        for line in lines:
            level = self._shelves[line.sku]
            level.on_shelf -= sign * line.quantity
            level.reserved += sign * line.quantity


def _totals(lines: Iterable[Line]) -> dict[str, int]:
    """How much of each article is wanted, in one or more lines."""
    totals: dict[str, int] = {}
    for line in lines:
        totals[line.sku] = totals.get(line.sku, 0) + line.quantity
    return totals
