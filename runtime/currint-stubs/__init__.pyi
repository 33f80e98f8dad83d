"""Types for currint 2.0, which ships none; only what soagen and its users touch."""

from currint.amount import Amount as Amount
from currint.currency import Currency as Currency
from currint.currency import currencies as currencies
