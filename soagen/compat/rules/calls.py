"""Rules on services, actions, errors, switches and variants."""

from __future__ import annotations

from soagen.compat.rules.rule import Rule, inverse

_PLACE = "  place: {request: {sku: string}, response: {id: string}%s}\n"
_ACTIONS = "actions:\n" + _PLACE
_STOCK = "---\nservice: stock\nactions:\n  take: {request: {sku: string}}\n"
_CANCEL = "  cancel: {request: {id: string}%s}\n"
_QUICK = "switches: {QUICK: {id: 7}}\n"
_VARIANT = ", variants: {QUICK: {request: {sku: string, by: date}}}"


def _error(about: str) -> str:
    return f"errors:\n  SOLD_OUT: {{{about}}}\n" + _ACTIONS % ", errors: [SOLD_OUT]"


SERVICES = (
    Rule(
        id="service-added",
        title="A service was added",
        usual={"anywhere": "servers-first"},
        why="Nobody can call it before somebody serves it. That there was no such service before is no fault, so this"
        " never fails a run.",
        mirror="service-removed",
        before=_ACTIONS % "",
        after=_ACTIONS % "" + _STOCK,
    ),
    Rule(
        id="service-removed",
        title="A service was removed",
        usual={"anywhere": "clients-first"},
        why="Old clients may still call it.",
        instead="mark it `deprecated`, and stop serving when nobody calls any more",
        mirror="service-added",
        before=_ACTIONS % "" + _STOCK,
        after=_ACTIONS % "",
    ),
    Rule(
        id="service-renamed",
        title="A service has another name, and is called by the old one",
        usual={"anywhere": "safe source"},
        why="Calls go where they went; the generated package has another name.",
        alone=inverse("service-renamed"),
        before="service: orders\n" + _ACTIONS % "",
        after="service: sales\nwire: orders\n" + _ACTIONS % "",
    ),
    Rule(
        id="service-sent-name-changed",
        title="A service is called by another name",
        usual={"anywhere": "breaking"},
        why="The name is where calls are sent: each version calls where the other does not serve.",
        instead="keep the name that it is called by: write `wire:` with the old name; or serve both names, move the"
        " callers, then remove the old one",
        alone=inverse("service-sent-name-changed"),
        before="service: orders\n" + _ACTIONS % "",
        after="service: sales\n" + _ACTIONS % "",
    ),
)

ACTIONS = (
    Rule(
        id="action-added",
        title="An action was added",
        usual={"anywhere": "servers-first"},
        why="Old servers do not have it.",
        mirror="action-removed",
        before=_ACTIONS % "",
        after=_ACTIONS % "" + _CANCEL % "",
    ),
    Rule(
        id="action-removed",
        title="An action was removed",
        usual={"anywhere": "clients-first"},
        why="Old clients may still call it.",
        instead="mark it `deprecated` with a `sunset`, and remove it when that is past and nobody calls any more",
        mirror="action-added",
        before=_ACTIONS % "" + _CANCEL % "",
        after=_ACTIONS % "",
    ),
    Rule(
        id="removed-before-sunset",
        title="An action was removed before its sunset",
        usual={"anywhere": "clients-first"},
        why="Its `deprecated: {sunset}` promised callers that it would be there until then. This fails a run whatever"
        " is allowed.",
        instead="keep it until its sunset; a sunset may be moved, which is a finding of its own",
        alone="an action that is added breaks no promise",
        before=_ACTIONS % "" + _CANCEL % ", deprecated: {sunset: 2100-01-01}",
        after=_ACTIONS % "",
    ),
    Rule(
        id="action-renamed",
        title="An action has another name, and is sent under the old one",
        usual={"anywhere": "safe source"},
        why="Messages stay as they were; the method has another name.",
        alone=inverse("action-renamed"),
        before=_ACTIONS % "",
        after="actions:\n  order: {request: {sku: string}, response: {id: string}, wire: place}\n",
    ),
    Rule(
        id="action-sent-name-changed",
        title="An action is sent under another name",
        usual={"anywhere": "breaking"},
        why="Each version calls what the other's servers do not have.",
        instead="keep what is sent: write `wire:` with the old name beside the new one",
        alone=inverse("action-sent-name-changed"),
        before=_ACTIONS % "",
        after=_ACTIONS % ", wire: place_order",
    ),
    Rule(
        id="oneway-added",
        title="The caller of an action now waits for nothing",
        usual={"anywhere": "clients-first, or safe if nothing was answered"},
        why="Old clients read an answer without the fields that they require.",
        mirror="oneway-dropped",
        before="actions:\n  seen: {request: {id: string}, response: {count: int}}\n",
        after="actions:\n  seen: {request: {id: string}, oneway: true}\n",
    ),
    Rule(
        id="oneway-dropped",
        title="The caller of an action now waits for a reply",
        usual={"anywhere": "servers-first, or safe if nothing is answered"},
        why="New clients read an answer of old servers without the fields that they require.",
        mirror="oneway-added",
        before="actions:\n  seen: {request: {id: string}, oneway: true}\n",
        after="actions:\n  seen: {request: {id: string}, response: {count: int}}\n",
    ),
    Rule(
        id="idempotent-added",
        title="An action is now idempotent",
        usual={"anywhere": "servers-first"},
        why="New clients send it again when they are in doubt, also to old servers, which may not be ready to run it"
        " twice.",
        mirror="idempotent-removed",
        before=_ACTIONS % "",
        after=_ACTIONS % ", idempotent: true",
    ),
    Rule(
        id="idempotent-removed",
        title="An action is no longer idempotent",
        usual={"anywhere": "clients-first"},
        why="Old clients go on sending it again when they are in doubt, and new servers may not be ready to run it"
        " twice.",
        mirror="idempotent-added",
        before=_ACTIONS % ", idempotent: true",
        after=_ACTIONS % "",
    ),
    Rule(
        id="timeout-lowered",
        title="An action's timeout is shorter, or it got one",
        usual={"anywhere": "safe behaviour"},
        why="New clients give up on answers that they used to wait for.",
        mirror="timeout-raised",
        before=_ACTIONS % ", timeout: 5s",
        after=_ACTIONS % ", timeout: 2s",
    ),
    Rule(
        id="timeout-raised",
        title="An action's timeout is longer, or it has none any more",
        usual={"anywhere": "safe"},
        why="New clients wait longer for an answer.",
        mirror="timeout-lowered",
        before=_ACTIONS % ", timeout: 2s",
        after=_ACTIONS % ", timeout: 5s",
    ),
)

