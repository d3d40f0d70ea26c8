"""What Schemathesis cannot send by itself."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_context, message):
    """A stream of one message."""
    return json.dumps(message).encode() + b"\n"
