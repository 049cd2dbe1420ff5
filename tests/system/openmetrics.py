# SPDX-License-Identifier: BSD-2-Clause
"""openmetrics.py FILE - checks a file against the grammar of OpenMetrics 1.0.0, as far as counters
and gauges go: the order of families and their samples, names, labels, numbers, the end."""
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(r"^(%s)(?:\{(%s(?:,%s)*)?\})? (\S+)$" % (NAME, LABEL, LABEL))
NUMBER = re.compile(r"^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$")


def check(text):
    if not text.endswith("# EOF\n"):
        yield 0, "does not end with # EOF"
    seen, samples = set(), set()
    family = kind = None
    for number, line in enumerate(text.split("\n")[:-2], 1):
        if line.startswith("# "):
            word, name = (line.split(" ", 3) + [""])[1:3]
            if word not in ("HELP", "TYPE", "UNIT"):
                yield number, "no such word"
            if name != family:
                if name in seen:
                    yield number, "a family that was there before"
                seen.add(name)
                family, kind = name, None
            rest = line.split(" ", 3)[3]
            if word == "TYPE":
                kind = rest
                if kind not in ("counter", "gauge"):
                    yield number, "type"
                if kind == "counter" and name.endswith("_total"):
                    yield number, "a family of counters is named without _total"
            if word == "UNIT" and not name.endswith("_" + rest):
                yield number, "a unit that is not the end of the name"
            continue
        m = SAMPLE.match(line)
        if not m:
            yield number, "no sample"
            continue
        name, labels, value = m.groups()
        if not NUMBER.match(value):
            yield number, "no number"
        allowed = (family + "_total", family + "_created") if kind == "counter" else (family,)
        if name not in allowed:
            yield number, "not of the family"
        names = re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="', labels or "")
        if len(set(names)) != len(names):
            yield number, "a label twice"
        if (name, labels) in samples:
            yield number, "a sample twice"
        samples.add((name, labels))


faults = list(check(open(sys.argv[1]).read()))
for number, what in faults:
    print("%s:%d: %s" % (sys.argv[1], number, what))
sys.exit(1 if faults else 0)
