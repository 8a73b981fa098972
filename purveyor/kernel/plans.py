"""How the database plans its way to what is asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def planned_anew() -> Iterator[None]:
    """
    Have PostgreSQL plan each statement in here for the values it is asked with.

    Elsewhere a statement that comes often is planned once for whatever values, which
    saves the planning. Of any part of a name that plan supposes that it fits hardly
    anywhere; where it fits a fifth of all, it takes several times as long.

    Holds until the transaction ends, which is the caller's if there is one.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        yield
