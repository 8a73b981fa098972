"""The inbox: catches mail over SMTP, shows it, and fails on request."""

import smtplib

import pytest


def test_a_mail_is_caught_whole(postbox, owner) -> None:
    postbox.send(subject="Welcome BitTitan Integration customer")

    (mail,) = owner.mails()

    assert mail.pop("received_at").endswith("Z")
    assert mail.pop("id") > 0
    assert mail == {
        "from": "Purveyor <shop@distributor.example>",
        "to": ["mia@north.example"],
        "subject": "Welcome BitTitan Integration customer",
        "message_id": "<one@distributor.example>",
        "text": "Your coupon: grüße\n",
        "html": '<p>Your <a href="/portal">coupon</a></p>\n',
    }


def test_mails_stand_in_the_order_of_arrival_and_by_recipient(postbox, owner) -> None:
    postbox.send("one", to="mia@north.example")
    postbox.send("two", to="dan@south.example")

    assert [mail["subject"] for mail in owner.mails()] == ["one", "two"]
    found = owner.call("GET", "/sandbox/inbox?to=dan@south.example").json["mails"]
    assert [mail["subject"] for mail in found] == ["two"]


def test_the_inbox_is_emptied(postbox, owner) -> None:
    postbox.send()

    owner.call("DELETE", "/sandbox/inbox")

    assert owner.mails() == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("smtp_refuse", smtplib.SMTPServerDisconnected),
        ("smtp_reject_550", smtplib.SMTPRecipientsRefused),
        ("smtp_error_after_data_451", smtplib.SMTPDataError),
    ],
)
def test_a_mail_fault_strikes_the_next_mail(postbox, owner, fault, error) -> None:
    owner.arm(fault, next=1)

    with pytest.raises(error):
        postbox.send("lost")
    postbox.send("kept")

    assert [mail["subject"] for mail in owner.mails()] == ["kept"]


def test_a_client_that_signs_in_is_let_in(sandbox, owner) -> None:
    found = sandbox.addresses()
    with smtplib.SMTP(found["smtp_host"], found["smtp_port"], timeout=5) as line:
        line.login("anybody", "anything")
        line.sendmail("a@x.example", ["b@y.example"], "Subject: plain\r\n\r\nHello")

    (mail,) = owner.mails()
    assert (mail["from"], mail["text"].strip()) == ("a@x.example", "Hello")


def test_the_pages_show_a_mail_as_text_and_as_harmless_html(postbox, owner) -> None:
    postbox.send(subject="<b>Welcome</b>")
    (mail,) = owner.mails()

    listed = owner.call("GET", "/inbox").text
    shown = owner.call("GET", f"/inbox/{mail['id']}").text
    framed = owner.call("GET", f"/inbox/{mail['id']}/html")

    assert "&lt;b&gt;Welcome&lt;/b&gt;" in listed
    assert "Your coupon: grüße" in shown
    assert f'<iframe src="/inbox/{mail["id"]}/html"' in shown
    assert mail["html"] in framed.text
    policy = framed.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert owner.call("GET", "/inbox/999").status == 404


def test_the_button_empties_the_inbox(postbox, owner) -> None:
    postbox.send()

    assert owner.post_form("/inbox/clear").status == 303

    assert "No mail yet" in owner.call("GET", "/inbox").text
