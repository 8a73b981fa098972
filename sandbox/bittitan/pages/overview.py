"""The first page: what this is, what is armed, what it can, what it made."""

from sandbox.bittitan.database import Json
from sandbox.bittitan.desk import Desk
from sandbox.bittitan.faults import CALLS, FAULTS
from sandbox.bittitan.pages.layout import badge, coupon_table, figures, notice, page
from sandbox.bittitan.pages.markup import Markup, html, joined
from sandbox.bittitan.switches import FEATURES
from sandbox.bittitan.web import Answer

NEWEST_SHOWN = 8
COMMON = (
    ("refuse_connection", "Vendor down"),
    ("hang_up_after", "Hang up after making"),
    ("invalid_422", "Refuse with 422"),
)
_BODY = """
<h1>A stand-in for BitTitan</h1>
<p class="lead">It answers like the vendor's distributor API, fails when you ask it to,
and catches all mail. Nothing here is real; nothing leaves this machine.</p>
{notice}
{figures}
<div class="pair">
<section class="card" aria-labelledby="faults"><h2 id="faults">Faults</h2>
<p class="hint">A button arms the fault for the next call. <em>Vendor down</em> closes
the API port until you clear it.</p>
<div class="row">{common}
<form method="post" action="/faults/clear"><button>Clear all faults</button></form>
</div>
{armed}
<details><summary>Arm another fault</summary>
<form method="post" action="/faults/arm"><div class="row">
<label><span>Fault</span><select name="fault">{names}</select></label>
<label><span>Call</span>
<select name="call"><option value="">its usual calls</option>{calls}</select></label>
<label><span>Times</span>
<input type="number" name="next" value="1" min="1" max="1000000"></label>
<label><span>Seconds</span>
<input type="number" name="seconds" min="0" max="3600" step="any"></label>
<button class="main">Arm</button></div></form></details>
</section>
<section class="card" aria-labelledby="features"><h2 id="features">Features</h2>
<ul class="switches">{features}</ul>
<form method="post" action="/balance"><div class="row more">
<label><span>Balance (licenses)</span>
<input type="number" name="licenses" min="0" value="{balance}"
 placeholder="any"></label>
<button>Save balance</button></div></form>
</section>
</div>
<section class="card" aria-labelledby="made"><h2 id="made">Newest coupons</h2>
{coupons}
</section>
<section class="card" aria-labelledby="where"><h2 id="where">Where things are</h2>
<dl class="facts">
<dt>Distributor API</dt><dd><code>{api_url}</code></dd>
<dt>API key</dt><dd><code>{api_key}</code></dd>
<dt>Workgroup</dt><dd><code>{workgroup}</code></dd>
<dt>Mail (SMTP)</dt><dd><code>{smtp_host}:{smtp_port}</code></dd>
<dt>Control interface</dt><dd><code>{control_url}/sandbox/…</code></dd>
</dl>
</section>
"""
_COMMON_BUTTON = (
    '<form method="post" action="/faults/arm">'
    '<input type="hidden" name="fault" value="{fault}">'
    '<button class="bad">{name}</button></form>'
)
_FEATURE = """<li><div><code>{name}</code><span class="hint">{says}</span></div>
<form method="post" action="/features">
<input type="hidden" name="feature" value="{name}">
<input type="hidden" name="turn" value="{turn}">
<span class="row state">{state}
<button class="small" aria-label="Turn {name} {turn}">Turn {turn}</button></span>
</form></li>"""

_ARMED = """<li><div><code>{name}</code><span class="hint">{says}</span></div>
{mark}</li>"""


def overview(
    desk: Desk, addresses: dict[str, str | int], *, said: str = "", status: int = 200
) -> Answer:
    """Return the first page."""
    balance = desk.switches.balance()
    coupons = desk.ledger.newest(before=None, limit=NEWEST_SHOWN)
    nothing = html('<p class="hint">Nothing was made yet. Place an order.</p>')
    body = html(
        _BODY,
        **addresses,
        notice=notice(said, is_bad=True),
        figures=_figures(desk),
        common=joined(html(_COMMON_BUTTON, fault=f, name=n) for f, n in COMMON),
        armed=_armed(desk),
        names=_options(tuple(FAULTS)),
        calls=_options(CALLS),
        features=joined(
            _feature(n, is_on=on) for n, on in desk.switches.features().items()
        ),
        balance="" if balance is None else balance,
        coupons=coupon_table(coupons) if coupons else nothing,
    )
    return page("Overview", body, place="/", status=status)


def _figures(desk: Desk) -> Markup:
    counts = desk.ledger.counts()
    names = ("coupons", "licenses", "active", "redeemed", "cancelled", "accounts")
    found = [(name.capitalize(), counts[name]) for name in names]
    twice = ("Made twice", counts["made_twice"])
    return figures([*found, twice, ("Mails", desk.inbox.count())])


def _options(names: tuple[str, ...]) -> Markup:
    return joined(html("<option>{name}</option>", name=name) for name in names)


def _armed(desk: Desk) -> Markup:
    armed = desk.arsenal.listed()
    if not armed:
        return Markup('<p class="hint more">No fault is armed: the vendor works.</p>')
    rows = joined(
        html(
            _ARMED,
            name=fault["fault"],
            says=FAULTS[str(fault["fault"])].says,
            mark=badge_of(fault),
        )
        for fault in armed
    )
    return html('<ul class="switches more">{rows}</ul>', rows=rows)


def badge_of(fault: dict[str, Json]) -> Markup:
    """Return how long a fault stays armed, as a badge."""
    if fault["until"]:
        shown = "for a while"
    elif fault["probability"] is not None:
        shown = f"at random, {fault['probability']}"
    elif fault["left"] is not None:
        shown = f"next {fault['left']}"
    else:
        shown = "until cleared"
    return html('<span class="mark armed">{shown}</span>', shown=shown)


def _feature(name: str, *, is_on: bool) -> Markup:
    return html(
        _FEATURE,
        name=name,
        says=FEATURES[name],
        turn="off" if is_on else "on",
        state=badge("on" if is_on else "off"),
    )
