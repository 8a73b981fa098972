"""People: one user model, and the roles of the distributor's staff."""

from datetime import datetime

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from purveyor.domain.accounts.models import User
from purveyor.domain.accounts.operations import create_staff, establish_roles
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from tests.factories.moments import DAN

VIEW, ADD = "orders.view_order", "orders.add_order"
REVEAL = "assets.reveal_coupon"


def hired(email: str = "ann@aurora.example", roles: tuple[str, ...] = ()) -> User:
    return create_staff(
        email=email, name="Ann", password="correct horse", roles=roles, actor=DAN
    )


def test_a_role_gives_its_permissions_to_who_has_it() -> None:
    establish_roles(roles={"Sales": [VIEW, ADD], "Auditor": [VIEW]})

    ann = hired(roles=("Auditor",))

    assert ann.is_staff
    assert not ann.is_superuser
    assert ann.has_perm(VIEW)
    assert not ann.has_perm(ADD)


def test_roles_that_are_established_again_have_what_the_table_says_now() -> None:
    establish_roles(roles={"Sales": [VIEW, ADD]})

    establish_roles(roles={"Sales": [VIEW]})

    assert Group.objects.get().permissions.get().codename == "view_order"


def test_a_role_with_an_unknown_permission_stops_and_changes_nothing() -> None:
    with pytest.raises(Refused, match=r"orders\.fly_order"):
        establish_roles(roles={"Auditor": [VIEW], "Pilot": ["orders.fly_order"]})

    assert not Group.objects.exists()


def test_nobody_is_hired_into_a_role_that_does_not_exist() -> None:
    with pytest.raises(Refused, match="There is no role Pilot"):
        hired(roles=("Pilot",))

    assert not User.objects.exists()


def test_the_roles_of_the_product_can_be_established() -> None:
    establish_roles(roles=settings.PURVEYOR_ROLES)

    auditor = hired(roles=("Auditor",))

    assert len(settings.PURVEYOR_ROLES) == 5
    assert not auditor.has_perm(REVEAL)
    allowed = auditor.get_all_permissions() - {"lists.export_lists"}  # also a look
    assert {p.split(".")[1].split("_")[0] for p in allowed} == {"view"}


def test_hiring_leaves_a_line_without_the_password(now: datetime) -> None:
    establish_roles(roles={"Sales": [VIEW]})

    ann = hired(roles=("Sales",))

    entry = Entry.objects.get()
    assert (entry.verb, entry.actor, entry.facts) == (
        "create",
        DAN,
        {"roles": ["Sales"]},
    )
    assert entry.at == ann.joined_at == now


def test_an_e_mail_is_known_however_it_is_written() -> None:
    ann = hired("Ann@Aurora.EXAMPLE")

    assert ann.email == "ann@aurora.example"
    assert User.objects.get_by_natural_key(" ANN@aurora.example ") == ann
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key(None)


def test_a_password_is_never_stored_as_it_is() -> None:
    ann = hired()

    assert "correct horse" not in ann.password
    assert ann.check_password("correct horse")


def test_who_has_no_password_cannot_sign_in() -> None:
    assert not User.objects.create_user("lea@lea.example").has_usable_password()


def test_an_administrator_may_do_everything() -> None:
    root = User.objects.create_superuser("root@aurora.example", "correct horse")

    assert root.is_staff
    assert root.has_perm(REVEAL)


def test_a_person_is_called_by_name_else_by_e_mail() -> None:
    ann = hired()

    assert (ann.get_full_name(), str(ann)) == ("Ann", "ann@aurora.example")
    ann.name = ""
    assert ann.get_short_name() == "ann@aurora.example"
