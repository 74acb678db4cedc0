#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the pictures of the screens: "make pictures".

Without an argument, those in the documents. With a folder, one of each screen in
each language, theme and size, and for each of these sheets on which all of them can
be read. The screens are drawn by tests/screens/show_screen in a terminal, with the
models of the tests, so that nothing in a picture depends on a clock or a network.
"""

import argparse
import concurrent.futures
import functools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from PIL import Image, ImageDraw

TESTS = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS), str(TESTS / "e2e")]

# pylint: disable=wrong-import-position
from picture import Painter  # noqa: E402
from program import BUILD, TOP, environment, wait_until  # noqa: E402
from terminal import Terminal  # noqa: E402

SHOW = BUILD / "tests" / "screens" / "show_screen"
PLACES = TOP / "docs" / "places"
THEMES = sorted(path.stem for path in (TOP / "themes").glob("*.theme"))
SIZES = ["20x5", "30x10", "40x12", "50x15", "60x20", "80x24", "100x30", "160x50"]
# A short language, a long one, one of wide letters, one of other letters.
LANGUAGES = ["en", "de", "ja", "uk"]

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
SHEET_CELL = 14  # the height of a character on a sheet
SHEET_WIDTH, SHEET_HEIGHT = 1560, 1500  # a sheet, in pixels, unless one is larger
LABEL = 16


def ground(theme):
    """The colour of a theme's cells that nothing was drawn into."""
    text = (TOP / "themes" / f"{theme}.theme").read_text(encoding="utf-8")
    found = re.search(r'^default .*\bbg = "(#[0-9a-f]{6})"', text, re.MULTILINE)
    return found[1] if found else "#000000"


def theme_of(conf):
    """The theme that a configuration names."""
    found = re.search(r'\btheme = "(.*)"', conf.read_text(encoding="utf-8"))
    return found[1] if found else "midnight"


def capture(conf, theme, screens, size, language):
    """What show_screen draws, a text with colours for each screen."""
    columns, rows = (int(n) for n in size.split("x"))
    path = TOP / "themes" / f"{theme}.theme"
    with tempfile.TemporaryDirectory() as home:
        env = environment(home, LANG=f"{language}.UTF-8")
        words = [str(SHOW), str(conf), str(path)]
        terminal = Terminal([*words, screens[0]], env=env, columns=columns,
                            rows=rows, term=TERM)
        try:
            pairs = [f"{name}={value}" for name, value in env.items()]
            for screen in screens[1:]:
                terminal.tmux("new-window", "-d", "env", "-i", *pairs,
                              f"TERM={TERM}", *words, screen)

            def ended():
                return terminal.tmux("list-panes", "-s", "-F",
                                     "#{pane_dead}:#{pane_dead_status}").split()

            wait_until(lambda: all(end[:1] == "1" for end in ended()),
                       lambda: f"the pictures of {size}: {ended()}")
            texts = [terminal.tmux("capture-pane", "-p", "-e", "-N", "-t", f":{i}")
                     for i in range(len(screens))]
            for screen, end, text in zip(screens, ended(), texts):
                if end not in ("1:0", "1:"):  # tmux may miss a status
                    sys.exit(f"{screen} at {size}: {end}\n{text}")
        finally:
            terminal.close()
    return texts


def paint(text, theme, size, height):
    """A capture as a picture."""
    columns, rows = (int(n) for n in size.split("x"))
    painter = Painter(columns, rows, height, ground(theme))
    painter.paint(text)
    return painter.image


def make_sheets(stem, names, pictures):
    """Pictures side by side, each with its name, on as many sheets as they take."""
    width, height = pictures[0].width + 8, pictures[0].height + LABEL + 8
    across, down = max(SHEET_WIDTH // width, 1), max(SHEET_HEIGHT // height, 1)
    for old in stem.parent.glob(f"{stem.name}-sheet*.png"):
        old.unlink()
    for first in range(0, len(names), across * down):
        some = list(zip(names, pictures))[first:first + across * down]
        rows = (len(some) + across - 1) // across
        sheet = Image.new("RGB", (min(across, len(some)) * width, rows * height),
                          "#808080")
        draw = ImageDraw.Draw(sheet)
        for i, (name, picture) in enumerate(some):
            x, y = i % across * width + 4, i // across * height + 4
            draw.text((x, y), name, fill="#ffffff")
            sheet.paste(picture, (x, y + LABEL))
        sheet.save(f"{stem}-sheet{first // (across * down) + 1}.png")


def make_part(names, folder, conf, part):
    """All screens in one language, theme and size."""
    language, theme, size = part
    stem = folder / "-".join(part)
    stem.mkdir(parents=True, exist_ok=True)
    texts = capture(conf, theme, names, size, language)
    pictures = [paint(text, theme, size, SHEET_CELL) for text in texts]
    for name, picture in zip(names, pictures):
        picture.save(stem / f"{name}.png")
    make_sheets(stem, names, pictures)
    return stem


def make_all(folder, conf, languages, themes, sizes):
    """All screens in those languages, themes and sizes."""
    names = subprocess.run([SHOW, "--list"], stdout=subprocess.PIPE, check=True,
                           encoding="utf-8").stdout.split()
    parts = [(language, theme, size) for language in languages
             for theme in themes for size in sizes]
    started = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        make_one = functools.partial(make_part, names, folder, conf)
        for stem in pool.map(make_one, parts):
            print(stem, flush=True)
    print(f"{len(parts) * len(names)} pictures in "
          f"{time.monotonic() - started:.0f} s")


def make_documents(folder):
    """The pictures in the documents."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as plain:
        for name, place, screen, size in PICTURES:
            conf = PLACES / f"{place}.conf" if place else pathlib.Path(plain.name)
            theme = theme_of(conf)
            text = capture(conf, theme, [screen], size, "en")[0]
            few = paint(text, theme, size, CELL_HEIGHT).quantize(
                COLOURS, dither=Image.Dither.NONE)
            few.save(folder / name, optimize=True)
            print(folder / name, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path,
                        help="for all screens, in all of the following")
    parser.add_argument("--conf", type=pathlib.Path, default=PLACES / "museum.conf",
                        help="whose looks they have; a museum's by default")
    parser.add_argument("--language", action="append",
                        help="only this one, as in de; may be repeated")
    parser.add_argument("--theme", action="append", choices=THEMES,
                        help="only this one; may be repeated")
    parser.add_argument("--size", action="append",
                        help="only this one, as in 80x24; may be repeated")
    arguments = parser.parse_args()
    if arguments.folder is None:
        make_documents(TOP)
    else:
        make_all(arguments.folder, arguments.conf.resolve(),
                 arguments.language or LANGUAGES, arguments.theme or THEMES,
                 arguments.size or SIZES)


if __name__ == "__main__":
    main()
