"""The link by which a person sets a password: mailed by a worker, used once."""

import re
from datetime import timedelta

import pytest

from purveyor.domain.accounts.invitations import (
    LinkIsWorthless,
    NobodyToInvite,
    accept_invitation,
    find_invited,
    invite_staff,
    mail_link,
)
from purveyor.domain.accounts.models import Invitation, User
from purveyor.flows.execution.street import STREET
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import a_staff_user
from tests.factories.moments import DAN, NOON

from .conftest import Mailbox, text_of

LINK = re.compile(r"/sign-in/welcome/([\w-]+)/")
PASSWORD = "a long enough phrase"


def ann() -> User:
    return invite_staff(
        email="ann@aurora.example", name="Ann", roles=(), actor=DAN, now=NOON
    )


def mailed(mailbox: Mailbox) -> str:
    """Let a worker mail the link, and return its secret, as the person gets it."""
    drain(STREET, now=NOON)
    mail = mailbox.taken[-1]
    assert mail["To"] == "ann@aurora.example"
    (token,) = LINK.findall(text_of(mail, "plain"))
    return str(token)


def test_a_person_is_invited_by_mail_and_the_link_works_once(profile, mailbox) -> None:
    user = ann()
    assert not user.has_usable_password()

    token = mailed(mailbox)

    assert token not in str(list(Invitation.objects.values()))
    assert token not in str(list(Entry.objects.values()))
    assert find_invited(token=token, now=NOON) == user
    accept_invitation(token=token, password=PASSWORD, now=NOON)
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    with pytest.raises(LinkIsWorthless):
        accept_invitation(token=token, password="another phrase", now=NOON)


def test_a_link_runs_out(profile, mailbox) -> None:
    ann()
    token = mailed(mailbox)

    assert find_invited(token=token, now=NOON + timedelta(hours=71))
    with pytest.raises(LinkIsWorthless):
        find_invited(token=token, now=NOON + timedelta(hours=73))


def test_a_newer_link_makes_the_older_worthless(profile, mailbox) -> None:
    user = ann()
    older = mailed(mailbox)

    mail_link(user=user, actor=DAN, now=NOON)

    with pytest.raises(LinkIsWorthless):
        find_invited(token=older, now=NOON)


def test_without_a_sender_the_link_waits_and_says_why(mailbox) -> None:
    ann()

    drain(STREET, now=NOON)

    invitation = Invitation.objects.get()
    assert invitation.state == "WAITING"
    assert "Mails have no sender yet" in invitation.waits_because
    assert invitation.due_at is not None
    assert invitation.due_at > NOON


def test_who_is_switched_off_gets_no_link() -> None:
    gone = a_staff_user(is_active=False)

    with pytest.raises(NobodyToInvite):
        mail_link(user=gone, actor=DAN, now=NOON)
