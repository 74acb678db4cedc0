# SPDX-License-Identifier: MIT
"""A program in a real terminal: tmux on a socket of its own."""

import os
import re
import shutil
import signal as signals
import subprocess
import sys
import tempfile

from PIL import Image

from program import PATIENCE_S, TOP, environment, is_running, wait_until

# The size of a character in a picture, in pixels.
CELL_WIDTH, CELL_HEIGHT = 10, 20


def grouped(code):
    """A code of six or eight letters or digits as the screens show it."""
    if not re.fullmatch(r"\w{6}|\w{8}", code):
        return code
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


class Terminal:
    """Starts argv in a terminal of that size.

    env is the program's whole environment but for TERM; None: an empty home.
    """

    def __init__(
        self, argv, env=None, columns=80, rows=24, term="xterm-256color",
        history=0,
    ):
        self.folder = tempfile.mkdtemp(prefix="grantty-tmux-")
        self.socket = os.path.join(self.folder, "socket")
        env = dict(env if env is not None else environment(self.folder))
        env["TERM"] = term
        pairs = [f"{name}={value}" for name, value in env.items()]
        options = {
            "-g status": "off",
            "-g remain-on-exit": "on",
            "-g remain-on-exit-format": "",
            "-g history-limit": str(history),
            "-s escape-time": "0",
        }
        words = ["start-server"]
        for name, value in options.items():
            words += [";", "set", *name.split(), value]
        size = ["-x", str(columns), "-y", str(rows)]
        words += [";", "new-session", "-d", *size, "env", "-i", *pairs, *argv]
        # Without a pipe tmux drops what it has not read yet (4096 bytes at a
        # time) when it hears that its child has ended.
        words += [";", "pipe-pane", "-O", "cat >/dev/null"]
        self.tmux(*words)
        pids = self.ask("#{pane_pid} #{pid}").split()
        self.pid, self.server = int(pids[0]), int(pids[1])

    def tmux(self, *words):
        return subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", self.socket, *words],
            env=environment(self.folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=True,
            timeout=PATIENCE_S,
        ).stdout

    def ask(self, what):
        return self.tmux("display-message", "-p", what).strip()

    def text(self):
        """The lines on the screen."""
        lines = self.tmux("capture-pane", "-p").split("\n")[:-1]
        return [line.rstrip() for line in lines]

    def shows(self, pattern):
        """The first match of the pattern; a space matches any white space, so
        that a sentence may be broken into lines."""
        pattern = pattern.replace(" ", r"\s+")
        return re.search(pattern, "\n".join(self.text()))

    def show(self):
        return "\n".join(f"|{line}" for line in self.text())

    def wait_for(self, pattern, timeout=PATIENCE_S):
        """Waits until the pattern is on the screen; returns the match."""
        return wait_until(
            lambda: self.shows(pattern),
            lambda: f"{pattern!r} on this screen:\n{self.show()}",
            timeout,
        )

    def wait_without(self, pattern, timeout=PATIENCE_S):
        """Waits until the pattern is no longer on the screen."""
        wait_until(
            lambda: not self.shows(pattern),
            lambda: f"no {pattern!r} on this screen:\n{self.show()}",
            timeout,
        )

    def keys(self, *names):
        """Presses keys, by tmux's names."""
        self.tmux("send-keys", *names)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def picture(self):
        """What a camera would see."""
        path = os.path.join(self.folder, "screen.png")
        size = self.ask("#{pane_width}x#{pane_height}")
        subprocess.run(
            [sys.executable, "-B", TOP / "tests" / "picture.py", size, path]
            + ["--height", str(CELL_HEIGHT)],
            input=self.tmux("capture-pane", "-p", "-e", "-N"),
            encoding="utf-8",
            check=True,
            timeout=PATIENCE_S,
        )
        with Image.open(path) as image:
            image.load()
            return image

    def qr(self):
        """The texts of the QR codes on the screen."""
        self.picture()
        run = subprocess.run(
            ["zbarimg", "--quiet", "--raw", "--nodbus", "-S*.enable=0"]
            + ["-Sqrcode.enable=1", os.path.join(self.folder, "screen.png")],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            check=False,
            timeout=PATIENCE_S,
        )
        return run.stdout.splitlines()

    def wait_for_qr(self, timeout=PATIENCE_S):
        """The text of the QR code, as soon as there is one."""
        return wait_until(
            self.qr,
            lambda: f"a QR code on this screen:\n{self.show()}",
            timeout,
        )[0]

    def has_ended(self):
        return self.ask("#{pane_dead}") == "1"

    def result(self):
        """Exit status and signal as tmux tells them; "," before the end."""
        # At times tmux misses that its child has ended, until another does.
        if self.has_ended():
            self.tmux("run-shell", "true")
        return self.ask("#{pane_dead_status},#{pane_dead_signal}")

    def wait_for_exit(self, timeout=PATIENCE_S):
        """The exit code, negative for a signal."""
        wait_until(
            lambda: self.result() != ",",
            lambda: f"the end of the program:\n{self.show()}",
            timeout,
        )
        status, signal = self.result().split(",")
        return int(status) if status else -int(signal)

    def signal(self, number):
        os.kill(self.pid, number)

    def hang_up(self):
        """The terminal goes away, as when an SSH connection breaks."""
        # Not kill-server: that waits for children whose end tmux has missed.
        if is_running(self.server):
            os.kill(self.server, signals.SIGKILL)

    def wait_until_gone(self, timeout=PATIENCE_S):
        wait_until(
            lambda: not is_running(self.pid),
            f"the end of process {self.pid}",
            timeout,
        )

    def close(self):
        """Ends it all; fails where the program outlives its terminal."""
        self.hang_up()
        try:
            self.wait_until_gone()
        finally:
            if is_running(self.pid):
                os.kill(self.pid, signals.SIGKILL)
            shutil.rmtree(self.folder)
