"""What Schemathesis cannot send by itself."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_context, message):
    """A stream of one message."""
    return json.dumps(message).encode() + b"\n"


@schemathesis.serializer("image/png")
def picture(_context, value):
    """Any bytes: the shop keeps what it is told is a picture."""
    data = getattr(value, "data", value)
    return data if isinstance(data, bytes) else str(data).encode()
