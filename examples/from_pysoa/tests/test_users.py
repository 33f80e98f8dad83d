"""`before/test_users.py`, the documented example of PySOA's `stub_action`."""

from __future__ import annotations

import pytest
from soagen_runtime import PermissionDenied
from soagen_runtime.testing import Stubbing

from after.api.payroll.testing import stub_payroll
from after.api.settings import GetUserSettingRequest, GetUserSettingResponse, NoSuchSetting
from after.api.settings.testing import stub_settings
from after.api.user import User
from after.api.user.testing import UserStub, stub_user
from after.users import NotAuthorizedToDoThatError, UserHelper

JOHN = User(id_="1234", username="John", email="john@example.org")


@pytest.fixture
def users(stubbing: Stubbing) -> UserStub:
    stub = stubbing(stub_user())
    stub.get_user.returns(user=JOHN)
    return stub


@pytest.fixture
def helper() -> UserHelper:
    return UserHelper("redis://nowhere:6379/0")


def test_simple_user_helper(helper: UserHelper, users: UserStub) -> None:
    assert helper.get_user_from_service(user_id="5678") == JOHN
    users.get_user.assert_called_once_with(id_="5678")


def test_complex_user_helper(helper: UserHelper, users: UserStub) -> None:
    with stub_settings() as settings:
        settings.get_user_setting.answers(
            GetUserSettingResponse(value="This is the first setting value response"),
            GetUserSettingResponse(value="This is the second setting value response"),
            NoSuchSetting(),
        )
        found = helper.get_user_settings(user_id="1234")

    assert found == {
        "setting1": "This is the first setting value response",
        "setting2": "This is the second setting value response",
    }
    assert settings.get_user_setting.requests == [
        GetUserSettingRequest(user_id="1234", setting_id=name) for name in ("setting1", "setting2", "setting3")
    ]
    users.get_user.assert_called_once_with(id_="1234")


def test_another_user_helper_with_context_manager(helper: UserHelper, users: UserStub) -> None:
    with stub_payroll().get_salary.returns(salary=75950) as payroll:
        assert helper.get_user_salary(user_id="1234") == 75950
    payroll.assert_called_once_with(user_id="1234")
    users.get_user.assert_called_once_with(id_="1234")


@stub_payroll().set_salary.raises(PermissionDenied.lacking(message="You are not authorized to update this user"))
def test_that_an_action_fails_with_inline_errors(helper: UserHelper, users: UserStub) -> None:
    with pytest.raises(NotAuthorizedToDoThatError):
        helper.set_user_salary(user_id="1234", salary=88400)
    users.get_user.assert_called_once_with(id_="1234")
