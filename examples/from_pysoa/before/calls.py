"""The calls of PySOA's documentation. Each function gives what came back as plain values."""

from __future__ import annotations

from pysoa.client.client import Client

from before.services import USER_VERSION_2_ENABLED


def one_action(client: Client):
    action_response = client.call_action("example", "square", {"number": 42})
    return action_response.body["square"]


def one_job(client: Client):
    job_response = client.call_actions(
        "example",
        [
            {"action": "square", "body": {"number": 42}},
            {"action": "status", "body": {"verbose": True}},
        ],
    )
    square, status = job_response.actions
    return [square.body["square"], status.body["healthcheck"]["errors"]]


def one_job_in_spite_of_errors(client: Client):
    job_response = client.call_actions(
        "example",
        [
            {"action": "get_object", "body": {"object_id": "nil"}},
            {"action": "square", "body": {"number": 42}},
        ],
        continue_on_error=True,
        raise_action_errors=False,
    )
    failed, square = job_response.actions
    return [failed.errors[0].code, square.body["square"]]


def actions_in_parallel(client: Client):
    action_responses = client.call_actions_parallel(
        "example",
        [
            {"action": "square", "body": {"number": 1035}},
            {"action": "status", "body": {"verbose": True}},
        ],
    )
    square, status = action_responses
    return [square.body["square"], status.body["healthcheck"]["errors"]]


def jobs_in_parallel(client: Client):
    job_responses = client.call_jobs_parallel(
        [
            {
                "service_name": "example",
                "actions": [
                    {"action": "square", "body": {"number": 4}},
                    {"action": "square", "body": {"number": 8}},
                    {"action": "square", "body": {"number": 17}},
                ],
            },
            {"service_name": "example", "actions": [{"action": "status", "body": {"verbose": True}}]},
            {
                "service_name": "flight_booking",
                "actions": [
                    {
                        "action": "get_available_flights",
                        "body": {
                            "departure_airport": "BNA",
                            "arrival_airport": "SFO",
                            "departure_date": "2018-07-15",
                            "return_date": "2018-07-20",
                        },
                    },
                ],
            },
        ]
    )
    squares, status, flights = job_responses
    return [
        [action.body["square"] for action in squares.actions],
        status.actions[0].body["healthcheck"]["errors"],
        [flight["number"] for flight in flights.actions[0].body["flights"]],
    ]


def a_future(client: Client):
    future = client.call_action_future("example", "square", {"number": 42})
    # ... other work ...
    return future.result().body["square"]


def send_and_receive(client: Client):
    request_id = client.send_request("example", [{"action": "square", "body": {"number": 42}}])
    for response_id, job_response in client.get_all_responses("example"):
        if response_id == request_id:
            return job_response.actions[0].body["square"]
    return None


def an_error(client: Client):
    try:
        client.call_action("example", "get_object", {"object_id": "nil"})
    except client.CallActionError as error:
        found = error.actions[0].errors[0]
        return [found.code, found.message, found.field, found.variables]
    return None


def several_errors(client: Client):
    try:
        client.call_action("example", "create_object", {"name": "test", "color": "green"})
    except client.CallActionError as error:
        return [[each.code, each.denied_permissions] for each in error.actions[0].errors]
    return None


def a_request_that_does_not_fit(client: Client):
    try:
        client.call_action("example", "create_object", {"name": "a name that is too long", "color": "green"})
    except client.CallActionError as error:
        return [[each.code, each.field, each.message] for each in error.actions[0].errors]
    return None


def a_switch(client: Client):
    plain = client.call_action("user", "greet_user", {"id": "1"})
    switched = client.call_action("user", "greet_user", {"id": "1"}, switches=[USER_VERSION_2_ENABLED])
    return [plain.body["greeting"], switched.body["greeting"]]


def a_switched_action(client: Client):
    first = client.call_action("user", "get_user", {"id": "1"})
    second = client.call_action("user", "get_user", {"id": "1", "with_email": True}, switches=[USER_VERSION_2_ENABLED])
    return [first.body["user"].get("email"), second.body["user"].get("email")]


def with_context(client: Client):
    return client.call_action("user", "get_user_url", {"username": "John"}, context={"locale": "de_AT"}).body[
        "user_url"
    ]


def through_another_service(client: Client):
    return client.call_action("example", "call_service", {"user_id": "1"}).body["username"]


def health(client: Client):
    status = client.call_action("flight_booking", "status", {"verbose": True}).body
    return [status["version"], status["healthcheck"]["errors"], status["healthcheck"]["diagnostics"]]


EXPANSIONS = {
    "type_routes": {
        "bar_route": {
            "service": "bar_example",
            "action": "get_bars",
            "request_field": "ids",
            "response_field": "bars",
        },
    },
    "type_expansions": {
        "foo": {
            "bar": {
                "type": "bar",
                "route": "bar_route",
                "source_field": "bar_id",
                "destination_field": "bar",
            },
        },
    },
}


def expanded(client: Client):
    result = client.call_actions(
        service_name="foo_example",
        actions=[{"action": "get_foos"}],
        expansions={"foo": ["bar"]},
    )
    return [[foo["name"], foo["bar"]["stuff"]] for foo in result.actions[0].body["foos"]]


CALLS = [
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
