#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turns a terminal's screen into a PNG picture.

    tmux capture-pane -e -p -N -t SESSION | tests/picture.py COLUMNSxROWS OUT.png

Reads text with SGR sequences from standard input. Blocks and lines are drawn
as exact parts of a cell, so that a QR code in the picture can be scanned; all
else with a monospace font. Only what such a capture contains is understood.
"""

import argparse
import re
import sys
import unicodedata

from PIL import Image, ImageDraw, ImageFont

FONTS = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono"
# For wide letters, which that one lacks (fonts-vlgothic).
WIDE_FONT = "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf"
GROUND, TEXT = (0, 0, 0), (204, 204, 204)
BASIC = [
    (0, 0, 0), (205, 49, 49), (13, 188, 121), (229, 229, 16),
    (36, 114, 200), (188, 63, 188), (17, 168, 205), (229, 229, 229),
    (102, 102, 102), (241, 76, 76), (35, 209, 139), (245, 245, 67),
    (59, 142, 234), (214, 112, 214), (41, 184, 219), (255, 255, 255),
]
SGR = re.compile(r"\x1b\[([\d;:]*)m")
OTHER_ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[()].|[\x0e\x0f])")

# Blocks as (left, top, right, bottom) in parts of a cell.
BLOCKS = {
    "█": (0, 0, 1, 1),
    "▀": (0, 0, 1, 0.5),
    "▄": (0, 0.5, 1, 1),
    "▌": (0, 0, 0.5, 1),
    "▐": (0.5, 0, 1, 1),
}
# Lines as the sides they reach from the middle: left, right, up, down.
LINES = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu",
    "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru", "┼": "lrud",
}


def palette(index):
    if index < 16:
        return BASIC[index]
    if index < 232:
        index -= 16
        levels = (0, 95, 135, 175, 215, 255)
        return (levels[index // 36], levels[index // 6 % 6], levels[index % 6])
    grey = 8 + 10 * (index - 232)
    return (grey, grey, grey)


class Style:
    def __init__(self):
        self.fg = self.bg = None
        self.flags = set()

    def apply(self, parameters):
        """One SGR sequence."""
        codes = [int(code or 0) for code in re.split("[;:]", parameters)]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.__init__()
            elif code in (1, 2, 4, 7):
                self.flags.add(code)
            elif code == 22:
                self.flags -= {1, 2}
            elif code in (24, 27):
                self.flags.discard(code - 20)
            elif code in (38, 48):
                kind = codes.pop(0)
                if kind == 5:
                    colour = palette(codes.pop(0))
                else:
                    colour = tuple(codes.pop(0) for _ in range(3))
                self.set(code, colour)
            elif code in (39, 49):
                self.set(code - 1, None)
            elif 30 <= code <= 37 or 40 <= code <= 47:
                self.set(code // 10 * 10 + 8, palette(code % 10))
            elif 90 <= code <= 97 or 100 <= code <= 107:
                self.set(38 if code < 100 else 48, palette(code % 10 + 8))

    def set(self, which, colour):
        if which == 38:
            self.fg = colour
        else:
            self.bg = colour

    def colours(self):
        fg, bg = self.fg or TEXT, self.bg or GROUND
        if 2 in self.flags:
            fg = tuple((a + b) // 2 for a, b in zip(fg, bg))
        return (bg, fg) if 7 in self.flags else (fg, bg)


def columns_of(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Painter:
    def __init__(self, columns, rows, height, ground):
        self.font = ImageFont.truetype(FONTS + ".ttf", height * 3 // 4)
        self.bold = ImageFont.truetype(FONTS + "-Bold.ttf", height * 3 // 4)
        self.wide = None  # read when it is needed
        self.w, self.h = height // 2, height
        self.size = (columns, rows)
        self.image = Image.new("RGB", (columns * self.w, rows * self.h), ground)
        self.draw = ImageDraw.Draw(self.image)

    def find_wide(self):
        """Without that font, wide letters are boxes: a test needs no more."""
        try:
            return ImageFont.truetype(WIDE_FONT, self.h * 3 // 4)
        except OSError:
            return self.font

    def part(self, x, y, left, top, right, bottom, colour):
        """Fills a part of the cell; a rectangle's ends are inclusive."""
        self.draw.rectangle(
            (
                round((x + left) * self.w),
                round((y + top) * self.h),
                round((x + right) * self.w) - 1,
                round((y + bottom) * self.h) - 1,
            ),
            fill=colour,
        )

    def line(self, x, y, sides, colour):
        thin_x, thin_y = 1 / self.w, 1 / self.h
        if "l" in sides:
            self.part(x, y, 0, 0.5, 0.5 + thin_x, 0.5 + thin_y, colour)
        if "r" in sides:
            self.part(x, y, 0.5, 0.5, 1, 0.5 + thin_y, colour)
        if "u" in sides:
            self.part(x, y, 0.5, 0, 0.5 + thin_x, 0.5 + thin_y, colour)
        if "d" in sides:
            self.part(x, y, 0.5, 0.5, 0.5 + thin_x, 1, colour)

    def cell(self, x, y, char, style):
        fg, bg = style.colours()
        width = columns_of(char)
        if width > 0 and (char != " " or style.bg or 7 in style.flags):
            self.part(x, y, 0, 0, width, 1, bg)
        if char in BLOCKS:
            self.part(x, y, *BLOCKS[char], fg)
        elif char in LINES:
            self.line(x, y, LINES[char], fg)
        elif char != " ":
            font = self.bold if 1 in style.flags else self.font
            if width == 2:
                font = self.wide = self.wide or self.find_wide()
            self.draw.text(
                (x * self.w, y * self.h + self.h // 16), char, fill=fg, font=font
            )
        if 4 in style.flags:
            self.part(x, y, 0, 1 - 1 / self.h, max(width, 1), 1, fg)
        return width

    def paint(self, text):
        columns, rows = self.size
        style = Style()
        for y, line in enumerate(text.split("\n")[:rows]):
            x = 0
            for i, piece in enumerate(SGR.split(line)):
                if i % 2:  # between two texts: what SGR.split() took apart
                    style.apply(piece)
                    continue
                for char in OTHER_ESCAPE.sub("", piece):
                    if x >= columns:
                        break
                    x += self.cell(x, y, char, style)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("size", help="columns x rows, as in 80x24")
    parser.add_argument("out", help="the PNG file to write")
    parser.add_argument("--height", type=int, default=20, help="of a cell")
    parser.add_argument(
        "--ground",
        default="#000000",
        help="of cells without colours: a capture forgets those of erased ones",
    )
    arguments = parser.parse_args()
    columns, rows = (int(n) for n in arguments.size.split("x"))
    painter = Painter(columns, rows, arguments.height, arguments.ground)
    painter.paint(sys.stdin.read())
    painter.image.save(arguments.out)


if __name__ == "__main__":
    main()
