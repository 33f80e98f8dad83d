"""How a server comes into its Django project, and what is said where it does not."""

from __future__ import annotations

import pytest

from tests.django.conftest import Django, Site

NOWHERE = {"DJANGO_SETTINGS_MODULE": ""}


@pytest.mark.parametrize(
    ("target", "words", "environment"),
    [
        ("library.service:Library", (), {}),
        ("library.service:Library", ("--django", "acme.settings"), NOWHERE),
        ("library.service:Library", ("--django", "acme.settings"), {"DJANGO_SETTINGS_MODULE": "acme.nowhere"}),
        ("library.standalone:Library", (), NOWHERE),
        ("library.standalone:AsyncLibrary", (), NOWHERE),
    ],
    ids=["by the environment", "by an option", "the option first", "by its module", "by its module, with asyncio"],
)
def test_a_server_is_in_its_project(
    site: Site, target: str, words: tuple[str, ...], environment: dict[str, str]
) -> None:
    server = site.serve(target, *words, **environment)
    assert site.client.see().seen.signals == ["started library.see"]
    assert "library: serving with 1 x" in server.written()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("acme.nowhere", "there are no settings of Django at acme.nowhere: there is no module acme.nowhere"),
        ("nowhere.settings", "there are no settings of Django at nowhere.settings: there is no module nowhere"),
        ("acme.misspelt", "SOAGEN: server.workrs: there is no such setting; did you mean workers?"),
        ("acme.no_table", "SOAGEN in the settings of Django is a dict, and not 'workers'"),
        ("acme.broken", "the settings of Django at acme.broken will not do: The INSTALLED_APPS setting must be"),
    ],
)
def test_settings_that_will_not_do(django: Django, settings: str, says: str) -> None:
    ended = django.server("library.service:Library", "--django", settings, "--redis", "redis://127.0.0.1:1/0")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"soagen-server: {says}")


def test_servers_are_set_up_in_the_settings_of_the_project(django: Django) -> None:
    ended = django.server("library.service:Library", "--workers", "3", "--print-config")
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert "max_requests = 5000 # SOAGEN: server.max_requests" in lines
    assert "workers = 3 # --workers" in lines


def test_a_project_tests_its_servers_with_djangos_own_tests(django: Django) -> None:
    ended = django.run("test", "--verbosity", "2")
    assert ended.returncode == 0, ended.stderr
    assert "Ran 7 tests" in ended.stderr
