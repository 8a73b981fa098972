"""The journal in words: sentences that a person reads without knowing the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy

from purveyor.faces.backoffice.frame.fact_words import facts
from purveyor.kernel.journal.queries import journal_of

#: Who acts without being a person.
SYSTEM = {
    "worker": gettext_lazy("The system"),
    "schedule": gettext_lazy("The schedule"),
}

#: What was done, in the past tense. A verb that is not here is shown as it is.
DEEDS = {
    "acknowledge": gettext_lazy("acknowledged how the synchronization went"),
    "add_passkey": gettext_lazy("added a passkey"),
    "adopt": gettext_lazy("connected what was found at the vendor"),
    "annotate": gettext_lazy("changed notes or PO code"),
    "apply": gettext_lazy("applied the plan"),
    "approve": gettext_lazy("approved it"),
    "ask": gettext_lazy("asked for the services definition"),
    "ask_to_cancel": gettext_lazy("asked for it to be cancelled"),
    "ask_to_enter": gettext_lazy("entered a coupon code, to be checked"),
    "ask_to_synchronize": gettext_lazy("asked for the synchronization"),
    "assign_accounts": gettext_lazy("chose the accounts for which it holds"),
    "assign_kinds": gettext_lazy("chose the account kinds for which it holds"),
    "attach": gettext_lazy("attached a file"),
    "become_automatic": gettext_lazy("switched non-automatic execution off"),
    "become_by_hand": gettext_lazy("switched non-automatic execution on"),
    "become_due": gettext_lazy("became due to be invoiced"),
    "begin": gettext_lazy("began it"),
    "cancel": gettext_lazy("cancelled it"),
    "cancel_at_vendor": gettext_lazy("cancelled the coupon at the vendor"),
    "cancel_rest": gettext_lazy("cancelled the rest of it"),
    "choose_remedy": gettext_lazy("chose what is to be done"),
    "close_breaker": gettext_lazy("asks the vendor again, because it answers"),
    "create": gettext_lazy("created it"),
    "decide": gettext_lazy("decided it"),
    "delete": gettext_lazy("deleted it"),
    "delete_export": gettext_lazy("deleted the file, its days being over"),
    "deliver": gettext_lazy("executed some items"),
    "detach": gettext_lazy("removed a file"),
    "discard": gettext_lazy("discarded the plan"),
    "discard_import": gettext_lazy("discarded an import of prices"),
    "doubt": gettext_lazy("heard no clear answer from the vendor"),
    "doubt_cancel": gettext_lazy("heard no clear answer to the cancellation"),
    "download_export": gettext_lazy("downloaded the file"),
    "drop": gettext_lazy("dropped it"),
    "drop_language": gettext_lazy("deleted its texts in a language"),
    "edit": gettext_lazy("changed it"),
    "edit_ladder": gettext_lazy("changed the days on which reminders go out"),
    "end_session": gettext_lazy("signed the person out of one browser"),
    "end_sessions": gettext_lazy("signed the person out everywhere"),
    "enter": gettext_lazy("connected a coupon code that was entered by hand"),
    "exclude": gettext_lazy("left the line out"),
    "execute": gettext_lazy("executed it"),
    "expire": gettext_lazy("learned that it has expired"),
    "export": gettext_lazy("had a list written as a file"),
    "extend": gettext_lazy("had it tried for longer"),
    "fail": gettext_lazy("could not do it"),
    "fail_export": gettext_lazy("could not write the file"),
    "find_duplicate": gettext_lazy("found a second coupon with its reference"),
    "find_nothing": gettext_lazy("found nothing that differs"),
    "find_other_facts": gettext_lazy("found a coupon with other facts than ordered"),
    "finish": gettext_lazy("finished it"),
    "finish_export": gettext_lazy("wrote the file"),
    "finish_run": gettext_lazy("finished the retry of a group"),
    "forget": gettext_lazy("will have it found again"),
    "hold": gettext_lazy("had it wait for approval"),
    "import": gettext_lazy("imported a coupon that was bought elsewhere"),
    "import_prices": gettext_lazy("imported prices"),
    "include": gettext_lazy("took the line back in"),
    "invite": gettext_lazy("had a link mailed to set a password"),
    "issue": gettext_lazy("issued it"),
    "keep": gettext_lazy("could not cancel it: the vendor keeps it"),
    "label": gettext_lazy("called its status something else"),
    "late_answer": gettext_lazy("heard late that the vendor had made it"),
    "leave_to_staff": gettext_lazy("left it to the staff to execute it"),
    "leave_pending": gettext_lazy("left it under Pending invoices"),
    "load_demo": gettext_lazy("loaded the demo"),
    "lose": gettext_lazy("learned that the vendor does not know the account"),
    "lose_sight": gettext_lazy("does not know whether it was sent"),
    "make": gettext_lazy("had the vendor make it"),
    "mend": gettext_lazy("corrected what is sent to the vendor"),
    "merge": gettext_lazy("merged another account into it"),
    "merge_into": gettext_lazy("merged it into another account"),
    "open_breaker": gettext_lazy("asks the vendor no more: it does not answer"),
    "park": gettext_lazy("set it aside for a person"),
    "plan": gettext_lazy("planned what differs"),
    "propose": gettext_lazy("proposed the plan"),
    "reappear": gettext_lazy("learned that it is there after all"),
    "redeem": gettext_lazy("learned that it was redeemed"),
    "refresh": gettext_lazy("brought it up to date"),
    "refuse_entry": gettext_lazy("had the entered code refused"),
    "reject": gettext_lazy("rejected it"),
    "relapse_run": gettext_lazy("stopped the retry of a group: it failed again"),
    "remove_price": gettext_lazy("took a price away"),
    "rename": gettext_lazy("renamed it"),
    "remove_passkey": gettext_lazy("removed a passkey"),
    "renew_recovery_codes": gettext_lazy("made new recovery codes"),
    "reset_second_step": gettext_lazy("reset the two-step sign-in"),
    "retry": gettext_lazy("had it tried again"),
    "retry_group": gettext_lazy("had failures of one cause tried again"),
    "reveal_coupon": gettext_lazy("revealed the coupon code"),
    "send": gettext_lazy("sent it"),
    "send_again": gettext_lazy("had it sent again"),
    "set_items": gettext_lazy("set the items"),
    "set_password": gettext_lazy("set a new password"),
    "set_price": gettext_lazy("set the price"),
    "set_up_second_step": gettext_lazy("set up two-step sign-in"),
    "settle": gettext_lazy("settled the doubt"),
    "skip_message": gettext_lazy("wrote no mail"),
    "skip_reconciliation": gettext_lazy("did not compare"),
    "skip_welcome": gettext_lazy("sent no welcome mail"),
    "start": gettext_lazy("started it"),
    "stop": gettext_lazy("stopped it"),
    "stop_run": gettext_lazy("stopped the retry of a group"),
    "submit": gettext_lazy("submitted it"),
    "switch_off": gettext_lazy("switched it off"),
    "switch_on": gettext_lazy("switched it on"),
    "synchronize": gettext_lazy("had the vendor make the account"),
    "take_back": gettext_lazy("took it back before it was tried"),
    "take_down_second_step": gettext_lazy("switched off two-step sign-in"),
    "take_facts": gettext_lazy("took the vendor's facts"),
    "take_over": gettext_lazy("took it over from a worker that was gone"),
    "tell_apart": gettext_lazy("told it apart from another account"),
    "test_mail": gettext_lazy("sent a test mail"),
    "vanish": gettext_lazy("learned that the vendor no longer lists it"),
    "verify": gettext_lazy("confirmed the e-mail"),
    "void": gettext_lazy("voided it"),
    "begin_look": gettext_lazy("began to see the Storefront as this member"),
    "end_look": gettext_lazy("no longer sees the Storefront as this member"),
    "withdraw_invitation": gettext_lazy("withdrew the invitation"),
    "write_reminder": gettext_lazy("wrote a reminder that the coupon code expires"),
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
            facts=facts(line.facts, record._meta.label_lower),
        )
        for line in journal_of(record)
    ]


def who(actor: str) -> str:
    """Return who did it: a person's e-mail, or the system."""
    return str(SYSTEM.get(actor, actor))


def deed(verb: str) -> str:
    """Return what was done, in words."""
    return str(DEEDS.get(verb.replace(" ", "_"), verb.replace("_", " ")))


def change(before: str, after: str, words: Mapping[str, str]) -> str:
    """Return what it was and what it is now, in the words of the record's choices."""
    old, new = words.get(before, before), words.get(after, after)
    return f"{old} → {new}" if old and new else new or old


def words_of(record_type: str) -> dict[str, str]:
    """Return how the choices of a kind of record are written on pages."""
    try:
        fields = apps.get_model(record_type)._meta.fields
    except LookupError:
        return {}
    return {
        str(value): str(label) for field in fields for value, label in field.flatchoices
    }
