"""The middleware at work: ``python -m unittest before.test_middleware``."""

from __future__ import annotations

import unittest

from pysoa.client.client import Client

from before import middleware
from before.services import ExampleServer

SERVER_SETTINGS = {
    "middleware": [
        {"path": "before.middleware:AuthMiddleware"},
        {"path": "before.middleware:TimingMiddleware"},
        {"path": "before.middleware:ReportingMiddleware"},
    ],
}


def client(token):
    local = {
        "path": "pysoa.common.transport.local:LocalClientTransport",
        "kwargs": {"server_class": ExampleServer, "server_settings": SERVER_SETTINGS},
    }
    layer = {"path": "before.middleware:TokenMiddleware", "kwargs": {"auth_token": token}}
    return Client({"example": {"transport": local, "middleware": [layer]}})


class TestMiddleware(unittest.TestCase):
    def setUp(self):
        middleware.times.clear()
        middleware.reported.clear()

    def test_who_has_a_token_gets_in(self):
        self.assertEqual(16, client("let me in").call_action("example", "square", {"number": 4}).body["square"])
        self.assertEqual(["square"], [action for action, _ in middleware.times])

    def test_who_has_none_does_not(self):
        with self.assertRaises(Client.JobError) as caught:
            client("?").call_action("example", "square", {"number": 4})
        self.assertEqual(["NOT_AUTHORIZED"], [error.code for error in caught.exception.errors])

    def test_errors_of_the_service_are_reported(self):
        with self.assertRaises(Client.CallActionError):
            client("let me in").call_action("example", "call_service", {"user_id": "1"})  # it has no client
        self.assertEqual(1, len(middleware.reported))
