"""Scenario files, ``*.soatest.yaml``: steps that call a server, and what is expected of them.

A scenario is read as a contract is: by the YAML reader that knows where everything stands, and with values read by the
types of the contracts, so that what is wrong with a file is told at its place, all at once, before anything is run
(``docs/testing.md``, "Scenarios"). The contracts are those that the generated code of the tested servers carries, so
that there is nothing to configure and nothing to get out of step.

Nothing here runs anything, or knows the runtime: `soagen.live` does.
"""
