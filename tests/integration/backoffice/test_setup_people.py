"""Setup > Organization profile, and Users and roles."""

import io
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from purveyor.domain.accounts.models import Organization, User
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import an_organization
from tests.support.staff import value_of, words


@pytest.fixture
def administrator(staff) -> Client:
    return staff("Administrator")


# ------------------------------------------------------------------ the profile


def profile(**fields: object) -> dict[str, Any]:
    """Return what a browser sends of the organization profile."""
    return {
        "name": "Aurora Distribution GmbH",
        "email": "hello@aurora.example",
        "line1": "Hafenstraße 7",
        "margin_min_percent": "0",
        "city": "Hamburg",
        "country": "DE",
        "sign_in_days": "180",
        "shop_color": "#3b5bdb",
        **fields,
    }


def a_picture(
    kind: str = "PNG", size: tuple[int, int] = (60, 30)
) -> SimpleUploadedFile:
    """Return a file as it is uploaded."""
    body = io.BytesIO()
    Image.new("RGB", size, "teal").save(body, kind)
    return SimpleUploadedFile(f"logo.{kind.lower()}", body.getvalue())


def test_the_profile_is_one_page_with_a_logo(administrator: Client) -> None:
    page = reverse("bss:accounts_organization_changelist")

    first = administrator.get(page)
    administrator.post(first["Location"], profile(logo_file=a_picture()))
    then = administrator.get(page, follow=True)

    organization = Organization.objects.get()
    assert organization.logo is not None
    assert bytes(organization.logo)[:4] == b"\x89PNG"
    assert "data:image/png;base64," in then.content.decode()
    assert first["Location"] == reverse("bss:accounts_organization_add")
    assert administrator.get(first["Location"]).status_code == 403


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (a_picture("GIF"), "Use a PNG or JPEG file."),
        (SimpleUploadedFile("logo.png", b"no picture"), "Upload a valid image."),
        (
            SimpleUploadedFile("logo.png", a_picture().read() + b"0" * 600_000),
            "Use one of up to 512 KB.",
        ),
    ],
)
def test_a_wrong_logo_is_told_and_nothing_typed_is_lost(
    file: SimpleUploadedFile, told: str, administrator: Client
) -> None:
    file.seek(0)
    page = reverse("bss:accounts_organization_add")

    answer = administrator.post(page, profile(logo_file=file))

    assert told in words(answer)
    assert value_of(answer, "line1") == "Hafenstraße 7"
    assert not Organization.objects.exists()


def test_the_logo_can_be_removed(administrator: Client) -> None:
    organization = an_organization()
    organization.logo = a_picture().read()
    organization.save()
    page = reverse("bss:accounts_organization_change", args=[1])

    administrator.post(page, profile(is_logo_dropped="on"))

    assert Organization.objects.get().logo is None


def test_the_profiles_tax_number_is_checked(administrator: Client) -> None:
    page = reverse("bss:accounts_organization_add")

    answer = administrator.post(page, profile(tax_number="DE1"))

    assert "DE1 is not a valid tax number of DE" in words(answer)


# ------------------------------------------------------------------ people


def person(**fields: object) -> dict[str, Any]:
    """Return what a browser sends of the form of a person."""
    return {
        "email": "Ann@Aurora.example",
        "name": "Ann",
        "password_new": "a long enough phrase",
        "roles": [Group.objects.get(name="Sales").pk],
        **fields,
    }


def test_a_person_is_hired_in_a_role_and_can_sign_in(administrator: Client) -> None:
    administrator.post(reverse("bss:accounts_user_add"), person())

    ann = User.objects.get(email="ann@aurora.example")
    door = {"username": ann.email, "password": "a long enough phrase"}
    answer = Client().post(reverse("bss:login"), door)
    assert ann.is_staff
    assert ann.has_perm("orders.add_order")
    assert not ann.is_superuser
    assert "a long enough phrase" not in str(list(Entry.objects.values()))
    assert answer["Location"] == reverse("bss:index")


def test_an_easy_password_is_refused(administrator: Client) -> None:
    answer = administrator.post(
        reverse("bss:accounts_user_add"), person(password_new="password1")
    )

    assert "This password is too common." in words(answer)
    assert value_of(answer, "name") == "Ann"
    assert not User.objects.filter(name="Ann").exists()


def test_a_persons_roles_change_and_the_password_stays(administrator: Client) -> None:
    administrator.post(reverse("bss:accounts_user_add"), person())
    ann = User.objects.get(name="Ann")
    auditor = Group.objects.get(name="Auditor")

    administrator.post(
        reverse("bss:accounts_user_change", args=[ann.pk]),
        person(name="Ann Lee", is_active="on", password_new="", roles=[auditor.pk]),
    )

    ann = User.objects.get(pk=ann.pk)
    assert (ann.name, ann.email) == ("Ann Lee", "ann@aurora.example")
    assert ann.check_password("a long enough phrase")
    assert list(ann.groups.all()) == [auditor]


def test_nobody_switches_off_their_own_sign_in(administrator: Client) -> None:
    me = User.objects.get(email="administrator@aurora.example")

    answer = administrator.post(
        reverse("bss:accounts_user_change", args=[me.pk]), person(password_new="")
    )

    assert "You cannot switch yourself off." in words(answer)
    assert User.objects.get(pk=me.pk).is_active


def test_an_administrator_does_not_edit_a_superuser(
    administrator: Client, admin_user
) -> None:
    page = reverse("bss:accounts_user_change", args=[admin_user.pk])

    answer = administrator.post(page, person(password_new="mine from now on"))

    assert answer.status_code == 403
    assert "password_new" not in administrator.get(page).content.decode()


def test_a_role_of_ones_own_is_made_and_one_of_the_product_stays(
    administrator: Client,
) -> None:
    auditor = Group.objects.get(name="Auditor")
    look = auditor.permissions.get(codename="view_order")
    sent = {"name": "Interns", "permissions": [look.pk]}

    administrator.post(reverse("bss:auth_group_add"), sent)
    fixed = administrator.post(
        reverse("bss:auth_group_change", args=[auditor.pk]), sent
    )

    interns = Group.objects.get(name="Interns")
    assert list(interns.permissions.all()) == [look]
    assert fixed.status_code == 403
    assert Entry.objects.filter(record_type="auth.group", verb="edit").exists()


def test_a_role_that_somebody_has_is_not_deleted(administrator: Client) -> None:
    interns = Group.objects.create(name="Interns")
    User.objects.get(email="administrator@aurora.example").groups.add(interns)
    page = reverse("bss:auth_group_delete", args=[interns.pk])

    kept = words(administrator.post(page, {"post": "yes"}, follow=True))

    assert "Somebody has the role Interns." in kept
    assert Group.objects.filter(name="Interns").exists()
