"""MessagePack extension types: PySOA's, and exact (``docs/wire.md``, section "Values").

Rules:

- A datetime is a whole number of microseconds since 1970, computed in integers. PySOA goes through floats, and comes
  out beside the value for 28 % of the datetimes after 2200.
- Every aware datetime becomes UTC; it arrives with `datetime.timezone.utc`. Its instant counts, so ``fold`` does too.
- What has no form is refused, never cut or changed: a Decimal of more than 65,535 characters, a time with a zone, an
  amount beyond int64, a currency that currint (and so the receiver) does not know.

An encoder takes a value and gives `msgpack.ExtType`, a decoder takes a payload and gives a value; either raises
whatever Exception it meets. The codec makes of that what it has to mean.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation
from struct import Struct
from struct import error as struct_error
from typing import Any, Final

from currint import Amount, Currency, currencies
from msgpack import ExtType

LOCAL_DATETIME: Final = 1
AMOUNT: Final = 2
DATE: Final = 3
TIME: Final = 4
DECIMAL: Final = 5
DATETIME: Final = 10

_LONGEST_DECIMAL = 0xFFFF

_EPOCH = dt.datetime(1970, 1, 1)
_EPOCH_UTC = _EPOCH.replace(tzinfo=dt.UTC)
_MIN_DAYS = (dt.datetime.min - _EPOCH).days
_MAX_DAYS = (dt.datetime.max - _EPOCH).days

# An `ExtType` is a tuple. Its own constructor checks what is known here to be right, which takes longer than the rest
# of an encoder: 0.26 us against 0.09.
_extension = tuple.__new__

_int64 = Struct("!q")
_amount = Struct("!3sq")
_date = Struct("!HBB")
_time = Struct("!3BL")
_length = Struct("!H")

# Parses as `Decimal` does, whatever the running thread's context says about traps: garbage raises.
_PARSING = Context(traps=[InvalidOperation])


def _encode_datetime(value: dt.datetime) -> ExtType:
    if value.tzinfo is None:
        code, since = LOCAL_DATETIME, value - _EPOCH
    else:
        code, since = DATETIME, value - _EPOCH_UTC
        if not _MIN_DAYS <= since.days <= _MAX_DAYS:
            raise ValueError(f"{value} is not within the years 1 to 9999 of UTC")
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return _extension(ExtType, (code, _int64.pack(microseconds)))


def _decode_local_datetime(payload: bytes) -> dt.datetime:
    return _EPOCH + dt.timedelta(0, 0, _int64.unpack(payload)[0])


def _decode_datetime(payload: bytes) -> dt.datetime:
    return _EPOCH_UTC + dt.timedelta(0, 0, _int64.unpack(payload)[0])


def _encode_date(value: dt.date) -> ExtType:
    return _extension(ExtType, (DATE, _date.pack(value.year, value.month, value.day)))


def _decode_date(payload: bytes) -> dt.date:
    return dt.date(*_date.unpack(payload))


def _encode_time(value: dt.time) -> ExtType:
    if value.tzinfo is not None:
        raise ValueError(f"the time {value} has a zone, which cannot be sent")
    return _extension(ExtType, (TIME, _time.pack(value.hour, value.minute, value.second, value.microsecond)))


def _decode_time(payload: bytes) -> dt.time:
    return dt.time(*_time.unpack(payload))


def _encode_decimal(value: Decimal) -> ExtType:
    text = str(value).encode("ascii")
    if len(text) > _LONGEST_DECIMAL:
        raise ValueError(f"a Decimal of {len(text)} characters; {_LONGEST_DECIMAL} can be sent")
    return _extension(ExtType, (DECIMAL, _length.pack(len(text)) + text))


def _decode_decimal(payload: bytes) -> Decimal:
    (length,) = _length.unpack(payload[:2])
    if length != len(payload) - 2:
        raise ValueError(f"a Decimal of {len(payload) - 2} characters that claims to have {length}")
    text = payload[2:].decode("ascii")
    try:
        return Decimal(text, _PARSING)
    except InvalidOperation:
        raise ValueError(f"{text[:40]!r} is no decimal") from None


def _encode_amount(value: Amount) -> ExtType:
    currency: Currency | None = value.currency
    if currency is None:
        raise ValueError("an amount without a currency (`Amount.ZERO`)")
    try:
        return _extension(ExtType, (AMOUNT, _amount.pack(_CODES.get(currency.code) or _code(currency), value.value)))
    except struct_error:
        raise ValueError(f"the amount {value.value} {currency.code} is beyond int64") from None


def _decode_amount(payload: bytes) -> Amount:
    code, minor = _amount.unpack(payload)
    return Amount(_CURRENCIES.get(code) or _currency(code), minor)


# Currencies as they are known when this is imported; those that an application adds later are looked up.
_CODES = {code: code.encode("ascii") for code in currencies}
_CURRENCIES = {code.encode("ascii"): currency for code, currency in currencies.items()}


def _code(currency: Currency) -> bytes:
    code = currency.code.upper()
    if code not in currencies or not (len(code) == 3 and code.isascii()):
        raise ValueError(f"currint knows no currency {currency.code!r} of three letters")
    return code.encode("ascii")


def _currency(code: bytes) -> Currency:
    try:
        return currencies[code.decode("ascii").upper()]
    except KeyError:
        raise ValueError(f"currint knows no currency {code.decode('ascii')!r}") from None


_ENCODERS: dict[type, Callable[[Any], ExtType]] = {
    dt.datetime: _encode_datetime,
    dt.date: _encode_date,
    dt.time: _encode_time,
    Decimal: _encode_decimal,
    Amount: _encode_amount,
}

_DECODERS: dict[int, Callable[[bytes], Any]] = {
    LOCAL_DATETIME: _decode_local_datetime,
    AMOUNT: _decode_amount,
    DATE: _decode_date,
    TIME: _decode_time,
    DECIMAL: _decode_decimal,
    DATETIME: _decode_datetime,
}


def encode_extension(value: Any) -> ExtType:
    """The extension that carries ``value``. Raises an Exception if there is none, or not for this value."""
    encoder = _ENCODERS.get(type(value))
    if encoder is None:  # a subclass of a known type is sent as that; the nearest base wins
        encoder = next((_ENCODERS[base] for base in type(value).__mro__ if base in _ENCODERS), _refuse)
    return encoder(value)


def _refuse(value: Any) -> ExtType:
    if isinstance(value, int):
        raise ValueError("Not within -2^63 and 2^64-1")
    raise TypeError(f"a {type(value).__name__} cannot be sent")


def decode_extension(code: int, payload: bytes) -> Any:
    """The value that an extension carries. Raises an Exception if it carries none."""
    decoder = _DECODERS.get(code)
    if decoder is None:
        raise ValueError(f"unknown extension type {code}")
    return decoder(payload)
