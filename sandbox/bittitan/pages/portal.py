"""The portal, as on the vendor's side: enter a coupon, check it, apply it."""

from datetime import datetime, timedelta

from sandbox.bittitan import clock
from sandbox.bittitan.desk import Desk
from sandbox.bittitan.ledger import GONE, Coupon
from sandbox.bittitan.pages.layout import badge, notice, page
from sandbox.bittitan.pages.markup import Markup, html, joined, moment
from sandbox.bittitan.switches import PRODUCTS
from sandbox.bittitan.vendor import Refusal
from sandbox.bittitan.web import Answer

CODES_MAX = 50
LICENSES_SHOWN = 100
_BODY = """
<h1>Enter coupon</h1>
<p class="lead">Type the code from your mail, check what it holds, then apply it to the
workgroup <strong>{workgroup}</strong>.</p>
{notice}
<section class="card">
<form method="post" action="/portal/check">
<label><span>Coupon code (several codes: separated by a space)</span>
<textarea name="codes" required autocomplete="off" spellcheck="false"
 placeholder="BT-XXXX-XXXX-XXXX-XXXX">{codes}</textarea></label>
<p class="more"><button class="{check_kind}">Check</button></p>
</form>
</section>
{checked}
<section class="card" aria-labelledby="licenses"><h2 id="licenses">Licenses</h2>
{licenses}
</section>
"""
_CHECKED = """<section class="card" aria-labelledby="holds">
<h2 id="holds">What it holds</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">Coupon code</th><th scope="col">Product</th>
<th scope="col" class="number">Licenses</th><th scope="col">State</th>
<th scope="col">Redeem before (UTC)</th></tr></thead>
<tbody>{rows}</tbody></table></div>
{apply}
</section>"""
_CHECKED_ROW = """<tr>
<th scope="row"><span class="code">{code}</span></th><td>{product}</td>
<td class="number">{quantity}</td><td>{mark}</td><td>{expires}</td></tr>"""
_APPLY = """<form method="post" action="/portal/apply" class="more">
<input type="hidden" name="codes" value="{codes}">
<button class="main">Apply</button></form>"""
_NOTHING_TO_APPLY = """<p class="hint more">Nothing here can be applied. Contact whoever
sent you the code.</p>"""
_LICENSES = """<div class="scroll"><table>
<thead><tr><th scope="col">Product</th><th scope="col" class="number">Licenses</th>
<th scope="col">Coupon code</th><th scope="col">Redeemed (UTC)</th>
<th scope="col">Usable until (UTC)</th></tr></thead>
<tbody>{rows}</tbody></table></div>"""
_LICENSE_ROW = """<tr><th scope="row">{product}</th><td class="number">{quantity}</td>
<td><span class="code">{code}</span></td><td>{redeemed}</td><td>{usable}</td></tr>"""
_NO_LICENSES = """<p class="hint">This workgroup has no licenses yet. Enter a coupon to
get some.</p>"""


def read_codes(text: str) -> tuple[str, ...]:
    """Return the codes in a text, in capitals, each once."""
    return tuple(dict.fromkeys(text.upper().split()))[:CODES_MAX]


def portal(
    desk: Desk, workgroup: object, *, codes: tuple[str, ...] = (), said: str = ""
) -> Answer:
    """Return the portal; with codes, also what they hold."""
    body = html(
        _BODY,
        workgroup=workgroup,
        notice=notice(said),
        codes=" ".join(codes),
        check_kind="" if codes else "main",
        checked=_checked(desk, codes) if codes else "",
        licenses=_licenses(desk),
    )
    return page("Portal", body, place="/portal")


def apply_codes(desk: Desk, codes: tuple[str, ...]) -> int:
    """Redeem what can be redeemed and return how many licenses that gave."""
    licenses = 0
    for code in codes:
        try:
            licenses += desk.vendor.redeem_coupon(code).quantity
        except Refusal:
            continue  # the page shows its state again
    return licenses


def _checked(desk: Desk, codes: tuple[str, ...]) -> Markup:
    found = {code: _known(desk, code) for code in codes}
    good = [
        code for code, coupon in found.items() if coupon and coupon.mark == "active"
    ]
    apply = html(_APPLY, codes=" ".join(good)) if good else Markup(_NOTHING_TO_APPLY)
    rows = joined(_checked_row(code, coupon) for code, coupon in found.items())
    return html(_CHECKED, rows=rows, apply=apply)


def _known(desk: Desk, code: str) -> Coupon | None:
    coupon = desk.ledger.find(code)
    return None if coupon is None or coupon.mark in GONE else coupon


def _checked_row(code: str, coupon: Coupon | None) -> Markup:
    return html(
        _CHECKED_ROW,
        code=code,
        product=PRODUCTS[coupon.product][0] if coupon else "—",
        quantity=coupon.quantity if coupon else "—",
        mark=badge(coupon.mark if coupon else "unknown"),
        expires=moment(coupon.expires_at if coupon else None),
    )


def _licenses(desk: Desk) -> Markup:
    coupons = desk.ledger.redeemed(limit=LICENSES_SHOWN)
    if not coupons:
        return Markup(_NO_LICENSES)
    return html(_LICENSES, rows=joined(map(_license_row, coupons)))


def _license_row(coupon: Coupon) -> Markup:
    redeemed = datetime.fromisoformat(str(coupon.redeemed_at))
    usable = redeemed + timedelta(days=coupon.validity_days)
    return html(
        _LICENSE_ROW,
        product=PRODUCTS[coupon.product][0],
        quantity=coupon.quantity,
        code=coupon.code,
        redeemed=moment(coupon.redeemed_at),
        usable=moment(clock.written(usable)),
    )
