"""PySOA takes these settings: ``python -m unittest before.test_settings``."""

from __future__ import annotations

import unittest

from pysoa.client.settings import ClientSettings
from pysoa.server.settings import ServerSettings

from before.settings import SOA_CLIENT_SETTINGS, SOA_SERVER_SETTINGS


class TestSettings(unittest.TestCase):
    def test_they_are_valid(self):
        self.assertEqual(10, ServerSettings(SOA_SERVER_SETTINGS)["harakiri"]["timeout"])
        self.assertIn("transport", ClientSettings(SOA_CLIENT_SETTINGS["example"]))
