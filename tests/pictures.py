#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the pictures of the screens: "make pictures".

Without an argument, those in the documents. With a folder, one of each screen in
each theme and size, and for each theme and size a contact sheet of them. The
screens are drawn by tests/screens/show_screen in a terminal of its own, with the
models of the tests, so that nothing in a picture depends on a clock or a network.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

from PIL import Image, ImageDraw

TESTS = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS), str(TESTS / "e2e")]

# pylint: disable=wrong-import-position
from picture import Painter  # noqa: E402
from program import BUILD, TOP, environment  # noqa: E402
from terminal import Terminal  # noqa: E402

SHOW = BUILD / "tests" / "screens" / "show_screen"
PLACES = TOP / "docs" / "places"
THEMES = sorted(path.stem for path in (TOP / "themes").glob("*.theme"))
SIZES = ["20x5", "30x10", "40x12", "50x15", "60x20", "80x24", "100x30", "160x50"]

# In the documents: the file, the configuration, the screen and its size.
PICTURES = [
    ("docs/sign-in.png", None, "sign-in", "80x24"),
    ("docs/places/museum.png", "museum", "welcome", "80x24"),
    ("docs/places/office.png", "office", "sign-in", "80x24"),
    ("docs/places/school.png", "school", "welcome", "80x24"),
]
# A terminal that does not promise to fill what it erases, so that all blanks are
# drawn: a capture forgets the colours of erased cells.
TERM = "tmux-256color"
CELL_HEIGHT = 20  # of a character, in pixels
COLOURS = 32  # of a picture: enough for smooth letters, and a third of the bytes
SHEET_WIDTH = 640  # of a picture on a contact sheet, in pixels


def ground(theme):
    """The colour of a theme's cells that nothing was drawn into."""
    text = (TOP / "themes" / f"{theme}.theme").read_text(encoding="utf-8")
    found = re.search(r'^default .*\bbg = "(#[0-9a-f]{6})"', text, re.MULTILINE)
    return found[1] if found else "#000000"


def theme_of(conf):
    """The theme that a configuration names."""
    found = re.search(r'\btheme = "(.*)"', conf.read_text(encoding="utf-8"))
    return found[1] if found else "midnight"


def make(out, conf, theme, screen, size):
    """One picture."""
    columns, rows = (int(n) for n in size.split("x"))
    path = TOP / "themes" / f"{theme}.theme"
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal([str(SHOW), str(conf), str(path), screen],
                            env=environment(home), columns=columns, rows=rows,
                            term=TERM)
        try:
            code = terminal.wait_for_exit()
            if code != 0:
                sys.exit(f"{screen} at {size}:\n{terminal.show()}")
            text = terminal.tmux("capture-pane", "-p", "-e", "-N")
        finally:
            terminal.close()
    painter = Painter(columns, rows, CELL_HEIGHT, ground(theme))
    painter.paint(text)
    few = painter.image.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(out, optimize=True)


def make_sheet(out, paths):
    """Small pictures side by side, each with its name."""
    across, label = 3, 16
    pictures = []
    for path in paths:
        with Image.open(path) as image:
            picture = image.convert("RGB")
        if picture.width > SHEET_WIDTH:
            height = picture.height * SHEET_WIDTH // picture.width
            picture = picture.resize((SHEET_WIDTH, height), Image.Resampling.LANCZOS)
        pictures.append(picture)
    width = max(picture.width for picture in pictures) + 8
    height = max(picture.height for picture in pictures) + label + 8
    rows = (len(pictures) + across - 1) // across
    sheet = Image.new("RGB", (across * width, rows * height), "#808080")
    draw = ImageDraw.Draw(sheet)
    for i, (path, picture) in enumerate(zip(paths, pictures)):
        x, y = i % across * width + 4, i // across * height + 4
        draw.text((x, y), path.stem, fill="#ffffff")
        sheet.paste(picture, (x, y + label))
    sheet.save(out, optimize=True)


def make_all(folder, themes, sizes):
    """All screens in those themes and sizes."""
    names = subprocess.run([SHOW, "--list"], stdout=subprocess.PIPE, check=True,
                           encoding="utf-8").stdout.split()
    conf = PLACES / "museum.conf"
    for theme in themes:
        for size in sizes:
            part = folder / f"{theme}-{size}"
            part.mkdir(parents=True, exist_ok=True)
            paths = [part / f"{name}.png" for name in names]
            for path in paths:
                make(path, conf, theme, path.stem, size)
            make_sheet(folder / f"{theme}-{size}.png", paths)
            print(folder / f"{theme}-{size}.png", flush=True)


def make_documents(folder):
    """The pictures in the documents."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as plain:
        for name, place, screen, size in PICTURES:
            conf = PLACES / f"{place}.conf" if place else pathlib.Path(plain.name)
            make(folder / name, conf, theme_of(conf), screen, size)
            print(folder / name, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path,
                        help="for all screens, in all themes and sizes")
    parser.add_argument("--theme", action="append", choices=THEMES,
                        help="only this one; may be repeated")
    parser.add_argument("--size", action="append",
                        help="only this one, as in 80x24; may be repeated")
    arguments = parser.parse_args()
    if arguments.folder is None:
        make_documents(TOP)
    else:
        make_all(arguments.folder, arguments.theme or THEMES,
                 arguments.size or SIZES)


if __name__ == "__main__":
    main()
