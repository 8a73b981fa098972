"""Take numbers from a series."""

from dataclasses import dataclass

from django.db import connection, transaction

from purveyor.kernel.numbering.models import Counter

_TAKE = """
    INSERT INTO {table} (name, last) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET last = {table}.last + excluded.last
    RETURNING last
"""


@dataclass(frozen=True, slots=True)
class Series:
    """A series of public numbers: its name, what stands before, how many digits."""

    name: str
    prefix: str
    digits: int

    def take(self, count: int = 1) -> list[str]:
        """
        Take the next numbers of the series, in order.

        The counter's row stays locked until the transaction ends, so a number that is
        rolled back is taken again by the next one: no gap, no duplicate. Take numbers
        as late in a transaction as you can.
        """
        if not connection.in_atomic_block:
            message = f"Numbers of {self.name} are taken inside a transaction only."
            raise transaction.TransactionManagementError(message)
        statement = _TAKE.format(table=Counter._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(statement, [self.name, count])
            (last,) = cursor.fetchone()
        first = last - count + 1
        return [f"{self.prefix}{n:0{self.digits}d}" for n in range(first, last + 1)]
