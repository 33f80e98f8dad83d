"""YAML text -> nodes that know their position; the one importer of yaml.

Any bytes may come in: what can't be read is a finding, never an exception. Nothing here knows the language.
"""

from soagen.source.nodes import Bad, Entry, Map, Node, Scalar, Seq
from soagen.source.reader import HAS_LIBYAML, MAX_DEPTH, read
from soagen.source.text import legible

__all__ = ["HAS_LIBYAML", "MAX_DEPTH", "Bad", "Entry", "Map", "Node", "Scalar", "Seq", "legible", "read"]
