"""The inbox as pages: a list, a mail, and its HTML in a frame that can do nothing."""

from sandbox.bittitan.inbox import Inbox, Mail
from sandbox.bittitan.pages.layout import page
from sandbox.bittitan.pages.markup import Markup, html, joined, moment
from sandbox.bittitan.web import Answer

MAILS_SHOWN = 200
# A link may open a new window; scripts, forms and remote pictures are off.
FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';"
    " style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
_LIST = """
<div class="split"><div><h1>Inbox</h1>
<p class="lead">Every mail sent to this stand-in, newest first.</p></div>
<form method="post" action="/inbox/clear"><button>Empty the inbox</button></form></div>
<section class="card">{mails}</section>
"""
_ENTRY = """<li><a href="/inbox/{id}"><strong>{subject}</strong>
<span class="split hint"><span>to {to}</span>{at}</span></a></li>"""
_NO_MAIL = """<p class="hint">No mail yet. What is sent to the SMTP port shows up here;
reload the page to look again.</p>"""
_MAIL = """
<p><a href="/inbox">Back to the inbox</a></p>
<h1>{subject}</h1>
<section class="card"><dl class="facts">
<dt>From</dt><dd>{sender}</dd>
<dt>To</dt><dd>{to}</dd>
<dt>Received (UTC)</dt><dd>{at}</dd>
<dt>Message-ID</dt><dd><code>{message_id}</code></dd>
</dl></section>
{html_part}
<section class="card" aria-labelledby="text"><h2 id="text">Text</h2>
{text_part}</section>
"""
_HTML_PART = """<section class="card" aria-labelledby="html"><h2 id="html">HTML</h2>
<iframe src="/inbox/{id}/html" title="The mail as HTML"
 sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe></section>"""
_NO_TEXT = '<p class="hint">This mail has no text part.</p>'


def mail_list(inbox: Inbox) -> Answer:
    """Return the list of mails."""
    mails = inbox.listed()[: -MAILS_SHOWN - 1 : -1]
    entries = joined(
        html(
            _ENTRY,
            id=mail.id,
            subject=mail.subject or "(no subject)",
            to=", ".join(mail.recipients),
            at=moment(mail.received_at),
        )
        for mail in mails
    )
    shown = html('<ul class="mails">{entries}</ul>', entries=entries)
    body = html(_LIST, mails=shown if mails else Markup(_NO_MAIL))
    return page("Inbox", body, place="/inbox")


def mail_page(mail: Mail) -> Answer:
    """Return one mail, with its HTML in a frame and its text below."""
    body = html(
        _MAIL,
        subject=mail.subject or "(no subject)",
        sender=mail.sender,
        to=", ".join(mail.recipients),
        at=moment(mail.received_at),
        message_id=mail.message_id,
        html_part=html(_HTML_PART, id=mail.id) if mail.html else "",
        text_part=html("<pre>{text}</pre>", text=mail.text)
        if mail.text
        else Markup(_NO_TEXT),
    )
    return page(mail.subject or "Mail", body, place="/inbox")


def mail_html(mail: Mail) -> Answer:
    """Return the HTML of a mail as it came, under a policy that lets it do nothing."""
    text = f'<!doctype html><base target="_blank">{mail.html}'
    headers = (
        ("Content-Security-Policy", FRAME_POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    )
    return Answer(200, text.encode(), "text/html; charset=utf-8", headers)
