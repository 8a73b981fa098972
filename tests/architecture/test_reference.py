"""The reference tells the truth: errors, lifecycles and settings as they are."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import cast

from django.db.models import TextChoices

from purveyor.flows.reconciliation.lifecycle import Drift
from scripts.make_reference import REFERENCE, error_classes, lifecycles, pages
from tests.support.source import Module, dotted, modules

READERS = {"text", "flag", "number", "numbers", "one_of", "words", "secret"}


def settings_read(module: Module) -> Iterator[str]:
    """Yield the names of the environment's variables that a module reads."""
    for node in module.nodes:
        if not isinstance(node, ast.Call) or not node.args:
            continue
        reader, name = dotted(node.func), node.args[0]
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            continue
        if reader in {f"env.{each}" for each in READERS}:
            yield f"PURVEYOR_{name.value}"
        if reader in {"os.environ.get", "os.getenv"}:
            yield name.value


def test_pages_drawn_from_the_code_are_up_to_date() -> None:
    stale = [
        path.name
        for path, text in pages().items()
        if not path.exists() or path.read_text() != text
    ]

    assert stale == [], "Run `make docs` and commit what it writes."


def test_every_error_has_a_code_of_its_own() -> None:
    pages()  # imports everything
    errors = error_classes()
    counts = Counter(error.code for error in errors)

    assert [e.__name__ for e in errors if "code" not in vars(e)] == []
    assert {code: count for code, count in counts.items() if count > 1} == {}


def test_every_error_says_what_is_the_case() -> None:
    pages()  # imports everything

    assert [e.__name__ for e in error_classes() if not e.__doc__] == []


def test_people_are_told_what_to_do_about_every_kind_of_finding() -> None:
    told = (REFERENCE.parent / "howto" / "reconcile-with-the-vendor.md").read_text()

    assert [str(each) for each in Drift if f"| {each.label} |" not in told] == []


def test_every_setting_is_explained() -> None:
    read = {name for module in modules("purveyor") for name in settings_read(module)}
    explained = (REFERENCE / "settings.md").read_text()

    assert "PURVEYOR_SECRET_KEY" in read
    assert sorted(name for name in read if f"`{name}`" not in explained) == []


def test_no_setting_is_explained_that_nobody_reads() -> None:
    read = {name for module in modules("purveyor") for name in settings_read(module)}
    explained = (REFERENCE / "settings.md").read_text()
    named = set(re.findall(r"`(PURVEYOR_\w+)`", explained))

    assert sorted(n for n in named if n.removesuffix("_FILE") not in read) == []


def test_every_state_of_a_lifecycle_can_be_reached() -> None:
    stranded = {}
    for lifecycle in lifecycles():
        states = {state for move in lifecycle.moves.values() for state in move.sources}
        reached = {lifecycle.initial}
        for _ in lifecycle.moves:
            reached |= {
                move.target
                for move in lifecycle.moves.values()
                if reached & set(move.sources)
            }
        stranded[lifecycle.name] = states - reached

    assert len(stranded) >= 5
    assert {name: states for name, states in stranded.items() if states} == {}


def test_every_state_a_record_may_have_is_in_its_lifecycle() -> None:
    forgotten = {}
    for lifecycle in lifecycles():
        moves = lifecycle.moves.values()
        known = {lifecycle.initial} | {state for m in moves for state in m.sources}
        known |= {move.target for move in moves}
        choices = cast("type[TextChoices]", type(lifecycle.initial))
        forgotten[lifecycle.name] = set(choices.values) - known

    assert {name: states for name, states in forgotten.items() if states} == {}
