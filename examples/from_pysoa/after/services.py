"""The services of `before.services`, as servers of soagen."""

from __future__ import annotations

from collections.abc import Iterator

from soagen_runtime import Diagnostic, Health, HealthError, PermissionDenied, health_check, several
from soagen_runtime.core.transport import Transport

from after.api.bar_example import Bar, BarExampleContext, BarExampleServer, GetBarsRequest, GetBarsResponse
from after.api.example import (
    CallServiceRequest,
    CallServiceResponse,
    CreateObjectRequest,
    CreateObjectResponse,
    DuplicateObject,
    ExampleContext,
    ExampleServer,
    GetObjectRequest,
    GetObjectResponse,
    NoSuchObject,
    Object,
    SquareRequest,
    SquareResponse,
)
from after.api.flight_booking import (
    Flight,
    FlightBookingContext,
    FlightBookingServer,
    GetAvailableFlightsRequest,
    GetAvailableFlightsResponse,
)
from after.api.foo_example import Foo, FooExampleContext, FooExampleServer, GetFoosRequest, GetFoosResponse
from after.api.payroll import GetSalaryRequest, GetSalaryResponse, PayrollContext, PayrollServer, SetSalaryRequest
from after.api.settings import (
    GetUserSettingRequest,
    GetUserSettingResponse,
    NoSuchSetting,
    SettingsContext,
    SettingsServer,
)
from after.api.user import (
    GetUserRequest,
    GetUserResponse,
    GetUserUrlRequest,
    GetUserUrlResponse,
    GetUserUserVersion2EnabledRequest,
    GreetUserRequest,
    GreetUserResponse,
    User,
    UserClient,
    UserContext,
    UserServer,
    UserSwitch,
)

OBJECTS = {
    "1": Object(id_="1", name="test", color="green"),
    "10": Object(id_="10", name="secret", color="red"),
}


class Example(ExampleServer):
    """The service of PySOA's README, with the actions of its documentation on testing."""

    def __init__(self, transport: str | Transport) -> None:
        self.users = UserClient(transport)

    def square(self, request: SquareRequest, ctx: ExampleContext) -> SquareResponse:
        return SquareResponse(square=request.number**2)

    def call_service(self, request: CallServiceRequest, ctx: ExampleContext) -> CallServiceResponse:
        return CallServiceResponse(username=self.users.get_user(id_=request.user_id).user.username)

    def get_object(self, request: GetObjectRequest, ctx: ExampleContext) -> GetObjectResponse:
        if request.object_id == "10":
            raise PermissionDenied.lacking("objects.read", message="Not yours")
        if request.object_id not in OBJECTS:
            raise NoSuchObject(object_id=request.object_id).at("object_id")
        return GetObjectResponse(object_=OBJECTS[request.object_id])

    def create_object(self, request: CreateObjectRequest, ctx: ExampleContext) -> CreateObjectResponse:
        if any(each.name == request.name for each in OBJECTS.values()):
            raise several(PermissionDenied.lacking("objects.write", message="Not yours"), DuplicateObject(id_="1"))
        return CreateObjectResponse(object_=Object(id_="2", name=request.name, color=request.color))


class FlightBooking(FlightBookingServer):
    version = "1.2.3"

    def get_available_flights(
        self, request: GetAvailableFlightsRequest, ctx: FlightBookingContext
    ) -> GetAvailableFlightsResponse:
        there, back = request.departure_airport, request.arrival_airport
        flights = [Flight(number="WN 17", departure_airport=there, arrival_airport=back)]
        if request.return_date:
            flights.append(Flight(number="WN 18", departure_airport=back, arrival_airport=there))
        return GetAvailableFlightsResponse(flights=flights)

    @health_check
    def database(self) -> Iterator[Health]:
        yield Diagnostic("connections", 0)
        yield HealthError("MYSQL_FAILURE", "Could not connect to host on port 1234")


class Users(UserServer):
    def get_user(self, request: GetUserRequest, ctx: UserContext) -> GetUserResponse:
        return GetUserResponse(user=User(id_=request.id_, username="John"))

    def get_user_user_version_2_enabled(
        self, request: GetUserUserVersion2EnabledRequest, ctx: UserContext
    ) -> GetUserResponse:
        email = "john@example.org" if request.with_email else None
        return GetUserResponse(user=User(id_=request.id_, username="John", email=email))

    def greet_user(self, request: GreetUserRequest, ctx: UserContext) -> GreetUserResponse:
        if ctx.is_on(UserSwitch.USER_VERSION_2_ENABLED):
            return GreetUserResponse(greeting="Hello again, John")
        return GreetUserResponse(greeting="Hello, John")

    def get_user_url(self, request: GetUserUrlRequest, ctx: UserContext) -> GetUserUrlResponse:
        language = (ctx.locale or "en_US").partition("_")[0]
        return GetUserUrlResponse(user_url=f"https://example.net/{language}/u/{request.username}/")


class Settings(SettingsServer):
    def get_user_setting(self, request: GetUserSettingRequest, ctx: SettingsContext) -> GetUserSettingResponse:
        raise NoSuchSetting


class Payroll(PayrollServer):
    def get_salary(self, request: GetSalaryRequest, ctx: PayrollContext) -> GetSalaryResponse:
        return GetSalaryResponse(salary=75950)

    def set_salary(self, request: SetSalaryRequest, ctx: PayrollContext) -> None:
        raise PermissionDenied.lacking(message="You are not authorized to update this user").at("user_id")


class Foos(FooExampleServer):
    def get_foos(self, request: GetFoosRequest, ctx: FooExampleContext) -> GetFoosResponse:
        return GetFoosResponse(
            foos=[
                Foo(id_="1", name="One Foo", bar_id="2"),
                Foo(id_="2", name="Two Foo", bar_id="6"),
                Foo(id_="3", name="Red Foo", bar_id="6"),
            ]
        )


BARS = {"2": Bar(id_="2", stuff="baz"), "6": Bar(id_="6", stuff="qux")}


class Bars(BarExampleServer):
    def get_bars(self, request: GetBarsRequest, ctx: BarExampleContext) -> GetBarsResponse:
        return GetBarsResponse(bars={bar_id: BARS[bar_id] for bar_id in request.ids if bar_id in BARS})
