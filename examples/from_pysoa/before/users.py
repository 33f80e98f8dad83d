"""The code that PySOA's documentation tests with stubs: it calls the services user, settings and payroll."""

from __future__ import annotations

from pysoa.client.client import Client


class NotAuthorizedToDoThatError(Exception):
    pass


class UserHelper:
    def __init__(self, client: Client) -> None:
        self.client = client

    def get_user_from_service(self, user_id):
        return self.client.call_action("user", "get_user", {"id": user_id}).body["user"]

    def get_user_settings(self, user_id):
        self.get_user_from_service(user_id)
        settings = {}
        for setting_id in ("setting1", "setting2", "setting3"):
            try:
                response = self.client.call_action(
                    "settings", "get_user_setting", {"user_id": user_id, "setting_id": setting_id}
                )
            except self.client.CallActionError as error:
                if error.actions[0].errors[0].code != "NO_SUCH_SETTING":
                    raise
            else:
                settings[setting_id] = response.body["value"]
        return settings

    def get_user_salary(self, user_id):
        self.get_user_from_service(user_id)
        return self.client.call_action("payroll", "get_salary", {"user_id": user_id}).body["salary"]

    def set_user_salary(self, user_id, salary):
        self.get_user_from_service(user_id)
        try:
            self.client.call_action("payroll", "set_salary", {"user_id": user_id, "salary": salary})
        except self.client.CallActionError as error:
            if any(each.code == "NOT_AUTHORIZED" for each in error.actions[0].errors):
                raise NotAuthorizedToDoThatError from error
            raise
