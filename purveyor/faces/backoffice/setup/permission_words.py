"""
Permissions in words, grouped by what they are about.

The words are made from the records themselves, so that a new one is told without being
written down a second time; what sounds wrong has words of its own here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Text = str | Promise

#: What permissions are about, by app, in the order in which a page shows it.
GROUPS: Mapping[str, Text] = {
    "accounts": gettext_lazy("Accounts"),
    "orders": gettext_lazy("Orders"),
    "assets": gettext_lazy("Assets"),
    "invoices": gettext_lazy("Invoices"),
    "catalogue": gettext_lazy("Catalogue and prices"),
    "provisioning": gettext_lazy("Provisioning"),
    "reconciliation": gettext_lazy("Reconciliation"),
    "notifications": gettext_lazy("Notifications"),
    "journal": gettext_lazy("Journal"),
    "work": gettext_lazy("Workers"),
    "people": gettext_lazy("People and setup"),
}
#: Records of an app that are about something else.
ELSEWHERE = {
    "accounts.user": "people",
    "accounts.member": "people",
    "accounts.signin": "people",
    "accounts.organization": "people",
    "accounts.paymentmethod": "invoices",
    "auth.group": "people",
    "auth.permission": "people",
    "catalogue.taxrate": "invoices",
}
VERBS = {
    "view": gettext_lazy("See %(records)s"),
    "add": gettext_lazy("Add %(records)s"),
    "change": gettext_lazy("Edit %(records)s"),
    "delete": gettext_lazy("Delete %(records)s"),
}
#: What several records are called, where the menu has another word or nobody any.
CALLED: Mapping[str, Text] = {
    "accounts.user": gettext_lazy("people of the staff"),
    "accounts.organization": gettext_lazy("the organization profile"),
    "accounts.signin": gettext_lazy("the sign-in history"),
    "auth.group": gettext_lazy("roles"),
    "auth.permission": gettext_lazy("permissions"),
    "catalogue.characteristic": gettext_lazy("characteristics of product types"),
    "catalogue.price": gettext_lazy("prices"),
    "invoices.charge": gettext_lazy("pending invoices"),
    "invoices.invoiceline": gettext_lazy("lines of invoices"),
    "journal.entry": gettext_lazy("the journal"),
    "notifications.message": gettext_lazy("notifications sent"),
    "work.workerbeat": gettext_lazy("whether workers run"),
}


@dataclass(frozen=True, slots=True)
class Described:
    """One permission, in words."""

    name: str  # as in the table of roles: `orders.submit_order`
    words: str


@dataclass(frozen=True, slots=True)
class DescribedGroup:
    """Permissions that are about the same."""

    title: str
    permissions: tuple[Described, ...]


def grouped(names: Iterable[str]) -> list[DescribedGroup]:
    """Return permissions in words, by what they are about; seeing stands first."""
    found: dict[str, list[Described]] = defaultdict(list)
    for name in sorted(set(names), key=_in_order):
        found[_group_of(name)].append(Described(name, permission_words(name)))
    order = [*GROUPS, *sorted(set(found) - set(GROUPS))]
    return [
        DescribedGroup(str(GROUPS.get(key, capfirst(key))), tuple(found[key]))
        for key in order
        if key in found
    ]


def permission_words(name: str) -> str:
    """Return what a permission allows, as an order: *Submit orders*."""
    app, _dot, codename = name.partition(".")
    verb, _line, model = codename.partition("_")
    label = f"{app}.{model}"
    if verb in VERBS and (record := _model(label)) is not None:
        records = str(CALLED.get(label) or _plural(record))
        return str(VERBS[verb]) % {"records": records}
    told = _own_words(app, codename) or codename.replace("_", " ")
    return capfirst(told.removeprefix(_("Can ")).removeprefix("Can "))


def _in_order(name: str) -> tuple[int, str]:
    verb = name.partition(".")[2].partition("_")[0]
    place = list(VERBS).index(verb) if verb in VERBS else len(VERBS)
    return place, name


def _group_of(name: str) -> str:
    app, _dot, codename = name.partition(".")
    model = codename.partition("_")[2]
    return ELSEWHERE.get(f"{app}.{model}", app)


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def _plural(model: type[Model]) -> str:
    words = str(model._meta.verbose_name_plural)
    return words[:1].lower() + words[1:]


def _own_words(app: str, codename: str) -> str:
    for model in apps.get_app_config(app).get_models():
        for known, words in model._meta.permissions:
            if known == codename:
                return str(words)
    return ""
