"""A server that writes down which of its hooks ran in which process."""

from __future__ import annotations

import os

from tests.delivery.tally import Tally


def _note(hook: str) -> None:
    with open(os.environ["SOAGEN_TEST_HOOKS"], "a", encoding="ascii") as file:
        file.write(f"{hook} {os.getpid()}\n")


class Hooked(Tally):
    def before_fork(self) -> None:
        _note("before_fork")

    def after_fork(self) -> None:
        _note("after_fork")

    def setup(self) -> None:
        _note("setup")

    def teardown(self) -> None:
        _note("teardown")
