"""The distributor's colours, made so that everything written in them can be read."""

from purveyor.domain.accounts.shopfront import Shopfront

DARK_INK, LIGHT_INK, BLACK = "#101218", "#ffffff", "#000000"
#: WCAG 2.2 AA asks for this much contrast between words and what is behind them.
CONTRAST_LEAST = 4.5
#: Surface, canvas and sunken as in the style sheet; a tint is made from the first.
DAY = ("#ffffff", "#f6f6f3", "#f1f1ed")
NIGHT = ("#17181d", "#0f1013", "#1f2127")
DAY_TINT, NIGHT_TINT = 0.09, 0.2  # the share of the colour in it
STEPS = 40
CHANNELS = (slice(1, 3), slice(3, 5), slice(5, 7))
LINEAR_BELOW = 0.04045


def stylesheet(shop: Shopfront) -> str:
    """Return the style sheet with the distributor's colours, for light and dark."""
    by_day = tint_of(shop.color, DAY[0], DAY_TINT)
    at_night = tint_of(shop.color, NIGHT[0], NIGHT_TINT)
    rules = [
        _rule(
            ":root",
            {
                "brand": shop.color,
                "on-brand": ink_on(shop.color),
                "brand-text-light": readable_on(shop.color, *DAY, by_day),
                "brand-text-dark": readable_on(shop.color, *NIGHT, at_night),
                "tint-light": by_day,
                "tint-dark": at_night,
            },
        )
    ]
    if shop.header_color:
        ink = ink_on(shop.header_color)
        header = {"header": shop.header_color, "on-header": ink, "header-line": ink}
        rules.append(_rule(".top", header))
    return "\n".join(rules)


def ink_on(color: str) -> str:
    """
    Return white or nearly black, whichever is read better on a colour.

    On a few colours between light and dark neither can be read; black can on those.
    """
    better = max((LIGHT_INK, DARK_INK), key=lambda ink: contrast(ink, color))
    return better if contrast(better, color) >= CONTRAST_LEAST else BLACK


def readable_on(color: str, *grounds: str) -> str:
    """Return a colour, lighter or darker until words in it can be read on grounds."""
    goal = ink_on(grounds[0])
    for step in range(STEPS + 1):
        tried = _mixed(color, goal, step / STEPS)
        if min(contrast(tried, each) for each in grounds) >= CONTRAST_LEAST:
            return tried
    return goal


def tint_of(color: str, ground: str, share: float) -> str:
    """Return a ground with a share of a colour in it: behind notes and badges."""
    return _mixed(ground, color, share)


def contrast(one: str, other: str) -> float:
    """
    Return the contrast of two colours.

    Units:  from 1 (the same) to 21 (black on white).
    Source: WCAG 2.2, contrast ratio.
    """
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[each], 16) / 255) for each in CHANNELS)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    if share <= LINEAR_BELOW:
        return share / 12.92
    return float(((share + 0.055) / 1.055) ** 2.4)


def _mixed(color: str, goal: str, share: float) -> str:
    parts = (
        round(int(color[each], 16) * (1 - share) + int(goal[each], 16) * share)
        for each in CHANNELS
    )
    return "#" + "".join(f"{part:02x}" for part in parts)


def _rule(selector: str, values: dict[str, str]) -> str:
    told = "".join(f"--{name}: {value};" for name, value in values.items())
    return f"{selector} {{{told}}}"
