"""What all pages share: the frame, the answer, and the parts that occur twice."""

from collections.abc import Iterable

from sandbox.bittitan.ledger import Coupon
from sandbox.bittitan.pages.markup import Markup, html, joined, moment
from sandbox.bittitan.web import Answer

POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; img-src 'self' data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_PLACES = (
    ("/", "Overview"),
    ("/portal", "Portal"),
    ("/inbox", "Inbox"),
    ("/ledger", "Ledger"),
)
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · BitTitan stand-in</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the page</a>
<header class="top"><div>
<a class="brand" href="/">BitTitan stand-in</a>
<nav aria-label="Pages">{places}</nav>
</div></header>
<main id="main">
{body}
</main>
</body>
</html>
"""


def page(title: str, body: Markup, *, place: str, status: int = 200) -> Answer:
    """Return a whole page."""
    places = joined(_place(path, name, place) for path, name in _PLACES)
    text = html(_FRAME, title=title, places=places, body=body)
    headers = (
        ("Content-Security-Policy", POLICY),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
    )
    return Answer(status, text.encode(), "text/html; charset=utf-8", headers)


def _place(path: str, name: str, current: str) -> Markup:
    mark = Markup(' aria-current="page"') if path == current else ""
    return html('<a href="{path}"{mark}>{name}</a>', path=path, mark=mark, name=name)


def see(path: str) -> Answer:
    """Send the browser to a page after a button was pressed."""
    return Answer(303, headers=(("Location", path),))


def notice(text: str, *, is_bad: bool = False) -> Markup:
    """Return a line that says what happened; nothing for an empty text."""
    if not text:
        return Markup("")
    kind = "notice bad" if is_bad else "notice"
    return html('<p class="{kind}" role="status">{text}</p>', kind=kind, text=text)


def badge(mark: str) -> Markup:
    """Return a mark as a badge."""
    return html('<span class="mark {kind}">{mark}</span>', kind=mark, mark=mark)


def figures(counts: Iterable[tuple[str, object]]) -> Markup:
    """Return a row of figures with their names."""
    one = "<div><dt>{name}</dt><dd>{figure}</dd></div>"
    parts = joined(html(one, name=name, figure=figure) for name, figure in counts)
    return html('<dl class="figures">{parts}</dl>', parts=parts)


_COUPON_ROW = """<tr>
<th scope="row"><span class="code">{code}</span></th>
<td>{product}</td>
<td class="number">{quantity}</td>
<td>{mark}</td>
<td>{reference}</td>
<td>{made}</td>
<td>{expires}</td>
<td>{buttons}</td>
</tr>"""
_COUPON_TABLE = """<div class="scroll"><table>
<thead><tr>
<th scope="col">Coupon code</th><th scope="col">Product</th>
<th scope="col" class="number">Licenses</th><th scope="col">State</th>
<th scope="col">Reference</th><th scope="col">Made (UTC)</th>
<th scope="col">Expires (UTC)</th><th scope="col">{last}</th>
</tr></thead>
<tbody>{rows}</tbody>
</table></div>"""
_MARK_BUTTON = (
    '<button class="small" name="marking" value="{marking}"'
    ' aria-label="{name} {code}">{name}</button> '
)
_MARK_FORM = (
    '<form method="post" action="/ledger"><span class="row">'
    '<input type="hidden" name="code" value="{code}">{buttons}</span></form>'
)


def coupon_table(coupons: Iterable[Coupon], *, has_buttons: bool = False) -> Markup:
    """Return coupons as a table; with buttons, for what can become of them."""
    rows = joined(_coupon_row(coupon, has_buttons=has_buttons) for coupon in coupons)
    last = Markup("What becomes of it") if has_buttons else Markup("")
    return html(_COUPON_TABLE, rows=rows, last=last)


def _coupon_row(coupon: Coupon, *, has_buttons: bool) -> Markup:
    return html(
        _COUPON_ROW,
        code=coupon.code,
        product=coupon.product,
        quantity=coupon.quantity,
        mark=badge(coupon.mark),
        reference=coupon.reference or "—",
        made=moment(coupon.made_at),
        expires=moment(coupon.expires_at),
        buttons=_mark_buttons(coupon) if has_buttons else "",
    )


def _mark_buttons(coupon: Coupon) -> Markup:
    if coupon.mark != "active":
        return Markup("")
    names = (
        ("redeem", "Redeem"),
        ("expire", "Expire"),
        ("revoke", "Revoke"),
        ("lose", "Lose"),
    )
    buttons = joined(
        html(_MARK_BUTTON, marking=marking, name=name, code=coupon.code)
        for marking, name in names
    )
    return html(_MARK_FORM, code=coupon.code, buttons=buttons)
