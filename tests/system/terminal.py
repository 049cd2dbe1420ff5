# SPDX-License-Identifier: BSD-2-Clause
"""terminal.py WHAT PROGRAM...: what a person sees who runs the program on a terminal. The keys of
WHAT are pressed, each when the text before it has come; all that was shown is printed."""
import os
import pty
import re
import select
import signal
import sys
import time

# What is waited for, then what is typed.
DIALOGUES = {
    "edit": [
        (rb"ntpq> ", b"pee\t\r"),               # completion of a command
        (rb"jitter.*ntpq> ", b"rv 0 strat\t\r"),        # of a variable
        (rb"stratum=\d+.*ntpq> ", b"\x1b[A\r"),         # the last line again
        (rb"stratum=\d+.*ntpq> ", b"auth\t\t\r"),       # what there is to choose from
        (rb"authenticate +authinfo.*ambiguous.*ntpq> ", b"keyid 1\r"),
        (rb"keyid is 1.*ntpq> ", b"passwd\r"),
        (rb"MD5 Password: ", b"topsecret\r"),
        (rb"ntpq> ", b"ifstats\r"),
        (rb"interface name.*ntpq> ", b"quit\r"),
    ],
    "colours": [(rb"jitter.*\n.*\n", b"")],
    "repeat": [(rb"(\x1b\[2J.*leap.*){3}", b"\x03")],
}

pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = os.environ.get("TERM_WANTED", "xterm")
    os.execvp(sys.argv[2], sys.argv[2:])

shown, mark, end = b"", 0, time.monotonic() + 60
for pattern, keys in DIALOGUES[sys.argv[1]] + [(None, b"")]:
    while pattern is None or not re.search(pattern, shown[mark:], re.S):
        ready, _, _ = select.select([fd], [], [], max(0, end - time.monotonic()))
        if not ready:
            os.kill(pid, signal.SIGKILL)
            sys.exit(f"{pattern!r} does not come: {shown!r}")
        try:
            piece = os.read(fd, 4096)
        except OSError:
            piece = b""
        if not piece:
            if pattern is not None:
                sys.exit(f"it ended before {pattern!r}: {shown!r}")
            break
        shown += piece
    mark = len(shown)
    os.write(fd, keys)
os.waitpid(pid, 0)
sys.stdout.write(shown.decode("latin-1"))
