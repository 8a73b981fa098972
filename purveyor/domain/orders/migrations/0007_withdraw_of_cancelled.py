"""Orders that were cancelled before this left their questions open: nobody is asked."""

from typing import Any

from django.db import migrations
from django.utils import timezone


def withdraw(apps: Any, _editor: Any) -> None:
    """Close the questions about orders that are cancelled."""
    approvals = apps.get_model("orders", "Approval").objects
    open_yet = approvals.filter(state="WAITING", order__state="CANCELLED")
    open_yet.update(
        state="WITHDRAWN", decided_at=timezone.now(), decided_by="system"
    )


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_approvals_withdrawn")]

    operations = [migrations.RunPython(withdraw, migrations.RunPython.noop)]
