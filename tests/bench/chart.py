# SPDX-License-Identifier: MIT
"""The figures of a bench as a picture: bars on a logarithmic scale."""

import math

from PIL import Image, ImageDraw, ImageFont

# With the places after the point.
SHOWN = {
    "start_ms": ("Start to the code on show, ms", 0),
    "mean_2_s": ("Approval to profile at interval 2, mean, s", 2),
    "mean_5_s": ("Approval to profile at interval 5, mean, s", 2),
    "token_ms": ("A stored token for a script, ms", 1),
    "pss_kb": ("Memory while waiting (proportional), kB", 0),
    "cpu_ms": ("CPU a minute, ms", 0),
    "wire_bytes": ("On the wire, 20 polls, bytes", 0),
}
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
WIDTH, NAME, BAR, STEP = 900, 250, 480, 24
OURS, OTHERS, INK = "#1f6f54", "#b9c2c9", "#22282d"


def chart(figures, path):
    """Writes a PNG file."""
    shown = {
        key: {name: of[key] for name, of in figures.items() if of.get(key)}
        for key in SHOWN
    }
    rows = sum(len(values) + 2 for values in shown.values() if values)
    image = Image.new("RGB", (WIDTH, rows * STEP), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 14)
    bold = ImageFont.truetype(FONT.replace(".ttf", "-Bold.ttf"), 15)
    y = STEP // 2
    for key, (title, places) in SHOWN.items():
        values = shown[key]
        if not values:
            continue
        low = min(values.values()) / 2
        span = math.log(max(values.values()) / low)
        draw.text((10, y), title, INK, bold)
        y += STEP
        for name, value in values.items():
            length = BAR * math.log(value / low) / span
            colour = OURS if name.startswith("grantty") else OTHERS
            draw.text((20, y + 2), name, INK, font)
            draw.rectangle((NAME, y + 3, NAME + length, y + STEP - 4), colour)
            draw.text((NAME + length + 8, y + 2), f"{value:,.{places}f}", INK, font)
            y += STEP
        y += STEP
    image.save(path)
