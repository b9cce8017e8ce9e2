"""What is attached below one DevTools session: workers, out-of-process frames, and theirs in turn.

Each child is set up, let run, and its events are passed on. Messages of a child travel inside messages of its
parent (`flatten: false`). https://chromedevtools.github.io/devtools-protocol/tot/Target/
"""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import msgspec

Params = dict[str, Any]
Command = tuple[str, Params]
Path = tuple[str, ...]

# A page may start workers without end: those above are let run, but nobody listens to them.
MAX_CHILDREN = 200
_RESUME: Command = ("Runtime.runIfWaitingForDebugger", {})


class Children:
    """The tree below one session. `spawn` sends to that session, `dispatch` takes events of the children."""

    def __init__(
        self,
        spawn: Callable[[str, Params], None],
        set_up: Callable[[str], list[Command]],
        dispatch: Callable[[str, Params], None],
    ) -> None:
        self._spawn = spawn
        self._set_up = set_up
        self._dispatch = dispatch
        self._ids = itertools.count(1)
        self._unanswered: dict[Path, set[int]] = {}
        self._questions: dict[int, asyncio.Future[Params]] = {}

    def attached(self, params: Params, above: Path = ()) -> None:
        """Set a new child up; it may run once every command has been answered, whatever the answer."""
        path = (*above, params["sessionId"])
        known = len(self._unanswered) < MAX_CHILDREN
        commands = self._set_up(params["targetInfo"]["type"]) if known else []
        if commands:
            self._unanswered[path] = {self._send(path, command) for command in commands}
        else:
            self._send(path, _RESUME)

    def detached(self, params: Params, above: Path = ()) -> None:
        """Forget a child that is gone, and those below it."""
        path = (*above, params["sessionId"])
        for known in [known for known in self._unanswered if known[: len(path)] == path]:
            del self._unanswered[known]

    def message(self, params: Params, above: Path = ()) -> None:
        """Take what a child says: an event, an answer, or a message of a child of its own."""
        path, message = (*above, params["sessionId"]), msgspec.json.decode(params["message"])
        event, inner = message.get("method"), message.get("params", {})
        if event == "Target.receivedMessageFromTarget":
            self.message(inner, path)
        elif event == "Target.attachedToTarget":
            self.attached(inner, path)
        elif event == "Target.detachedFromTarget":
            self.detached(inner, path)
        elif event:
            self._dispatch(event, inner)
        else:
            self._answered(path, message)

    async def ask(self, command: Command, within_s: float) -> list[Params]:
        """Put a question to every child and return the results that come in time."""
        asked = {self._send(path, command): path for path in self._unanswered}
        self._questions = {sent: asyncio.get_running_loop().create_future() for sent in asked}
        if self._questions:
            await asyncio.wait(self._questions.values(), timeout=within_s)
        answers, self._questions = self._questions.values(), {}
        return [answer.result() for answer in answers if answer.done()]

    def _answered(self, path: Path, message: Params) -> None:
        answered = message.get("id", 0)
        question = self._questions.get(answered)
        if question is not None and not question.done():
            question.set_result(message.get("result", {}))
        unanswered = self._unanswered.get(path, set())
        if answered in unanswered:
            unanswered.remove(answered)
            if not unanswered:
                self._send(path, _RESUME)

    def _send(self, path: Path, command: Command) -> int:
        """Wrap a command once per level, send it, and return the id of its answer."""
        sent = next(self._ids)
        message: Params = {"id": sent, "method": command[0], "params": command[1]}
        for session_id in reversed(path[1:]):
            params = {"sessionId": session_id, "message": msgspec.json.encode(message).decode()}
            message = {"id": next(self._ids), "method": "Target.sendMessageToTarget", "params": params}
        params = {"sessionId": path[0], "message": msgspec.json.encode(message).decode()}
        self._spawn("Target.sendMessageToTarget", params)
        return sent
