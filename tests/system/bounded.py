# SPDX-License-Identifier: BSD-2-Clause
"""bounded.py SECONDS MEGABYTES PROGRAM...: runs a program that has to end by itself within both, and
whose output has to be printable; tells what it took. Status 0 when it did."""
import resource
import subprocess
import sys

seconds, megabytes = float(sys.argv[1]), float(sys.argv[2])
try:
    done = subprocess.run(sys.argv[3:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=seconds, check=False)
except subprocess.TimeoutExpired:
    sys.exit(f"it runs for more than {seconds:.0f} s")
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"status {done.returncode}, {used.ru_maxrss // 1024} MB, {used.ru_utime:.1f} s of the processor")
bad = [c for c in done.stdout if c not in b"\n\t" and not 32 <= c < 127]
if bad:
    sys.exit(f"octets of its output are not printable: {bytes(bad[:20])!r}")
if done.returncode != 0:
    sys.exit(f"it ended with status {done.returncode}: {done.stdout[-300:]!r}")
if used.ru_maxrss > megabytes * 1024:
    sys.exit(f"it used {used.ru_maxrss // 1024} MB")
