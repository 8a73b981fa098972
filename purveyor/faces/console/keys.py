"""`purveyor new-key`."""

from purveyor.kernel.sealed import new_key


def run() -> int:
    """Print a fresh key; put it first in PURVEYOR_SEAL_KEYS and keep the older ones."""
    print(new_key())
    return 0
