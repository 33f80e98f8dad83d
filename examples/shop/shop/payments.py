"""The payments service: blocking, with a bank that is made up."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from currint import Amount

from shop.api.payments import (
    BankAccount,
    Card,
    ChargeRequest,
    ChargeResponse,
    DeclineReason,
    PaymentDeclined,
    PaymentMethod,
    PaymentsContext,
    PaymentsServer,
    Receipt,
    RefundRequest,
    RefundResponse,
    Voucher,
)
from shop.journal import arrived

STOLEN_CARD = "4000000000000002"


class Payments(PaymentsServer):
    """Takes the money, and gives it back."""

    def __init__(self) -> None:
        self._charged: set[uuid.UUID] = set()

    def charge(self, request: ChargeRequest, ctx: PaymentsContext) -> ChargeResponse:
        """Collects an amount."""
        arrived(ctx)
        reason = _objection(request.method, request.amount)
        if reason is not None:
            raise PaymentDeclined(reason=reason)
        receipt = Receipt(
            id_=uuid.uuid4(),
            amount=request.amount,
            fee_rate=Decimal("0.014") if isinstance(request.method, Card) else Decimal(0),
            charged_at=dt.datetime.now(dt.UTC),
        )
        self._charged.add(receipt.id_)
        return ChargeResponse(receipt=receipt)

    def refund(self, request: RefundRequest, ctx: PaymentsContext) -> RefundResponse:
        """Gives a charge back, once."""
        arrived(ctx)
        refunded = request.receipt_id in self._charged
        self._charged.discard(request.receipt_id)
        return RefundResponse(refunded=refunded)


def _objection(method: PaymentMethod, amount: Amount) -> DeclineReason | None:
    """Why the bank would not pay."""
    match method:
        case Card(number=number) if number == STOLEN_CARD:
            return DeclineReason.STOLEN
        case Card(expires=expires):
            month, year = map(int, expires.split("/"))
            today = dt.datetime.now(dt.UTC).date()
            return DeclineReason.EXPIRED if (2000 + year, month) < (today.year, today.month) else None
        case Voucher(worth=worth):
            return DeclineReason.INSUFFICIENT_FUNDS if worth < amount else None
        case BankAccount():
            return None
        case _:  # a way to pay that this code does not know yet; a server is never sent one
            raise ValueError(f"no way to pay: {method}")
