"""`before.users`, with generated clients."""

from __future__ import annotations

from soagen_runtime import PermissionDenied
from soagen_runtime.core.transport import Transport

from after.api.payroll import PayrollClient
from after.api.settings import NoSuchSetting, SettingsClient
from after.api.user import User, UserClient


class NotAuthorizedToDoThatError(Exception):
    pass


class UserHelper:
    def __init__(self, transport: str | Transport) -> None:
        self.users = UserClient(transport)
        self.settings = SettingsClient(transport)
        self.payroll = PayrollClient(transport)

    def get_user_from_service(self, user_id: str) -> User:
        return self.users.get_user(id_=user_id).user

    def get_user_settings(self, user_id: str) -> dict[str, str]:
        self.get_user_from_service(user_id)
        settings = {}
        for setting_id in ("setting1", "setting2", "setting3"):
            try:
                response = self.settings.get_user_setting(user_id=user_id, setting_id=setting_id)
            except NoSuchSetting:
                continue
            settings[setting_id] = response.value
        return settings

    def get_user_salary(self, user_id: str) -> int:
        self.get_user_from_service(user_id)
        return self.payroll.get_salary(user_id=user_id).salary

    def set_user_salary(self, user_id: str, salary: int) -> None:
        self.get_user_from_service(user_id)
        try:
            self.payroll.set_salary(user_id=user_id, salary=salary)
        except PermissionDenied as error:
            raise NotAuthorizedToDoThatError from error
