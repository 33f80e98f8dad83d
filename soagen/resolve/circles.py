"""Circles in a graph, found without recursion: chains in a contract may be longer than Python's stack."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
E = TypeVar("E")


def circles(nodes: Iterable[N], edges: Callable[[N], Iterable[tuple[N, E]]]) -> Iterator[tuple[list[N], E]]:
    """Each edge that closes a circle, with the nodes of the circle (the first again at the end), depth first."""
    done: set[N] = set()
    for start in nodes:
        if start in done:
            continue
        path: dict[N, Iterator[tuple[N, E]]] = {start: iter(edges(start))}
        while path:
            node = next(reversed(path))
            for target, edge in path[node]:
                if target in path:
                    names = list(path)
                    yield [*names[names.index(target) :], target], edge
                elif target not in done:
                    path[target] = iter(edges(target))
                    break
            else:
                done.add(node)
                del path[node]
