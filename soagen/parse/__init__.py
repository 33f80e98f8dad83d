"""Nodes -> the unresolved tree of one file: its structure, and the literals that depend on no names."""

from soagen.parse.file import parse

__all__ = ["parse"]
