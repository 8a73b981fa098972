"""A whole plan as CSV or as JSON, line by line in bounded memory; without a secret."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.flows.reconciliation.queries import lines_of
from purveyor.kernel.sheets import harmless

COLUMNS = (
    "line",
    "kind",
    "ours",
    "theirs",
    "evidence",
    "remedy",
    "account",
    "reason",
    "state",
    "result",
    "cost",
    "price",
    "currency",
)


def as_csv(run: ReconciliationRun) -> Iterator[str]:
    """Yield a plan as CSV: a head, then a row a finding."""
    yield _row(COLUMNS)
    for line in lines_of(run):
        facts = _facts(line)
        facts |= {
            "ours": _spoken(line.ours),
            "theirs": _spoken(line.theirs),
            "evidence": " ".join(line.evidence),
        }
        yield _row(harmless(str(facts[name])) for name in COLUMNS)


def as_json(run: ReconciliationRun) -> Iterator[str]:
    """Yield a plan as one JSON object, with a finding a line."""
    head = {
        "plan": run.pk,
        "application": run.application.name,
        "state": run.state,
        "compared": run.compared_count,
    }
    yield json.dumps(head)[:-1] + ', "findings": ['
    for number, line in enumerate(lines_of(run)):
        yield ",\n" if number else "\n"
        yield json.dumps(_facts(line), cls=DjangoJSONEncoder)
    yield "\n]}\n"


def _facts(line: Finding) -> dict[str, Any]:
    return {
        "line": line.position,
        "kind": line.drift,
        "ours": line.ours,
        "theirs": line.theirs,
        "evidence": line.evidence,
        "remedy": line.remedy,
        "account": line.for_account.number if line.for_account else "",
        "reason": line.because,
        "state": line.state,
        "result": line.result,
        "cost": line.cost,
        "price": line.price,
        "currency": line.currency,
    }


def _spoken(facts: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in facts.items())


def _row(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
