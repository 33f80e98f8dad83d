"""What the actions of $name do."""

from __future__ import annotations

from $name.api.$name import (
    ${class}Context,
    ${class}Server,
    GreetRequest,
    GreetResponse,
    Language,
    NotWelcome,
)

_HELLO = {Language.ENGLISH: "Hello", Language.FRENCH: "Bonjour", Language.LATIN: "Salve"}


class $class(${class}Server):
    """Greets whoever is welcome."""

    def greet(self, request: GreetRequest, ctx: ${class}Context) -> GreetResponse:
        """Says hello to somebody."""
        if request.name == "Voldemort":
            raise NotWelcome(name=request.name)
        return GreetResponse(text=f"{_HELLO[request.language]}, {request.name}!")
