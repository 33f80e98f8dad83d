"""The services that PySOA's documentation speaks of.

The documentation shows them in parts; here they are whole, and no more than whole.
"""

from __future__ import annotations

from conformity import fields
from pysoa.common.errors import Error
from pysoa.server.action import Action
from pysoa.server.action.status import BaseStatusAction
from pysoa.server.action.switched import SwitchedAction
from pysoa.server.errors import ActionError
from pysoa.server.server import Server

USER_VERSION_2_ENABLED = 5

OBJECT = fields.Dictionary(
    {"id": fields.UnicodeString(), "name": fields.UnicodeString(), "color": fields.UnicodeString()}
)
OBJECTS = {"1": {"id": "1", "name": "test", "color": "green"}, "10": {"id": "10", "name": "secret", "color": "red"}}


class SquareAction(Action):
    """Squares a number."""

    request_schema = fields.Dictionary({"number": fields.Integer(description="What to square")})
    response_schema = fields.Dictionary({"square": fields.Integer()})

    def run(self, request):
        return {"square": request.body["number"] ** 2}


class CallServiceAction(Action):
    """Asks another service."""

    request_schema = fields.Dictionary({"user_id": fields.UnicodeString(min_length=1)})
    response_schema = fields.Dictionary({"username": fields.UnicodeString()})

    def run(self, request):
        response = request.client.call_action("user", "get_user", {"id": request.body["user_id"]})
        return {"username": response.body["user"]["username"]}


class GetObjectAction(Action):
    request_schema = fields.Dictionary({"object_id": fields.UnicodeString()})
    response_schema = fields.Dictionary({"object": OBJECT})

    def validate(self, request):
        if request.body["object_id"] == "10":
            raise ActionError(
                errors=[Error(code="NOT_AUTHORIZED", message="Not yours", denied_permissions=["objects.read"])]
            )

    def run(self, request):
        object_id = request.body["object_id"]
        if object_id not in OBJECTS:
            raise ActionError(
                errors=[
                    Error(
                        code="NO_SUCH_OBJECT",
                        message=f"There is no object {object_id}",
                        field="object_id",
                        variables={"object_id": object_id},
                    )
                ]
            )
        return {"object": OBJECTS[object_id]}


class CreateObjectAction(Action):
    request_schema = fields.Dictionary({"name": fields.UnicodeString(max_length=20), "color": fields.UnicodeString()})
    response_schema = fields.Dictionary({"object": OBJECT})

    def run(self, request):
        if any(each["name"] == request.body["name"] for each in OBJECTS.values()):
            raise ActionError(
                errors=[
                    Error(code="NOT_AUTHORIZED", message="Not yours", denied_permissions=["objects.write"]),
                    Error(code="DUPLICATE_OBJECT", message="There is one already", variables={"id": "1"}),
                ]
            )
        return {"object": {"id": "2", **request.body}}


class ExampleServer(Server):
    """The service of PySOA's README, with the actions of its documentation on testing."""

    service_name = "example"
    action_class_map = {
        "square": SquareAction,
        "call_service": CallServiceAction,
        "get_object": GetObjectAction,
        "create_object": CreateObjectAction,
    }


FLIGHT = fields.Dictionary(
    {
        "number": fields.UnicodeString(),
        "departure_airport": fields.UnicodeString(min_length=3, max_length=3),
        "arrival_airport": fields.UnicodeString(min_length=3, max_length=3),
    }
)


class GetAvailableFlightsAction(Action):
    """Finds flights there and back."""

    request_schema = fields.Dictionary(
        {
            "departure_airport": fields.UnicodeString(min_length=3, max_length=3),
            "arrival_airport": fields.UnicodeString(min_length=3, max_length=3),
            "departure_date": fields.UnicodeString(),
            "return_date": fields.UnicodeString(),
        },
        optional_keys=("return_date",),
    )
    response_schema = fields.Dictionary({"flights": fields.List(FLIGHT)})

    def run(self, request):
        there, back = request.body["departure_airport"], request.body["arrival_airport"]
        flights = [{"number": "WN 17", "departure_airport": there, "arrival_airport": back}]
        if request.body.get("return_date"):
            flights.append({"number": "WN 18", "departure_airport": back, "arrival_airport": there})
        return {"flights": flights}


class FlightBookingStatusAction(BaseStatusAction):
    _version = "1.2.3"

    def check_database(self, request):
        self.diagnostics["connections"] = 0
        return [(True, "MYSQL_FAILURE", "Could not connect to host on port 1234")]


class FlightBookingServer(Server):
    service_name = "flight_booking"
    action_class_map = {"get_available_flights": GetAvailableFlightsAction, "status": FlightBookingStatusAction}


USER = fields.Dictionary(
    {
        "id": fields.UnicodeString(),
        "username": fields.UnicodeString(),
        "email": fields.Nullable(fields.EmailAddress()),
    },
    optional_keys=("email",),
)


