"""
Find text by the beginnings of its words, by an index: `name__words="north trad"`.

On PostgreSQL a word index answers (`WordIndex` in a migration makes it), on SQLite,
which holds a first look, every row is read.
"""

import re
from typing import Any

from django.db import migrations, models
from django.db.models.fields import TextField

WORD = re.compile(r"\w+")
WORDS_MAX = 8
#: What stands between words, although PostgreSQL would keep it within one.
BETWEEN = "./-_@:+"
TO_WORDS = f"to_tsvector('simple', translate({{column}}, '{BETWEEN}', '{' ' * 7}'))"


def words_in(text: str) -> list[str]:
    """Return the words of a text as they are looked for."""
    return WORD.findall(text.replace("_", " ").lower())[:WORDS_MAX]


@models.CharField.register_lookup
@TextField.register_lookup
class Words(models.Lookup[Any]):
    """Whether each word that is looked for begins a word of the text."""

    lookup_name = "words"

    def get_prep_lookup(self) -> list[str]:
        """Return the words; the database is asked for each of them."""
        return words_in(str(self.rhs))

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the condition for databases without a word index."""
        left, params = self.process_lhs(compiler, connection)
        if not self.rhs:
            return "1 = 0", []
        one = f"' ' || replace(lower({left}), '-', ' ') LIKE %s"
        values: list[Any] = []
        for word in self.rhs:
            values += [*params, f"% {word}%"]
        return " AND ".join([one] * len(self.rhs)), values

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the condition that the word index answers."""
        left, params = self.process_lhs(compiler, connection)
        if not self.rhs:
            return "FALSE", []
        asked = " & ".join(f"{word}:*" for word in self.rhs)
        words = TO_WORDS.format(column=left)
        return f"{words} @@ to_tsquery('simple', %s)", [*params, asked]


class WordIndex(migrations.RunPython):
    """Makes the index of the words of a column, where the database has such."""

    def __init__(self, table: str, column: str) -> None:
        self.table, self.column = table, column
        name = f"{table}_{column}_words"
        words = TO_WORDS.format(column=f'"{column}"')

        def make(_apps: Any, editor: Any) -> None:
            if editor.connection.vendor == "postgresql":
                editor.execute(
                    f'CREATE INDEX "{name}" ON "{table}" USING gin ({words})'
                )

        def drop(_apps: Any, editor: Any) -> None:
            if editor.connection.vendor == "postgresql":
                editor.execute(f'DROP INDEX IF EXISTS "{name}"')

        super().__init__(make, drop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return how the migration writes it down."""
        return (self.__class__.__name__, [self.table, self.column], {})
