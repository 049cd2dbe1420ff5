#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""messages.py - each message that src/config can give is asserted by a test of the configuration.

A message is the format of a call that reports something. It counts as asserted when its text, with
anything in the place of a conversion, stands in tests/data/conf/diagnostics.txt or in a string of
tests/unit/config. Prints those that do not, and ends with 1 when there are any.
"""
import glob
import re
import sys

STRING = r'"((?:[^"\\\n]|\\.)*)"'
REPORTS = r'\b(?:parse_error|parse_warn|say|diag_add|refuse|refuse_row|report|warn)\s*\('
CONVERSION = r'%[-+ #0-9.*]*(?:hh|h|ll|l|z|j)?[a-zA-Z]'


def without_comments(text):
    return re.sub(r'/\*.*?\*/', lambda m: re.sub(r'[^\n]', ' ', m.group()), text, flags=re.S)


def strings(text):
    """The string literals of C text; neighbours are one."""
    for m in re.finditer(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+', text):
        yield ''.join(re.findall(STRING, m.group()))


def arguments(text, at):
    """The text from at to the parenthesis that closes the call."""
    depth, i = 1, at
    while depth > 0 and i < len(text):
        literal = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)\'').match(text, i)
        if literal:
            i = literal.end()
            continue
        depth += (text[i] == '(') - (text[i] == ')')
        i += 1
    return text[at:i]


def messages(path):
    text = without_comments(open(path, encoding='utf-8').read())
    for m in re.finditer(REPORTS, text):
        found = [s for s in strings(arguments(text, m.end())) if len(s) > 4]
        if found:
            yield text.count('\n', 0, m.start()) + 1, found[0]


def asserted():
    text = open('tests/data/conf/diagnostics.txt', encoding='utf-8').read()
    for path in sorted(glob.glob('tests/unit/config/*.c')):
        text += '\n'.join(strings(without_comments(open(path, encoding='utf-8').read()))) + '\n'
    return text


def main():
    corpus, total, missing = asserted(), 0, 0
    for path in sorted(glob.glob('src/config/*.c')):
        for line, text in messages(path):
            total += 1
            pattern = r'[^\n]*'.join(re.escape(p) for p in re.split(CONVERSION, text))
            if not re.search(pattern, corpus):
                missing += 1
                print(f'{path}:{line}: {text}')
    print(f'{total} messages, {missing} of them not asserted', file=sys.stderr)
    return 1 if missing > 0 or total < 100 else 0


if __name__ == '__main__':
    sys.exit(main())
