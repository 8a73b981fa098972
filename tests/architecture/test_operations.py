"""Verbs of the business are called by name, and only they write and read the time."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.source import Function, Module, dotted, modules

STREET = modules("purveyor/domain")
FLOWS = modules("purveyor/flows")
FACES = modules("purveyor/faces")
PRODUCT = modules("purveyor")

# ------------------------------------------------------------------ keyword-only


def is_verb_of_the_business(module: Module, function: Function) -> bool:
    """Return whether others call this function to read or write records."""
    if module.name.startswith("purveyor/flows/"):
        names = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
        return bool(names & {"actor", "now"}) and module.path.name != "tasks.py"
    return module.path.name in {"operations.py", "queries.py"} or (
        "operations" in module.path.parent.name
    )


def takes_keywords_only(function: Function) -> bool:
    """Return whether a call names what it passes; `lane_of(assets)` needs no name."""
    asked = function.args
    unnamed = [*asked.posonlyargs, *asked.args]
    return not unnamed or (len(unnamed) == 1 and not asked.kwonlyargs)


def test_operations_and_queries_take_keywords_only() -> None:
    positional = [
        f"{module.at(function)} {function.name}"
        for module in (*STREET, *FLOWS)
        for function in module.verbs
        if is_verb_of_the_business(module, function)
        and not takes_keywords_only(function)
    ]

    assert positional == []


# ------------------------------------------------------------------ writes of the faces

WRITES = {
    "save",
    "delete",
    "create",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "save_m2m",
    "create_user",
    "create_superuser",
}
#: Names that also belong to things which are no records: `dict.update`, say.
WRITES_ON_QUERYSETS = {"update"}
#: Django's own ways to write behind the back of an admin class.
SUPER_WRITES = {
    "save_model",
    "delete_model",
    "delete_queryset",
    "save_form",
    "save_formset",
    "save_related",
}
QUERYSET = re.compile(
    r"\.objects\b|\._default_manager\b|queryset|\.(filter|exclude|all)\(\)"
)


def bare_writes(module: Module) -> Iterator[ast.Call]:
    """Yield the calls that write a record without an operation."""
    for node in module.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        verb, receiver = node.func.attr, dotted(node.func.value)
        is_bare = verb in WRITES and receiver not in {"cache", "caches"}
        is_bulk = verb in WRITES_ON_QUERYSETS and QUERYSET.search(receiver)
        is_super = verb in SUPER_WRITES and receiver == "super()"
        if is_bare or is_bulk or is_super:
            yield node


def test_faces_write_through_operations_only() -> None:
    found = [
        f"{module.at(call)} {ast.unparse(call.func)}"
        for module in FACES
        for call in bare_writes(module)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("line", "is_bare"),
    [
        ("order.save()", True),
        ("Order.objects.create(number='1')", True),
        ("Order.objects.filter(pk=1).update(number='1')", True),
        ("queryset.delete()", True),
        ("form.save(commit=False)", True),
        ("super().save_model(request, order, form, change)", True),
        ("context.update(title='Orders')", False),
        ("cache.delete('badges')", False),
        ("submit_order(order=order, actor=actor, now=now)", False),
    ],
)
def test_a_bare_write_is_told_from_other_calls(
    line: str, is_bare: bool, tmp_path
) -> None:
    page = tmp_path / "page.py"
    page.write_text(line)

    assert bool(list(bare_writes(Module(page)))) is is_bare


# ------------------------------------------------------------------ the time

CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "datetime.date.today",
    "date.today",
    "timezone.now",
    "timezone.localdate",
    "timezone.localtime",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.perf_counter",
}
STOPWATCHES = {"time.monotonic", "time.perf_counter"}

WORK = "purveyor.kernel.work".replace(".", "/")
#: Who may read which clock, and why.
MAY_READ = {
    "purveyor/kernel/clock.py": CLOCKS,  # the only place
    "purveyor/kernel/http.py": STOPWATCHES,  # one deadline for a whole call
    f"{WORK}/engine.py": STOPWATCHES,  # signs of life of a worker
    f"{WORK}/combining.py": STOPWATCHES,  # how long a list is gathered
    # so many calls of a vendor a second, and how long its gate is waited at
    "purveyor/domain/provisioning/operations/gate.py": STOPWATCHES,
    "purveyor/faces/console/": STOPWATCHES,  # waits for programs it has started
}
#: Below the faces `now` is passed; only who is woken or sweeps has to ask, and the
#: one user model, which Django's own commands fill in.
ASKS = re.compile(
    rf"^{WORK}/|^purveyor/(kernel/clock\.py|flows/\w+/tasks\.py"
    r"|domain/\w+/tasks\.py|domain/accounts/models\.py|faces/|project/)"
)


def clocks_read(module: Module) -> Iterator[ast.Attribute]:
    """Yield the mentions of a clock that this module may not read."""
    mine = (MAY_READ[place] for place in MAY_READ if module.name.startswith(place))
    allowed = set().union(*mine)
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and dotted(node) in CLOCKS - allowed:
            yield node


def test_only_the_clock_reads_the_time() -> None:
    found = [
        f"{module.at(node)} {dotted(node)}"
        for module in PRODUCT
        for node in clocks_read(module)
    ]

    assert found == []


def test_below_the_faces_now_is_passed() -> None:
    found = [
        f"{module.at(node)} {dotted(node)}"
        for module in PRODUCT
        if not ASKS.match(module.name)
        for node in module.nodes
        if isinstance(node, ast.Attribute)
        and dotted(node) in {"clock.now", "clock.today"}
    ]

    assert found == []


def test_no_column_fills_in_the_time_by_itself() -> None:
    found = [
        f"{module.at(node)} {node.arg}"
        for module in PRODUCT
        for node in module.nodes
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}
    ]

    assert found == []
