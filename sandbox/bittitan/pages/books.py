"""The ledger as a page: everything ever made, and what has become of it."""

from sandbox.bittitan.ledger import Ledger
from sandbox.bittitan.pages.layout import coupon_table, figures, notice, page
from sandbox.bittitan.pages.markup import Markup, html
from sandbox.bittitan.web import Answer

COUPONS_SHOWN = 50
_BODY = """
<h1>Ledger</h1>
<p class="lead">Everything the stand-in ever made, newest first. Nothing is ever
taken out; a coupon only gets a mark.</p>
{notice}
{figures}
<section class="card" aria-label="Coupons">{coupons}</section>
{older}
"""
_NOTHING = '<p class="hint">Nothing was made yet. Place an order.</p>'


def books(ledger: Ledger, *, before: int | None, said: str = "") -> Answer:
    """Return a page of the ledger."""
    found = ledger.newest(before=before, limit=COUPONS_SHOWN + 1)
    shown = found[:COUPONS_SHOWN]
    older = Markup("")
    if len(found) > COUPONS_SHOWN:
        link = '<p class="more"><a href="/ledger?before={seq}">Older coupons</a></p>'
        older = html(link, seq=shown[-1].seq)
    body = html(
        _BODY,
        notice=notice(said, is_bad=True),
        figures=figures(
            (name.replace("_", " ").capitalize(), figure)
            for name, figure in ledger.counts().items()
        ),
        coupons=coupon_table(shown, has_buttons=True) if shown else Markup(_NOTHING),
        older=older,
    )
    return page("Ledger", body, place="/ledger")