ERRORS = (
    Rule(
        id="error-added",
        title="An error was added",
        usual={"anywhere": "safe behaviour"},
        why="Old clients raise a code that they do not know as a plain `ActionError`, with all its data.",
        mirror="error-removed",
        before=_ACTIONS % "",
        after=_error("fields: {sku: string}"),
    ),
    Rule(
        id="error-removed",
        title="An error was removed",
        usual={"anywhere": "safe source"},
        why="New clients raise it as a plain `ActionError` if an old server answers it; its class is gone.",
        mirror="error-added",
        before=_error("fields: {sku: string}"),
        after=_ACTIONS % "",
    ),
    Rule(
        id="error-renamed",
        title="An error has another name or code",
        usual={"anywhere": "safe behaviour source"},
        why="A code that a client does not know is raised as a plain `ActionError`, which `except` clauses for the"
        " class miss.",
        instead="keep the code: write `wire:` with the old name beside the new one",
        alone=inverse("error-renamed"),
        before=_error("fields: {sku: string}"),
        after=_error("fields: {sku: string}").replace("SOLD_OUT", "OUT_OF_STOCK"),
    ),
    Rule(
        id="action-error-added",
        title="An action may answer an error that it did not list",
        usual={"anywhere": "safe behaviour"},
        why="Clients know the code, for it is the contract's; callers of this action may not expect it.",
        mirror="action-error-removed",
        before="errors: {SOLD_OUT: {}}\n" + _ACTIONS % "",
        after="errors: {SOLD_OUT: {}}\n" + _ACTIONS % ", errors: [SOLD_OUT]",
    ),
    Rule(
        id="action-error-removed",
        title="An action no longer lists an error",
        usual={"anywhere": "safe"},
        why="Callers are ready for more than comes.",
        mirror="action-error-added",
        before="errors: {SOLD_OUT: {}}\n" + _ACTIONS % ", errors: [SOLD_OUT]",
        after="errors: {SOLD_OUT: {}}\n" + _ACTIONS % "",
    ),
    Rule(
        id="error-message-changed",
        title="An error's message is another one",
        usual={"anywhere": "safe"},
        why="The text is for people; programs go by the code.",
        alone=inverse("error-message-changed"),
        before=_error("message: Nothing left"),
        after=_error("message: None left"),
    ),
    Rule(
        id="retryable-added",
        title="An error now invites to try again",
        usual={"anywhere": "servers-first"},
        why="New clients try again after it, also with old servers, which did not mean it so.",
        mirror="retryable-removed",
        before=_error(""),
        after=_error("retryable: true"),
    ),
    Rule(
        id="retryable-removed",
        title="An error no longer invites to try again",
        usual={"anywhere": "clients-first"},
        why="Old clients go on trying again after it.",
        mirror="retryable-added",
        before=_error("retryable: true"),
        after=_error(""),
    ),
    Rule(
        id="caller-error-changed",
        title="An error is now the other side's fault",
        usual={"anywhere": "safe behaviour"},
        why="What counts and alarms on `caller_error` sees it differently.",
        alone=inverse("caller-error-changed"),
        before=_error("caller_error: true"),
        after=_error("caller_error: false"),
    ),
)

