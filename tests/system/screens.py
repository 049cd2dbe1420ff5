#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""screens.py DIALOGUE PROGRAM...: what is on the screen of a person who runs the program. It runs on
a terminal of its own that understands what is sent to it; the steps of the dialogue, a line each,
are read from standard input:

size ROWS COLS     before the program begins, and later: the terminal gets another size
wait WORDS         until the screen has these words
gone WORDS         until it has them no longer
key KEYS           are typed; \\e is Escape, \\r Enter
signal NAME        to the program
show NAME          the screen, below a line "--- NAME"
stopped            waits until it is stopped
modes NAME         what the terminal's modes are: "as before" or "taken"
finish             waits for its end: "ended 0", "killed by SIGTERM"
do COMMAND         by sh
"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pyte

WITHIN = 60
# As a shell does: the leader of a session on that terminal, and the program in the foreground of it.
# Without a parent in its session nothing can be stopped by Ctrl-Z.
try:
    os.setsid()
except PermissionError:
    child = os.fork()
    if child:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os.setsid()
for number in (signal.SIGTTOU, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
before = termios.tcgetattr(slave)
screen = pyte.Screen(80, 24)
stream = pyte.ByteStream(screen)
pid = None
ended = None


def start():
    global pid
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(slave, os.getpid())
        for number in (signal.SIGTTOU, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        for fd in (0, 1, 2):
            os.dup2(slave, fd)
        os.environ["TERM"] = os.environ.get("TERM_WANTED", "linux")
        os.execvp(sys.argv[1], sys.argv[1:])


def rows():
    return [line.rstrip() for line in screen.display]


def read_for(seconds):
    """Takes what comes; False when nothing came."""
    if not select.select([master], [], [], seconds)[0]:
        return False
    try:
        stream.feed(os.read(master, 65536))
    except OSError:
        return False
    return True


def settle():
    """Until nothing comes for a moment."""
    while read_for(0.3):
        pass


def fail(what):
    print("\n".join(rows()))
    print("screens.py: " + what)
    if pid and ended is None:
        os.kill(pid, signal.SIGKILL)
    sys.exit(1)


def until(true, what):
    end = time.monotonic() + WITHIN
    while not true():
        read_for(0.1)
        if time.monotonic() > end:
            fail(what)


def status():
    """The program's, when there is news; it may be stopped only."""
    global ended
    got, word = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
    if got and not os.WIFSTOPPED(word):
        ended = word
    return word if got else None


def resize(r, c):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", r, c, 0, 0))
    screen.resize(r, c)
    if pid:
        settle()
        os.kill(pid, signal.SIGWINCH)
        settle()


def step(word, rest):
    if pid is None and word not in ("size", "do"):
        start()
    if word == "size":
        resize(*(int(n) for n in rest.split()))
    elif word == "wait":
        until(lambda: any(rest in row for row in rows()), f"no {rest!r} comes")
    elif word == "gone":
        until(lambda: not any(rest in row for row in rows()), f"{rest!r} stays")
    elif word == "key":
        settle()
        os.write(master, rest.replace("\\e", "\\x1b").encode().decode("unicode_escape").encode("latin1"))
        settle()
    elif word == "signal":
        os.kill(pid, getattr(signal, rest))
        settle()
    elif word == "show":
        settle()
        print("--- " + rest)
        print("\n".join(rows()).rstrip("\n"))
    elif word == "stopped":
        until(lambda: os.WIFSTOPPED(status() or 0), "it is not stopped")
    elif word == "modes":
        print(rest + ": " + ("as before" if termios.tcgetattr(slave) == before else "taken"))
    elif word == "finish":
        until(lambda: status() is not None and ended is not None, "it does not end")
        settle()
        print(f"killed by {signal.Signals(os.WTERMSIG(ended)).name}" if os.WIFSIGNALED(ended)
              else f"ended {os.WEXITSTATUS(ended)}")
    elif word == "do":
        subprocess.run(["sh", "-c", rest], check=True)
    else:
        fail("no such step: " + word)


for line in sys.stdin:
    if line.strip():
        word, _, rest = line.rstrip("\n").partition(" ")
        step(word, rest)
if pid and ended is None:
    fail("it goes on")
