"""Why something was decided about an order, in the words of who decided it."""

REASON_MAX = 300


def kept_reason(because: str) -> str:
    """Return a reason as it is kept: what is too long for its column is cut."""
    return because.strip()[:REASON_MAX]
