"""How far a reconciliation is: a line on the terminal, drawn again and again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connections
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from purveyor.flows.reconciliation.lifecycle import RunState
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.queries import applied_counts, get_run

DRAW_SECONDS = 0.3
END_SECONDS = 5.0


@contextmanager
def shown(run: ReconciliationRun) -> Iterator[None]:
    """Show how far a reconciliation is while the block runs; only on a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    columns = TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn()
    ended = threading.Event()
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(str(run.application), total=None)
        drawing = threading.Thread(
            target=_draw, args=(run.pk, progress, bar, ended), daemon=True
        )
        drawing.start()
        try:
            yield
        finally:
            ended.set()
            drawing.join(END_SECONDS)


def _draw(pk: int, progress: Progress, bar: TaskID, ended: threading.Event) -> None:
    """Look at the record now and then: whoever does the work writes there."""
    try:
        while not ended.is_set():
            with suppress(DatabaseError):  # who does the work says what is wrong
                run = get_run(pk=pk)
                done, total = how_far(run)
                words = words_of(run)
                progress.update(bar, description=words, completed=done, total=total)
            ended.wait(DRAW_SECONDS)
    finally:
        connections.close_all()


def how_far(run: ReconciliationRun) -> tuple[int, int | None]:
    """Return how much is done of how much; None if nobody can know."""
    if run.state == RunState.APPLYING:
        return applied_counts(run=run)
    if run.listed_at is None:
        return 0, None  # a vendor does not say how long its listing is
    return run.looked_count, max(run.absent_count, run.looked_count, 1)


def words_of(run: ReconciliationRun) -> str:
    """Return how far a reconciliation is, in words."""
    if run.state == RunState.APPLYING:
        done, total = applied_counts(run=run)
        return f"{run.application}: {done} of {total} lines applied"
    words = f"{run.application}: {run.pages_count} pages, {run.rows_count} coupons read"
    if run.absent_count:
        words += f", {run.looked_count} of {run.absent_count} looked for by code"
    return words
