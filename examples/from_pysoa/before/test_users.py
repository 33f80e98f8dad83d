"""PySOA's documented example of `stub_action`: ``python -m unittest before.test_users``."""

from __future__ import annotations

import unittest
from unittest import mock

from pysoa.client.client import Client
from pysoa.common.errors import Error
from pysoa.server.errors import ActionError
from pysoa.test.stub_service import stub_action

from before.users import NotAuthorizedToDoThatError, UserHelper

NOWHERE = {"transport": {"path": "pysoa.test.stub_service:StubClientTransport", "kwargs": {"action_map": {}}}}


def helper() -> UserHelper:
    return UserHelper(Client(dict.fromkeys(("user", "settings", "payroll"), NOWHERE)))


@stub_action("user", "get_user", body={"user": {"id": "1234", "username": "John", "email": "john@example.org"}})
class TestSomeCode(unittest.TestCase):
    def test_simple_user_helper(self, stub_get_user):
        user = helper().get_user_from_service(user_id="5678")

        self.assertEqual("John", user["username"])
        self.assertTrue(stub_get_user.called)
        self.assertEqual(1, stub_get_user.call_count)
        self.assertEqual({"id": "5678"}, stub_get_user.call_body)
        stub_get_user.assert_called_once_with({"id": "5678"})
        stub_get_user.assert_has_calls([mock.call({"id": "5678"})])

    @stub_action("settings", "get_user_setting")
    def test_complex_user_helper(self, stub_get_user_setting, stub_get_user):
        stub_get_user_setting.side_effect = (
            {"value": "This is the first setting value response"},
            {"value": "This is the second setting value response"},
            ActionError(errors=[Error(code="NO_SUCH_SETTING", message="The setting does not exist")]),
        )

        settings = helper().get_user_settings(user_id="1234")

        self.assertEqual(
            {
                "setting1": "This is the first setting value response",
                "setting2": "This is the second setting value response",
            },
            settings,
        )
        self.assertEqual(3, stub_get_user_setting.call_count)
        self.assertEqual(
            (
                {"user_id": "1234", "setting_id": "setting1"},
                {"user_id": "1234", "setting_id": "setting2"},
                {"user_id": "1234", "setting_id": "setting3"},
            ),
            stub_get_user_setting.call_bodies,
        )
        stub_get_user.assert_called_once_with({"id": "1234"})

    def test_another_user_helper_with_context_manager(self, stub_get_user):
        with stub_action("payroll", "get_salary") as stub_get_salary:
            stub_get_salary.return_value = {"salary": 75950}

            salary = helper().get_user_salary(user_id="1234")

        self.assertEqual(75950, salary)
        self.assertEqual(1, stub_get_salary.call_count)
        self.assertEqual({"user_id": "1234"}, stub_get_salary.call_body)
        stub_get_user.assert_called_once_with({"id": "1234"})

    def test_that_an_action_fails_with_inline_errors(self, stub_get_user):
        with (
            stub_action(
                "payroll",
                "set_salary",
                errors=[
                    {
                        "code": "NOT_AUTHORIZED",
                        "field": "user_id",
                        "message": "You are not authorized to update this user",
                    },
                ],
            ) as stub_set_salary,
            self.assertRaises(NotAuthorizedToDoThatError),
        ):
            helper().set_user_salary(user_id="1234", salary=88400)

        self.assertEqual(1, stub_set_salary.call_count)
        self.assertEqual({"user_id": "1234", "salary": 88400}, stub_set_salary.call_body)
        stub_get_user.assert_called_once_with({"id": "1234"})
