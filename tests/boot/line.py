# SPDX-License-Identifier: MIT
"""A second serial line of a machine, /dev/ttyS1 there, and the terminal at its
end: it shows what comes and, as many of its age, answers no question."""

import os
import tempfile

from terminal import Terminal


class Line:
    """options is for QEMU; the rest works once it runs."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="grantty-line-")
        pipe = os.path.join(self.folder.name, "pipe")
        self.input, self.output = f"{pipe}.in", f"{pipe}.out"
        os.mkfifo(self.input)
        os.mkfifo(self.output)
        self.options = ["-chardev", f"pipe,id=line,path={pipe}"]
        self.options += ["-serial", "chardev:line"]
        # What tmux would answer stays with cat, which does not read it.
        show = 'stty raw -echo; exec cat "$0"'
        self.terminal = Terminal(["sh", "-c", show, self.output])

    def keys(self, text):
        """Presses keys, by what a terminal sends for them."""
        with open(self.input, "w", encoding="ascii") as line:
            line.write(text)

    def close(self):
        self.terminal.close()
        self.folder.cleanup()
