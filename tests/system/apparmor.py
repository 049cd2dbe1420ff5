# SPDX-License-Identifier: BSD-2-Clause
"""apparmor.py PROFILE ROOT TRACE... - what programs did, as "strace -ff -y" saw it below ROOT, and
PROFILE, as "apparmor_parser -p" has it, does not allow: a line for each, and at the end how many
accesses were looked at."""
import re
import sys

CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+)(?:<(.*)>)?")
STRING = r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"'


def glob(text, variables):
    """The pattern of a path of a profile."""
    out, depth, i = "", 0, 0
    while i < len(text):
        c = text[i]
        if text.startswith("@{", i):
            end = text.index("}", i)
            name = text[i + 2:end]
            values = variables.get(name, [])
            out += "(?:" + "|".join(glob(v.rstrip("/"), variables) for v in values) + ")"
            i = end
        elif text.startswith("**", i):
            out, i = out + ".*", i + 1
        elif c == "*":
            out += "[^/]*"
        elif c == "?":
            out += "[^/]"
        elif c == "{":
            out, depth = out + "(?:", depth + 1
        elif c == "}":
            out, depth = out + ")", depth - 1
        elif c == "," and depth:
            out += "|"
        elif c == "[":
            end = text.index("]", i)
            out += text[i:end + 1]
            i = end
        else:
            out += re.escape(c)
        i += 1
    return out


def read_profile(path):
    """Its rules for files: patterns with the letters of what they allow."""
    variables, rules = {"pid": ["[0-9]*"], "tid": ["[0-9]*"], "profile_name": ["ntpd"]}, []
    for line in open(path):
        line = line.split("#")[0].strip()
        m = re.match(r"@\{(\w+)\} *(\+?)= *(.*)", line)
        if m:
            values = m.group(3).replace('"', "").split()
            variables[m.group(1)] = variables.get(m.group(1), []) * bool(m.group(2)) + values
            continue
        m = re.match(r'(?:owner +|allow +)?"?([/@][^ "]*)"? +([a-zA-Z]+) *,$', line)
        if m:
            rules.append(m.groups())
    return [(re.compile(re.sub("/+", "/", glob(p, variables)) + r"\Z"), a) for p, a in rules]


def wanted(call, args, result):
    """Pairs of a path and the letters that the call needs."""
    paths = [b if b.startswith("/") else f"{a}/{b}" for a, b in re.findall(STRING, args)]
    if call in ("open", "openat"):
        if "O_PATH" in args:
            return []
        need = "r" if "O_RDONLY" in args else "w" if "O_WRONLY" in args else "rw"
        return [((result or paths[0]) + "/" * ("O_DIRECTORY" in args), need)]
    if call == "execve":
        return [(paths[0], "x")]
    if call.startswith("rename"):
        return [(paths[0], "rw"), (paths[1], "w")]
    if call.startswith("link"):
        return [(paths[1], "l")]
    if call == "connect" and "AF_UNIX" in args:
        m = re.search(r'sun_path="([^"]*)"', args)
        return [(m.group(1), "w")] if m else []
    if re.match("unlink|mkdir|rmdir|symlink|chmod|fchmodat|chown|fchownat|lchown|truncate", call):
        return [(paths[-1], "w")]
    return []


def main():
    profile, root, traces = sys.argv[1], sys.argv[2], sys.argv[3:]
    rules = read_profile(profile)
    seen = set()
    for trace in traces:
        inside = False
        for line in open(trace, errors="replace"):
            m = CALL.match(line)
            if not m or m.group(3).startswith("-"):
                continue
            call, args, _, result = m.groups()
            if not inside and trace == traces[0]:
                # What went before the program.
                inside = call == "execve" and args.startswith('"/usr/sbin/ntpd"')
                continue
            for path, need in wanted(call, args, result):
                path = re.sub(" ?\\(deleted\\)$", "", path)
                path = path[len(root):] if path.startswith(root) else path
                seen.add((re.sub("/+", "/", path), need))
    for path, need in sorted(seen):
        allowed = "".join(a for pattern, a in rules if pattern.match(path))
        if any(letter not in allowed for letter in need):
            print(f"{path} {need}: {allowed or 'no rule'}")
    print(f"{len(seen)} accesses")


main()
