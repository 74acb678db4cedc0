# SPDX-License-Identifier: MIT
"""A program in xterm, kitty or foot, on a display that nobody sees (Xvfb)."""

import os
import pathlib
import re
import shlex
import signal
import struct
import subprocess
import tempfile

from PIL import Image

from program import PATIENCE_S, children_of, wait_until

SCREEN = "1000x1000x24"


class Display:
    """An X server; what it shows is in a file, as xwd(1) writes it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="grantty-x-")
        ours, theirs = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(theirs), "-screen", "0", SCREEN]
            + ["-nolisten", "tcp", "-noreset", "-fbdir", self.folder.name],
            pass_fds=[theirs],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        with open(ours, encoding="ascii") as told:
            number = told.readline().strip()  # or that it has ended
        if not number:
            self.close()
            raise AssertionError("Xvfb does not start: try it by hand")
        self.name = f":{number}"

    def picture(self):
        data = pathlib.Path(self.folder.name, "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])
        width, height, stride = header[4], header[5], header[12]
        start = header[0] + 12 * header[19]  # behind the colours
        return Image.frombuffer(
            "RGB", (width, height), data[start:start + stride * height],
            "raw", "BGRX", stride, 1)  # fmt: skip

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.folder.cleanup()


class Window:
    """A terminal emulator in which argv runs; each kind has its own command.
    script(1) between the two keeps what each of them says."""

    def __init__(self, display, argv, env):
        self.display = display
        self.env = {**env, "DISPLAY": display.name}
        self.folder = tempfile.TemporaryDirectory(prefix="grantty-x-")
        folder = pathlib.Path(self.folder.name)
        self.sent, self.drawn = folder / "sent", folder / "drawn"
        self.tty_file = folder / "tty"
        script = ["script", "-q", "-f", "-e", "-I", self.sent, "-O", self.drawn]
        script += ["-c", "exec " + shlex.join(argv)]
        words = shlex.join(map(str, script))
        self.argv = ["sh", "-c", f"tty >{self.tty_file}; exec {words}"]
        self.processes = []

    def start(self, *command):
        self.processes.append(
            subprocess.Popen(
                command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    def xdotool(self, *words):
        subprocess.run(
            ["xdotool", *map(str, words)], env=self.env, check=True,
            timeout=PATIENCE_S)  # fmt: skip

    def keys(self, *names):
        """Presses keys, by X's names."""
        self.xdotool("mousemove", 50, 50, "key", *names)

    def ask(self, questions):
        """What another program writes on the terminal."""
        tty = self.tty_file.read_text(encoding="ascii").strip()
        with open(tty, "wb") as terminal:
            terminal.write(questions)

    def has_sent(self, pattern, start=0):
        """Whether the terminal has, from that byte on."""
        sent = self.sent.read_bytes()
        return re.compile(pattern, re.DOTALL).search(sent, start) is not None

    def wait_for_sent(self, pattern, start=0):
        wait_until(
            lambda: self.has_sent(pattern, start),
            lambda: f"{pattern!r} in {self.sent.read_bytes()[start:]!r}",
        )

    def wait_for_drawn(self, text):
        """Waits until the terminal has been told that."""
        wait_until(
            lambda: self.drawn.exists() and text in self.drawn.read_bytes(),
            lambda: f"{text!r} among what was drawn",
        )

    def qr(self):
        """The texts of the QR codes on the screen."""
        path = os.path.join(self.folder.name, "screen.png")
        self.display.picture().save(path)
        return subprocess.run(
            ["zbarimg", "--quiet", "--raw", "--nodbus", "-S*.enable=0"]
            + ["-Sqrcode.enable=1", path],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            check=False,
            timeout=PATIENCE_S,
        ).stdout.splitlines()

    def wait_for_qr(self):
        return wait_until(self.qr, "a QR code on the display")[0]

    def wait_for_exit(self):
        return self.processes[-1].wait(PATIENCE_S)

    def close(self):
        """Ends it all, the emulator first; script(1) ends with what it has
        started."""
        emulator = self.processes[-1]
        if emulator.poll() is None:
            for script in children_of(emulator.pid):
                for child in children_of(script):
                    os.kill(child, signal.SIGTERM)
        for process in reversed(self.processes):
            process.terminate()
            process.wait(PATIENCE_S)
        self.folder.cleanup()


FONT = "DejaVu Sans Mono"


class XTerm(Window):
    def __init__(self, display, argv, env, columns=100, rows=40, options=()):
        super().__init__(display, argv, env)
        self.start(
            *["xterm", "-geometry", f"{columns}x{rows}+0+0"],
            *["-fa", FONT, "-fs", "8", *options, "-e", *self.argv])  # fmt: skip


class Kitty(Window):
    def __init__(self, display, argv, env):
        super().__init__(display, argv, env)
        self.env["LIBGL_ALWAYS_SOFTWARE"] = "1"
        options = {
            "font_family": FONT,
            "font_size": "8",
            "initial_window_width": "100c",
            "initial_window_height": "40c",
            "remember_window_size": "no",
            "shell_integration": "disabled",
            "update_check_interval": "0",
        }
        words = ["kitty", "--config", "NONE"]
        for name, value in options.items():
            words += ["-o", f"{name}={value}"]
        self.start(*words, *self.argv)


class Foot(Window):
    """In a Wayland compositor that is itself a window there."""

    def __init__(self, display, argv, env):
        super().__init__(display, argv, env)
        self.env["XDG_RUNTIME_DIR"] = self.folder.name
        self.env["WAYLAND_DISPLAY"] = "wayland"
        width, height, _ = SCREEN.split("x")
        self.start(
            *["weston", "--backend=x11-backend.so", "--use-pixman"],
            *["--no-config", "--shell=kiosk-shell.so", "--socket=wayland"],
            *[f"--width={width}", f"--height={height}"])  # fmt: skip
        socket = pathlib.Path(self.folder.name, "wayland")
        wait_until(socket.exists, "a compositor: try weston by hand")
        self.start(
            "foot", "--config=/dev/null", "-o", f"font={FONT}:size=8", *self.argv)