SWITCHES = (
    Rule(
        id="switch-added",
        title="A switch was added",
        usual={"anywhere": "safe behaviour"},
        why="Servers pass over switches that they do not know, so new clients may turn on what old servers do not do.",
        mirror="switch-removed",
        before=_ACTIONS % "",
        after=_QUICK + _ACTIONS % "",
    ),
    Rule(
        id="switch-removed",
        title="A switch was removed",
        usual={"anywhere": "safe behaviour"},
        why="Servers pass over switches that they do not know, so what old clients turn on is no longer done.",
        mirror="switch-added",
        before=_QUICK + _ACTIONS % "",
        after=_ACTIONS % "",
    ),
    Rule(
        id="switch-renamed",
        title="A switch has another name",
        usual={"anywhere": "safe source"},
        why="What travels is the id.",
        alone=inverse("switch-renamed"),
        before=_QUICK + _ACTIONS % "",
        after="switches: {SWIFT: {id: 7}}\n" + _ACTIONS % "",
    ),
    Rule(
        id="switch-id-changed",
        title="A switch has another id",
        usual={"anywhere": "safe behaviour"},
        why="The id is what travels: to a peer of the other version it is a switch that nobody knows. What its"
        " variants make of that is found with them.",
        instead="keep the id",
        alone=inverse("switch-id-changed"),
        before=_QUICK + _ACTIONS % "",
        after="switches: {QUICK: {id: 8}}\n" + _ACTIONS % "",
    ),
    Rule(
        id="switch-id-reused",
        title="The id of one switch was given to another",
        usual={"anywhere": "breaking"},
        why="One side turns on one thing, and the other does another.",
        instead="give the new switch an id of its own, and write the old one under `reserved`",
        alone=inverse("switch-id-reused"),
        before=_QUICK + _ACTIONS % "",
        after="switches: {QUICK: {id: 8}, CHEAP: {id: 7}}\n" + _ACTIONS % "",
    ),
    Rule(
        id="variant-added",
        title="A variant was added to an action",
        usual={"anywhere": "servers-first, or breaking if the switch was known before"},
        why="While the switch is on, new clients send the variant, which old servers take for the action. An old"
        " client that knows the switch sends the action, which new servers take for the variant.",
        instead="give the variant a new switch, and turn it on when all servers know it",
        mirror="variant-removed",
        before=_QUICK + _ACTIONS % "",
        after=_QUICK + _ACTIONS % _VARIANT,
    ),
    Rule(
        id="variant-removed",
        title="A variant was removed from an action",
        usual={"anywhere": "clients-first, or breaking if the switch stays"},
        why="While the switch is on, old clients send the variant, which new servers take for the action. A new client"
        " that still knows the switch sends the action, which old servers take for the variant.",
        instead="turn the switch off everywhere, and remove it together with the variant",
        mirror="variant-added",
        before=_QUICK + _ACTIONS % _VARIANT,
        after=_QUICK + _ACTIONS % "",
    ),
    Rule(
        id="variant-order-changed",
        title="Variants are tried in another order",
        usual={"anywhere": "breaking, or safe behaviour if they take the same"},
        why="While several switches are on, a call that one variant served is served by another.",
        instead="give the combination a switch of its own",
        alone=inverse("variant-order-changed"),
        before="switches: {QUICK: {id: 7}, CHEAP: {id: 8}}\n"
        + _ACTIONS % ", variants: {QUICK: {request: {by: date}}, CHEAP: {request: {limit: money}}}",
        after="switches: {QUICK: {id: 7}, CHEAP: {id: 8}}\n"
        + _ACTIONS % ", variants: {CHEAP: {request: {limit: money}}, QUICK: {request: {by: date}}}",
    ),
)