class UserActionV1(Action):
    request_schema = fields.Dictionary({"id": fields.UnicodeString()})
    response_schema = fields.Dictionary({"user": USER})

    def run(self, request):
        return {"user": {"id": request.body["id"], "username": "John"}}


class UserActionV2(Action):
    request_schema = fields.Dictionary({"id": fields.UnicodeString(), "with_email": fields.Boolean()})
    response_schema = fields.Dictionary({"user": USER})

    def run(self, request):
        email = "john@example.org" if request.body["with_email"] else None
        return {"user": {"id": request.body["id"], "username": "John", "email": email}}


class UserTransitionAction(SwitchedAction):
    switch_to_action_map = (
        (USER_VERSION_2_ENABLED, UserActionV2),
        (SwitchedAction.DEFAULT_ACTION, UserActionV1),
    )


class GreetUserAction(Action):
    """One schema for all versions, and two behaviours."""

    request_schema = fields.Dictionary({"id": fields.UnicodeString()})
    response_schema = fields.Dictionary({"greeting": fields.UnicodeString()})

    def run(self, request):
        if request.switches.is_active(USER_VERSION_2_ENABLED):
            return {"greeting": "Hello again, John"}
        return {"greeting": "Hello, John"}


class GetUserUrlAction(Action):
    request_schema = fields.Dictionary({"username": fields.UnicodeString()})
    response_schema = fields.Dictionary({"user_url": fields.UnicodeString()})

    def run(self, request):
        language = request.context.get("locale", "en_US").partition("_")[0]
        return {"user_url": f"https://example.net/{language}/u/{request.body['username']}/"}


class UserServer(Server):
    service_name = "user"
    action_class_map = {
        "get_user": UserTransitionAction,
        "greet_user": GreetUserAction,
        "get_user_url": GetUserUrlAction,
    }


class GetUserSettingAction(Action):
    request_schema = fields.Dictionary({"user_id": fields.UnicodeString(), "setting_id": fields.UnicodeString()})
    response_schema = fields.Dictionary({"value": fields.UnicodeString()})

    def run(self, request):
        raise ActionError(errors=[Error(code="NO_SUCH_SETTING", message="The setting does not exist")])


class SettingsServer(Server):
    service_name = "settings"
    action_class_map = {"get_user_setting": GetUserSettingAction}


class GetSalaryAction(Action):
    request_schema = fields.Dictionary({"user_id": fields.UnicodeString()})
    response_schema = fields.Dictionary({"salary": fields.Integer(gte=0)})

    def run(self, request):
        return {"salary": 75950}


class SetSalaryAction(Action):
    request_schema = fields.Dictionary({"user_id": fields.UnicodeString(), "salary": fields.Integer(gte=0)})
    response_schema = fields.Dictionary({})

    def run(self, request):
        message = "You are not authorized to update this user"
        raise ActionError(errors=[Error(code="NOT_AUTHORIZED", message=message, field="user_id")])


class PayrollServer(Server):
    service_name = "payroll"
    action_class_map = {"get_salary": GetSalaryAction, "set_salary": SetSalaryAction}


FOOS = [
    {"_type": "foo", "id": "1", "name": "One Foo", "bar_id": "2"},
    {"_type": "foo", "id": "2", "name": "Two Foo", "bar_id": "6"},
    {"_type": "foo", "id": "3", "name": "Red Foo", "bar_id": "6"},
]
BARS = {"2": {"_type": "bar", "id": "2", "stuff": "baz"}, "6": {"_type": "bar", "id": "6", "stuff": "qux"}}


class GetFoosAction(Action):
    request_schema = fields.Dictionary({})
    response_schema = fields.Dictionary(
        {
            "foos": fields.List(
                fields.Dictionary(
                    {
                        "_type": fields.Constant("foo"),
                        "id": fields.UnicodeString(),
                        "name": fields.UnicodeString(),
                        "bar_id": fields.UnicodeString(),
                    }
                )
            )
        }
    )

    def run(self, request):
        return {"foos": FOOS}


class FooServer(Server):
    service_name = "foo_example"
    action_class_map = {"get_foos": GetFoosAction}


class GetBarsAction(Action):
    request_schema = fields.Dictionary({"ids": fields.List(fields.UnicodeString())})
    response_schema = fields.Dictionary(
        {
            "bars": fields.SchemalessDictionary(
                key_type=fields.UnicodeString(),
                value_type=fields.Dictionary(
                    {"_type": fields.Constant("bar"), "id": fields.UnicodeString(), "stuff": fields.UnicodeString()}
                ),
            )
        }
    )

    def run(self, request):
        return {"bars": {bar_id: BARS[bar_id] for bar_id in request.body["ids"] if bar_id in BARS}}


class BarServer(Server):
    service_name = "bar_example"
    action_class_map = {"get_bars": GetBarsAction}


SERVERS = {
    each.service_name: each
    for each in (ExampleServer, FlightBookingServer, UserServer, SettingsServer, PayrollServer, FooServer, BarServer)
}
