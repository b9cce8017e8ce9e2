"""Answers that are sent piece by piece, for as long as a patient reader needs and no longer (T20)."""

import asyncio

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Send

TIMEOUT_S = 120


class TimedStream(StreamingResponse):
    """A streamed answer that ends after a time: who reads nothing would hold it for ever."""

    async def stream_response(self, send: Send) -> None:
        """Send all pieces. Raises ClientDisconnect where that takes too long."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await super().stream_response(send)
        except TimeoutError as error:
            raise ClientDisconnect from error
