"""A PySOA service's introspection -> a contract of the language.

    answer -> fields, choices (over ranges, known) -> draft -> naming -> writing (over yaml)

`probe` gets the answer out of a server class; it is a program for PySOA's own Python, and no part of the compiler.
"""

from soagen.pysoa.answer import NoAnswer, read
from soagen.pysoa.writing import Loss, write

__all__ = ["Loss", "NoAnswer", "read", "write"]
