"""`purveyor work`: it stops when asked to, and keeps away where it could do harm."""

import signal

import pytest
from django.db import connection

from tests.integration.console.shell import Console, Run

pytestmark = pytest.mark.both


def begin(run: Run) -> None:
    run.wait_until(lambda: "worker_started" in run.said)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_stops_when_asked_to(
    prepared: Console, number: signal.Signals
) -> None:
    with prepared.running("work") as worker:
        begin(worker)

        code = worker.stopped_by(number)

    assert code == 0, worker.said
    assert "worker_stopped" in worker.said


def test_a_second_worker_runs_where_the_database_takes_two(prepared: Console) -> None:
    with prepared.running("work") as first:
        begin(first)
        if connection.vendor == "sqlite":
            code, said = prepared.runs("work")
            assert code == 2
            assert "SQLite takes one" in said
            assert "Traceback" not in said
        else:
            with prepared.running("work") as second:
                begin(second)


def test_the_doctor_sees_whether_a_worker_lives(prepared: Console) -> None:
    with prepared.running("work") as worker:
        begin(worker)
        worker.wait_until(lambda: "1 alive" in prepared.runs("doctor")[1])


def test_a_killed_worker_is_no_hindrance(prepared: Console) -> None:
    with prepared.running("work") as first:
        begin(first)
        first.stopped_by(signal.SIGKILL)

    with prepared.running("work") as second:
        begin(second)
