"""The logo of the demo's distributor, drawn: a globe of meridians beside its name."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SIZE = (660, 200)
FINER = 3  # drawn larger and made smaller, for smooth edges
CENTRE, RADIUS, LINE, THIN_LINE = (100, 100), 86, 12, 8
MERIDIANS = (30, 62)
NAME, NAME_AT, NAME_SIZE = "Meridian", (222, 30), 92
CLAIM, CLAIM_AT, CLAIM_SIZE = "Cloud Distribution", (225, 122), 47
DEEP, BRIGHT, GREY = "#12355b", "#0f9d8a", "#5b6b7b"


def logo() -> bytes:
    """Return the logo as a PNG."""
    picture = Image.new("RGBA", (SIZE[0] * FINER, SIZE[1] * FINER), "#ffffff00")
    draw = ImageDraw.Draw(picture)
    for half_width in MERIDIANS:
        draw.ellipse(_oval(half_width), outline=BRIGHT, width=THIN_LINE * FINER)
    draw.ellipse(_oval(RADIUS), outline=DEEP, width=LINE * FINER)
    x, y = CENTRE
    equator = (x - RADIUS + 4, y, x + RADIUS - 4, y)
    draw.line([each * FINER for each in equator], fill=DEEP, width=THIN_LINE * FINER)
    for text, (left, top), size, fill in (
        (NAME, NAME_AT, NAME_SIZE, DEEP),
        (CLAIM, CLAIM_AT, CLAIM_SIZE, GREY),
    ):
        font = ImageFont.load_default(size * FINER)
        draw.text((left * FINER, top * FINER), text, font=font, fill=fill)
    file = BytesIO()
    picture.resize(SIZE, Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _oval(half_width: int) -> list[int]:
    x, y = CENTRE
    corners = (x - half_width, y - RADIUS, x + half_width, y + RADIUS)
    return [each * FINER for each in corners]
