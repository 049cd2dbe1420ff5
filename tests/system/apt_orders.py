#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""apt_orders.py STATUS OURS ARCHIVE FOLDER STEPS - what apt does with our packages beside Debian's.

STATUS is the dpkg status of a system, OURS and ARCHIVE are repositories (folders with Packages),
FOLDER is for scratch files. From each set of packages that one can meet, each command is simulated
("apt-get -s"), and from each set that this gives again, STEPS times; a set met before is not
looked at twice, so many steps cost little and cover every order. Prints a row for each set and
command; "wrong:" in a row says which rule it breaks. Nothing is installed.
"""
import os
import re
import subprocess
import sys

TRANSITIONAL = ["ntp", "ntpdate", "ntpstat", "sntp"]
FOREIGN = ["ntpsec", "chrony", "openntpd", "systemd-timesyncd"]
NAMES = TRANSITIONAL + FOREIGN + ["ntpd", "ntpsec-ntpdate", "ntpsec-ntpdig", "python3-ntp"]
COMMANDS = [["install", name] for name in TRANSITIONAL + ["ntpd"] + FOREIGN]
COMMANDS += [["remove", "ntpd"], ["purge", "ntpd"], ["dist-upgrade"]]


def paragraphs(path):
    """The paragraphs of a control file, each as {field: text}."""
    with open(path, encoding="utf-8") as file:
        for block in file.read().split("\n\n"):
            fields = re.findall(r"^([^\s:]+):[ \t]*(.*(?:\n[ \t].*)*)", block, re.M)
            if fields:
                yield dict(fields)


def installed(paragraph):
    """The paragraph as one of the dpkg status."""
    keep = {k: v for k, v in paragraph.items() if k not in ("Filename", "Size", "SHA256", "SHA1",
                                                            "MD5sum", "Status")}
    keep["Status"] = "install ok installed"
    return "".join(f"{k}: {v}\n" for k, v in keep.items()) + "\n"


class System:
    """A simulated system; a set of packages is {(name, version)}."""

    def __init__(self, status, ours, archive, folder):
        self.folder = folder
        self.base = [p for p in paragraphs(status) if p["Package"] not in NAMES]
        self.known = {}
        for repository in (ours, archive):
            for p in paragraphs(os.path.join(repository, "Packages")):
                self.known[p["Package"], p["Version"]] = p
        self.add_stubs()
        self.sources = {"both": [ours, archive], "archive": [archive]}
        for name, folders in self.sources.items():
            with open(f"{folder}/{name}.list", "w", encoding="utf-8") as file:
                file.write("".join(f"deb [trusted=yes] file:{f} ./\n" for f in folders))
            self.write_status(frozenset())
            self.apt(name, ["update"])

    def add_stubs(self):
        """What the packages depend on and this small system lacks, as if it were there."""
        there = {p["Package"] for p in self.base} | set(NAMES)
        for p in list(self.known.values()):
            words = ",".join(p.get(k, "") for k in ("Depends", "Pre-Depends"))
            for name in re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]+)", words):
                if name not in there:
                    there.add(name)
                    self.base.append({"Package": name, "Version": "99:99", "Architecture":
                                      "amd64", "Multi-Arch": "allowed", "Maintainer": "none",
                                      "Description": "stub"})

    def write_status(self, packages):
        with open(f"{self.folder}/status", "w", encoding="utf-8") as file:
            for p in self.base + [self.known[key] for key in sorted(packages)]:
                file.write(installed(p))

    def apt(self, sources, words):
        for sub in ("state/lists/partial", "cache/archives/partial"):
            os.makedirs(f"{self.folder}/{sources}/{sub}", exist_ok=True)
        where = f"{self.folder}/{sources}"
        options = [f"Dir::State={where}/state", f"Dir::State::status={self.folder}/status",
                   f"Dir::Cache={where}/cache", f"Dir::Etc::sourcelist={where}.list",
                   "Dir::Etc::sourceparts=/dev/null", "Dir::Etc::preferences=/dev/null",
                   "Dir::Etc::preferencesparts=/dev/null", "APT::Sandbox::User=root",
                   "APT::Architecture=amd64", "APT::Install-Recommends=0",
                   "Debug::NoLocking=1", "pkgCacheGen::ForceEssential=none"]
        return subprocess.run(["apt-get", "-y"] + [w for o in options for w in ("-o", o)] + words,
                              capture_output=True, text=True, check=False)

    def run(self, sources, packages, words):
        """The set after the command, and what apt says when it fails."""
        self.write_status(packages)
        result = self.apt(sources, ["-s"] + words)
        after = dict(packages)
        others = []
        for verb, name, version in re.findall(
                r"^(Inst|Remv|Purg) (\S+)(?: \[[^]]*\])?(?: \((\S+))?", result.stdout, re.M):
            if name not in NAMES:
                others.append(name)
            elif verb == "Inst":
                after[name] = version
            else:
                after.pop(name, None)
        error = result.stderr.strip().splitlines()[-1:] if result.returncode else []
        return frozenset(after.items()), error + others


def judge(before, words, after, trouble):
    """What is wrong with the set that a command left, '' when nothing is."""
    have = dict(after)
    masters = [name for name in FOREIGN + ["ntpd"] if name in have]
    wanted = words[-1]
    if trouble:
        return f"it ends with {trouble}"
    if len(masters) > 1:
        return "two daemons"
    if words[0] == "install":
        ours = wanted in TRANSITIONAL or wanted == "ntpd"
        if wanted not in have:
            return f"{wanted} is not there"
        if masters != ["ntpd" if ours else wanted]:
            return f"{wanted} is not with its daemon"
        if wanted in TRANSITIONAL and not have[wanted].startswith("2:"):
            return f"{wanted} is not ours"
    if words[0] in ("remove", "purge") and "ntpd" in have:
        return "ntpd is there"
    if words == ["dist-upgrade"]:
        was = dict(before)
        if "ntpd" in was and before != after:
            return "an upgrade changes what is up to date"
        if was.get("ntp", "").startswith("1:") and "ntpd" not in have:
            return "an upgrade leaves Debian's ntp"
    strays = [n for n in TRANSITIONAL if n in have and have[n].startswith("2:") !=
              ("ntpd" in have)]
    return f"{strays} without their daemon" if strays and words != ["remove", "ntpd"] else ""


def show(packages):
    return " ".join(f"{n}={v.split('+')[0]}" if n in TRANSITIONAL else n
                    for n, v in sorted(packages)) or "nothing"


def main():
    system = System(*sys.argv[1:5])
    steps = int(sys.argv[5])
    start = {frozenset()}
    for words in (["systemd-timesyncd"], ["ntp"], ["ntpsec"], ["chrony"], ["openntpd"],
                  ["ntpdate"], ["sntp"], ["ntpstat"], ["ntp", "ntpdate", "ntpstat", "sntp"],
                  ["chrony", "ntpdate"]):
        start.add(system.run("archive", frozenset(), ["install"] + words)[0])
    start.add(system.run("both", frozenset(), ["install", "ntpd"])[0])
    start.add(system.run("both", frozenset(), ["install"] + TRANSITIONAL)[0])
    seen, edge = set(start), sorted(start, key=show)
    for _ in range(steps):
        found = []
        for packages in edge:
            for words in COMMANDS:
                if words[0] in ("remove", "purge") and "ntpd" not in dict(packages):
                    continue
                after, trouble = system.run("both", packages, words)
                wrong = judge(packages, words, after, trouble)
                print(f"{show(packages)} | {' '.join(words)} | {show(after)}"
                      + (f" | wrong: {wrong}" if wrong else ""))
                if after not in seen:
                    seen.add(after)
                    found.append(after)
        edge = found
    print(f"# {len(seen)} sets, {len(edge)} of them not gone on from")


main()
