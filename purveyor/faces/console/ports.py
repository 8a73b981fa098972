"""The port of the web server."""

import os

from django.core.exceptions import ImproperlyConfigured

PORTS = range(1, 65_536)


def web_port() -> int:
    """
    Return the port the web server listens on.

    :raises ImproperlyConfigured: if PURVEYOR_PORT is no port.
    """
    value = os.environ.get("PURVEYOR_PORT", "8000")
    if not value.isdecimal() or int(value) not in PORTS:
        message = f"PURVEYOR_PORT is {value!r}; it must be from 1 to {PORTS[-1]}."
        raise ImproperlyConfigured(message)
    return int(value)
