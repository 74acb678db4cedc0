# SPDX-License-Identifier: MIT
"""A machine with a console for each kind of screen; shared by its tests."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import initramfs  # noqa: E402
from program import BUILD, GRANTTY, PRACTICE  # noqa: E402
from qemu import Machine  # noqa: E402

FONTS = ["Lat15-Fixed16", "Lat15-Terminus32x16", "Uni2-VGA16"]

# VESA modes, which the kernel sets before it starts: no driver is needed.
SCREENS = {"80x25": "", "800x600": "vga=0x314", "1024x768": "vga=0x317"}


@pytest.fixture(scope="session")
def images():
    """The kernel and the file system that all machines start with."""
    folder = BUILD / "boot"
    folder.mkdir(exist_ok=True)
    kernel = initramfs.kernel(folder)
    if not initramfs.unpacked_at(folder, "bin/setfont").exists():
        initramfs.packages(folder, "kbd", "console-setup-linux")
    archive = initramfs.small_system(
        folder, GRANTTY, PRACTICE, BUILD / "tests/boot/font",
        initramfs.unpacked_at(folder, "bin/setfont"),
        initramfs.unpacked_at(folder, "bin/kbd_mode"),
    )
    ctype = "/usr/lib/locale/C.utf8/LC_CTYPE"
    archive.file(ctype, ctype, 0o100644)
    archive.terminal("linux")
    for font in FONTS:
        name = f"usr/share/consolefonts/{font}.psf.gz"
        archive.add(
            f"/fonts/{font}.psf",
            0o100644,
            initramfs.unpacked(folder / name),
        )
    archive.add(
        "/etc/passwd",
        0o100644,
        b"root:x:0:0::/:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n",
    )
    archive.add("/etc/lock.conf", 0o100644, b"kiosk : { lock = true; };\n")
    image = folder / "initrd"
    archive.write(image)
    return kernel, image


@pytest.fixture(scope="session", params=SCREENS)
def machine(request, images):
    """A machine that has started, with that screen."""
    kernel, image = images
    machine = Machine(kernel, image, f"quiet {SCREENS[request.param]}")
    machine.screen = request.param
    try:
        machine.wait_for_line(lambda line: line == ":ready")
        yield machine
    finally:
        machine.close()
