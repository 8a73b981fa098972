"""The journal in words: sentences that a person reads without knowing the code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.kernel.journal.queries import journal_of

WORKER = "worker"

#: What was done, in the past tense. A verb that is not here is shown as it is.
DEEDS = {
    "acknowledge": gettext_lazy("acknowledged how the synchronization went"),
    "adopt": gettext_lazy("connected what was found at the vendor"),
    "ask": gettext_lazy("asked for the services definition"),
    "ask_to_synchronize": gettext_lazy("asked for the synchronization"),
    "become_due": gettext_lazy("became due to be invoiced"),
    "cancel": gettext_lazy("cancelled it"),
    "create": gettext_lazy("created it"),
    "delete": gettext_lazy("deleted it"),
    "deliver": gettext_lazy("executed some items"),
    "doubt": gettext_lazy("heard no clear answer from the vendor"),
    "drop": gettext_lazy("dropped it"),
    "edit": gettext_lazy("changed it"),
    "execute": gettext_lazy("executed it"),
    "fail": gettext_lazy("could not do it"),
    "finish": gettext_lazy("finished it"),
    "issue": gettext_lazy("issued it"),
    "late_answer": gettext_lazy("heard late that the vendor had made it"),
    "lose": gettext_lazy("learned that the vendor does not know the account"),
    "lose_sight": gettext_lazy("does not know whether it was sent"),
    "make": gettext_lazy("had the vendor make it"),
    "mend": gettext_lazy("corrected what is sent to the vendor"),
    "park": gettext_lazy("set it aside for a person"),
    "refresh": gettext_lazy("brought it up to date"),
    "rename": gettext_lazy("renamed it"),
    "retry": gettext_lazy("had it tried again"),
    "reveal_coupon": gettext_lazy("revealed the coupon code"),
    "send": gettext_lazy("sent it"),
    "send_again": gettext_lazy("had it sent again"),
    "set_items": gettext_lazy("set the items"),
    "set_password": gettext_lazy("set a new password"),
    "set_price": gettext_lazy("set the price"),
    "settle": gettext_lazy("settled the doubt"),
    "skip_welcome": gettext_lazy("sent no welcome mail"),
    "submit": gettext_lazy("submitted it"),
    "switch_off": gettext_lazy("switched it off"),
    "switch_on": gettext_lazy("switched it on"),
    "synchronize": gettext_lazy("had the vendor make the account"),
    "take_over": gettext_lazy("took it over from a worker that was gone"),
    "void": gettext_lazy("voided it"),
    "write_welcome": gettext_lazy("wrote the welcome mail"),
}


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the journal as a page shows it."""

    at: datetime
    who: str
    deed: str
    change: str
    facts: str


def history_rows(record: Any) -> list[HistoryRow]:
    """Return the newest lines about a record, in words, newest first."""
    words = words_of(record._meta.label_lower)
    return [
        HistoryRow(
            at=line.at,
            who=who(line.actor),
            deed=deed(line.verb),
            change=change(line.before, line.after, words),
            facts=facts(line.facts),
        )
        for line in journal_of(record)
    ]


def who(actor: str) -> str:
    """Return who did it: a person's e-mail, or the system."""
    return _("The system") if actor == WORKER else actor


def deed(verb: str) -> str:
    """Return what was done, in words."""
    return str(DEEDS.get(verb.replace(" ", "_"), verb.replace("_", " ")))


def change(before: str, after: str, words: Mapping[str, str]) -> str:
    """Return what it was and what it is now, in the words of the record's choices."""
    old, new = words.get(before, before), words.get(after, after)
    return f"{old} → {new}" if old and new else new or old


def facts(values: Mapping[str, Any]) -> str:
    """Return what else is known about a line; empty values say nothing."""
    told = (
        f"{capfirst(k.replace('_', ' '))}: {_said(v)}" for k, v in values.items() if v
    )
    return " · ".join(told)


def words_of(record_type: str) -> dict[str, str]:
    """Return how the choices of a kind of record are written on pages."""
    try:
        fields = apps.get_model(record_type)._meta.fields
    except LookupError:
        return {}
    return {
        str(value): str(label) for field in fields for value, label in field.flatchoices
    }


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(each)}" for name, each in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(each).replace("_", " ") for each in value)
    return str(value)
