"""The calls of `before.calls`, with generated clients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from soagen_runtime import ActionError, job, parallel
from soagen_runtime.core.transport import Transport

from after.api.example import ExampleClient, NoSuchObject
from after.api.flight_booking import FlightBookingClient
from after.api.foo_example import FooExampleClient, FooExpand
from after.api.user import UserClient, UserContext, UserSwitch


@dataclass
class Clients:
    """A client of each service, over one transport."""

    example: ExampleClient
    flights: FlightBookingClient
    users: UserClient
    foos: FooExampleClient

    @classmethod
    def over(cls, transport: str | Transport) -> Clients:
        return cls(
            ExampleClient(transport), FlightBookingClient(transport), UserClient(transport), FooExampleClient(transport)
        )

    def close(self) -> None:
        for client in (self.example, self.flights, self.users, self.foos):
            client.close()


def one_action(clients: Clients) -> int:
    return clients.example.square(number=42).square


def one_job(clients: Clients) -> list[Any]:
    calls = clients.example.calls
    square, status = job(calls.square(number=42), calls.status(verbose=True)).run()
    return [square.square, status.healthcheck and status.healthcheck.errors]


def one_job_in_spite_of_errors(clients: Clients) -> list[Any]:
    calls = clients.example.calls
    both = job(calls.get_object(object_id="nil"), calls.square(number=42), continue_on_error=True)
    failed, square = both.outcomes()
    assert isinstance(failed.error, NoSuchObject)
    return [failed.error.code, square.value.square]


def actions_in_parallel(clients: Clients) -> list[Any]:
    calls = clients.example.calls
    square, status = parallel(calls.square(number=1035), calls.status(verbose=True)).run()
    return [square.square, status.healthcheck and status.healthcheck.errors]


def jobs_in_parallel(clients: Clients) -> list[Any]:
    example, booking = clients.example.calls, clients.flights.calls
    squares, status, flights = parallel(
        job(example.square(number=4), example.square(number=8), example.square(number=17)),
        example.status(verbose=True),
        booking.get_available_flights(
            departure_airport="BNA",
            arrival_airport="SFO",
            departure_date="2018-07-15",
            return_date="2018-07-20",
        ),
    ).run()
    return [
        [each.square for each in squares],
        status.healthcheck and status.healthcheck.errors,
        [each.number for each in flights.flights],
    ]


def a_future(clients: Clients) -> int:
    future = clients.example.calls.square(number=42).start()
    # ... other work, other calls of this client ...
    return future.result().square


def send_and_receive(clients: Clients) -> int:
    return a_future(clients)  # one way to send now and ask later is enough


def an_error(clients: Clients) -> list[Any]:
    try:
        clients.example.get_object(object_id="nil")
    except NoSuchObject as error:
        assert error.object_id == "nil"  # what PySOA has in a dictionary is a field here
        return [error.code, error.message, error.field, error.variables]
    raise AssertionError("no error")


def several_errors(clients: Clients) -> list[Any]:
    try:
        clients.example.create_object(name="test", color="green")
    except ActionError as error:
        return [[each.code, each.denied_permissions] for each in error.each]
    raise AssertionError("no error")


def a_request_that_does_not_fit(clients: Clients) -> list[Any]:
    try:
        clients.example.create_object(name="a name that is too long", color="green")
    except ActionError as error:
        return [[each.code, each.field, each.message] for each in error.each]
    raise AssertionError("no error")


def a_switch(clients: Clients) -> list[str]:
    plain = clients.users.greet_user(id_="1")
    switched = clients.users.with_options(switches=[UserSwitch.USER_VERSION_2_ENABLED]).greet_user(id_="1")
    return [plain.greeting, switched.greeting]


def a_switched_action(clients: Clients) -> list[str | None]:
    first = clients.users.get_user(id_="1")
    second = clients.users.get_user_user_version_2_enabled(id_="1", with_email=True)  # turns the switch on itself
    return [first.user.email, second.user.email]


def with_context(clients: Clients) -> str:
    austrian = clients.users.with_options(context=UserContext(locale="de_AT"))
    return austrian.get_user_url(username="John").user_url


def through_another_service(clients: Clients) -> str:
    return clients.example.call_service(user_id="1").username


def health(clients: Clients) -> list[Any]:
    status = clients.flights.status(verbose=True)
    assert status.healthcheck is not None
    return [status.version, status.healthcheck.errors, status.healthcheck.diagnostics]


def expanded(clients: Clients) -> list[Any]:
    result = clients.foos.get_foos(expand=[FooExpand.bar])
    return [[foo.name, foo.bar and foo.bar.stuff] for foo in result.foos]


CALLS: list[Callable[[Clients], Any]] = [
    one_action,
    one_job,
    one_job_in_spite_of_errors,
    actions_in_parallel,
    jobs_in_parallel,
    a_future,
    send_and_receive,
    an_error,
    several_errors,
    a_request_that_does_not_fit,
    a_switch,
    a_switched_action,
    with_context,
    through_another_service,
    health,
    expanded,
]
