"""What runs right now as a baseline: the contracts that the servers at a Redis publish.

Rules:

- Every version that runs is held against: a service of which two versions run gives two contracts. Services are put
  together to one baseline as far as their files agree, so that the edit of a file that they share is one finding; what
  is of another version is a baseline of its own.
- Only today's services are asked for. Of these, one that nobody serves is new, if others do run there. If none does, it
  is the wrong Redis sooner than an empty one, and no baseline.
- What can't be known is no baseline: a worker that does not say what it serves, a service that was there a moment ago,
  a PySOA server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from soagen_runtime.core.published import Publication
from soagen_runtime.errors import (
    ActionError,
    CallTimeout,
    ConfigurationError,
    JobError,
    NoWorkers,
    SoagenError,
    UnknownAction,
)
from soagen_runtime.standard.fetching import fetch_contract
from soagen_runtime.transport.redis.masters import masters_of
from soagen_runtime.transport.redis.publishing import Running, running
from soagen_runtime.transport.urls import SCHEMES

from soagen.baselines import Baseline, Unavailable
from soagen.live.asking import anyone

PATIENCE = 2.0  # seconds that a service of which no worker is registered gets for an answer
MOST = 32  # services that are asked at a time

_NAME = re.compile(r"""^(?:service|package):\s*["']?(\w+)""", re.MULTILINE)


def is_broker(given: str) -> bool:
    """Whether a baseline is given as the URL of a Redis."""
    return given.startswith(tuple(f"{scheme}://" for scheme in SCHEMES))


def baselines(url: str, services: Iterable[str], tell: Callable[[str], None]) -> list[Baseline]:
    """What runs of ``services`` at a Redis; at least one baseline, which together hold all versions that run.

    ``tell`` is told of what is taken as new. Raises `Unavailable` where that can't be known.
    """
    try:
        shown = ",".join(master.shown for master in masters_of(url))
        return _baselines(url, shown, sorted(services), tell)
    except ConfigurationError as error:
        raise Unavailable(f"{str(error).rstrip('.')}.") from error
    except SoagenError as error:
        raise Unavailable(f"what runs can't be asked: {str(error).rstrip('.')}.") from error


def _baselines(url: str, shown: str, services: Sequence[str], tell: Callable[[str], None]) -> list[Baseline]:
    found = running(url, services)
    with ThreadPoolExecutor(MOST) as threads:  # those that nobody may serve are waited for at the same time
        answers = threads.map(lambda service: _published(url, shown, service, found[service]), services)
        known = dict(zip(services, answers, strict=True))
    running_now = [service for service in services if known[service]]
    if not running_now:
        raise Unavailable(
            f"nobody serves {_listed(services)} at {shown}.", "Is it the right Redis, with the right number behind it?"
        )
    new = [service for service in services if not known[service]]
    if new:
        tell(f"nobody serves {_listed(new)} at {shown}: taken as new")
    groups = _grouped([publication for service in running_now for publication in known[service]])
    groups[0].services.update(new)
    return [group.baseline(shown, whole=len(groups) == 1) for group in groups]


def _published(url: str, shown: str, service: str, found: Running) -> list[Publication]:
    """All versions of a service that run; none if nobody serves it."""
    if found.silent:
        every = sum(count for _, count in found.contracts) + found.silent
        who = "the process that serves" if every == 1 else f"{found.silent} of the {every} processes that serve"
        does = "does" if found.silent == 1 else "do"
        raise Unavailable(
            f"{who} {service} at {shown} {does} not say which contract.",
            "Build and release it with this soagen once, or compare with a git ref.",
        )
    if found.contracts:
        return [publication for publication, _ in found.contracts]
    if found.seen is not None:
        raise Unavailable(
            f"no worker of {service} lives at {shown} now, and one did {found.seen:.0f} s ago.",
            "Ask again when it is back.",
        )
    publication = _asked(url, shown, service)
    return [publication] if publication is not None else []


def _asked(url: str, shown: str, service: str) -> Publication | None:
    """What a service answers of which no worker is registered; None if nobody answers."""
    try:
        with anyone(service, url, PATIENCE) as client:
            published = fetch_contract(client)
    except (CallTimeout, NoWorkers):
        return None
    except UnknownAction as error:
        raise Unavailable(f"the server of {service} at {shown} has no `introspect`.", _OTHERWISE) from error
    except (ActionError, JobError) as error:
        raise Unavailable(f"{service} is served by PySOA at {shown}, which has no contract.", _OTHERWISE) from error
    if published is None:
        raise Unavailable(f"the server of {service} at {shown} does not publish its contract.", _OTHERWISE)
    return published


_OTHERWISE = "Compare with a git ref, or with FILES that leave it out."


def _listed(services: Sequence[str]) -> str:
    return ", ".join(services[:5]) + (f" and {len(services) - 5} more" if len(services) > 5 else "")


# --- together


@dataclass(slots=True)
class _Group:
    """Publications whose files agree. ``names`` says which file the contract of a name stands in."""

    publications: list[Publication] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    files: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def takes(self, publication: Publication) -> bool:
        """Adds a publication, if it agrees with what is here."""
        names = {match[1]: path for path, text in publication.files.items() if (match := _NAME.search(text))}
        if (
            publication.service in self.services
            or any(self.files.get(path, text) != text for path, text in publication.files.items())
            or any(self.names.get(name, path) != path for name, path in names.items())
        ):
            return False
        self.publications.append(publication)
        self.services.add(publication.service)
        self.files.update(publication.files)
        self.names.update(names)
        return True

    def baseline(self, shown: str, *, whole: bool) -> Baseline:
        """The group as a baseline; ``whole`` if there is no other."""
        versions = [f"{each.service} {each.contract_hash[:8]}" for each in self.publications]
        name = shown if whole else f"{shown} ({_listed(versions)})"
        files = {path: text.encode() for path, text in self.files.items()}

        def read(path: str) -> bytes:
            try:
                return files[path]
            except KeyError:
                raise FileNotFoundError(path) from None

        paths = sorted(each.path for each in self.publications)
        return Baseline(name, f"{name}: ", paths, read, frozenset(self.services))


def _grouped(publications: Iterable[Publication]) -> list[_Group]:
    groups: list[_Group] = []
    for publication in publications:
        if not any(group.takes(publication) for group in groups):
            group = _Group()
            group.takes(publication)
            groups.append(group)
    return groups
