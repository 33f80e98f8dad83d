"""PySOA's documented example of `ServerTestCase`. It wants a pytest of its own time (5.x)."""

from __future__ import annotations

from pysoa.test.server import ServerTestCase

from before.services import ExampleServer


class TestManageObjectActions(ServerTestCase):
    server_class = ExampleServer
    server_settings = {}

    def test_one(self):
        errors = self.assertActionRunsWithAndReturnErrors("get_object", {})

        assert len(errors) == 1
        assert errors[0].code == "MISSING"
        assert errors[0].field == "object_id"

    def test_two(self):
        self.assertActionRunsWithFieldErrors("get_object", {}, {"object_id": "MISSING"})

    def test_three(self):
        self.assertActionRunsWithOnlyFieldErrors(
            "create_object",
            {"name": "a name that is too long", "color": 7},
            {"name": "INVALID", "color": {"INVALID"}},
        )

    def test_four(self):
        self.assertActionRunsWithErrorCodes("get_object", {"object_id": "10"}, "NOT_AUTHORIZED")

    def test_five(self):
        self.assertActionRunsWithOnlyErrorCodes(
            "create_object",
            {"name": "test", "color": "green"},
            {"NOT_AUTHORIZED", "DUPLICATE_OBJECT"},
        )
