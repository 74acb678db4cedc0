# SPDX-License-Identifier: MIT
"""The figures of a bench as a picture: bars on a logarithmic scale."""

import math

from PIL import Image, ImageDraw, ImageFont

SHOWN = {
    "start_ms": ("Start to the code on show", "ms"),
    "pss_kb": ("Memory while waiting (proportional)", "kB"),
    "cpu_ms": ("CPU a minute", "ms"),
    "wire_bytes": ("On the wire, 20 polls", "bytes"),
}
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
WIDTH, NAME, BAR, STEP = 900, 250, 480, 24
OURS, OTHERS, INK = "#1f6f54", "#b9c2c9", "#22282d"


def chart(figures, path):
    """Writes a PNG file."""
    rows = len(figures) + 2
    image = Image.new("RGB", (WIDTH, len(SHOWN) * rows * STEP + STEP), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 14)
    bold = ImageFont.truetype(FONT.replace(".ttf", "-Bold.ttf"), 15)
    y = STEP // 2
    for key, (title, unit) in SHOWN.items():
        values = {n: f[key] for n, f in figures.items() if f.get(key)}
        low = min(values.values()) / 2
        span = math.log(max(values.values()) / low)
        draw.text((10, y), f"{title}, {unit}", INK, bold)
        y += STEP
        for name, value in values.items():
            length = BAR * math.log(value / low) / span
            colour = OURS if name.startswith("grantty") else OTHERS
            draw.text((20, y + 2), name, INK, font)
            draw.rectangle((NAME, y + 3, NAME + length, y + STEP - 4), colour)
            draw.text((NAME + length + 8, y + 2), f"{value:,.0f}", INK, font)
            y += STEP
        y += STEP
    image.save(path)
