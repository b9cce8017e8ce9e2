"""What each request passes on its way to a handler and back: plain ASGI, one concern a file."""
