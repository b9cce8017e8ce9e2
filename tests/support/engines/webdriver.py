"""What WebDriver and Marionette have in common."""

from typing import Any

# An async function as both protocols take one: the last argument is called with the answer.
ASYNC = (
    "const done = arguments[arguments.length - 1];"
    "(async () => { BODY })().then((value) => done([value ?? null]), (error) => done(String(error)));"
)


class EngineError(RuntimeError):
    """The browser is not installed, did not start, or refused a command."""


def result(answer: Any) -> Any:
    """Return the value that ASYNC has handed over.

    Raises EngineError for what the code threw, and where the page went away before it was done: Firefox then
    answers null, without an error.
    """
    if answer is None:
        raise EngineError("the page went away while the code ran")
    if isinstance(answer, str):
        raise EngineError(f"the page threw: {answer}")
    return answer[0]
