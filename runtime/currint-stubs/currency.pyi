from decimal import Decimal

class Currency:
    code: str
    numeric_code: str
    exponent: int | None
    divisor: int
    name: str | None
    prefix: str
    suffix: str
    def __init__(
        self,
        code: str,
        numeric_code: str,
        exponent: int | None = 2,
        name: str | None = None,
        divisor: int | None = None,
        prefix: str | None = None,
        suffix: str | None = None,
    ) -> None: ...
    def major_to_minor(self, value: int | Decimal, force_round: bool = False) -> int: ...
    def minor_to_major(self, value: int) -> Decimal: ...
    def format(self, value: int) -> str: ...

currencies: dict[str, Currency]
