"""Nothing is longer than a reader can hold in mind."""

from statistics import median, quantiles

from tests.support.source import Function, modules

PRODUCT = modules("purveyor", "sandbox")
ALL = modules("purveyor", "sandbox", "tests", "scripts", "benchmarks")

FUNCTION_LINES_MAX = 60
FUNCTION_LINES_P90_MAX = 30
FUNCTION_LINES_MEDIAN_MAX = 8
FILE_LINES_MAX = 400
PARAMETERS_MAX = 5

#: What every operation or method is given, and what is therefore not counted.
GIVEN = {"self", "cls", "actor", "now", "at"}


def length(function: Function) -> int:
    """Return how many lines a function spans, signature and docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> list[str]:
    """Return the names a caller has to know."""
    asked = function.args
    every = [*asked.posonlyargs, *asked.args, *asked.kwonlyargs]
    return [each.arg for each in every if each.arg not in GIVEN]


def test_no_function_is_too_long() -> None:
    long = [
        f"{module.at(function)} {function.name}: {length(function)} lines"
        for module in ALL
        for function in module.functions
        if length(function) > FUNCTION_LINES_MAX
    ]

    assert long == []


def test_most_functions_are_short() -> None:
    lengths = [length(function) for m in PRODUCT for function in m.functions]
    p90 = quantiles(lengths, n=10)[-1]

    assert median(lengths) <= FUNCTION_LINES_MEDIAN_MAX
    assert p90 <= FUNCTION_LINES_P90_MAX


def test_no_file_is_too_long() -> None:
    counts = {module.name: len(module.text.splitlines()) for module in ALL}

    assert {n: count for n, count in counts.items() if count > FILE_LINES_MAX} == {}


def test_no_function_asks_for_too_much() -> None:
    greedy = [
        f"{module.at(function)} {function.name}: {', '.join(parameters(function))}"
        for module in PRODUCT
        for function in module.functions
        if len(parameters(function)) > PARAMETERS_MAX
    ]

    assert greedy == []
