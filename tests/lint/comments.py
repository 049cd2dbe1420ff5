#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""comments.py - the files that comments name are there.

	comments.py [ROOT]

Reads the comments of the sources, headers, tests and makefiles, and all of HACKING and
HACKING.clock. A word with a slash that begins with a folder of ours (core/filter.h, core/filter,
tests/sim/NAME.c) has to be a file or folder: from the root, from include, src or tests, or from where
it is named; the ending .c, .h, .py or .sh may be left away, and a word in capitals stands for any. A
file name alone (filter.h) has to be that of one of our files, or of a header of the system. Prints
"FILE:LINE: NAME".
"""
import fnmatch
import glob
import os
import re
import sys

ENDINGS = ('', '.c', '.h', '.py', '.sh', '.mk')
PATH = re.compile(r'(?<![\w/.<>~$}*-])[A-Za-z][\w.-]*(?:/(?:[\w.*-]|\{[\w\s.,*-]*\})+)+/?')
NAME = re.compile(r'(?<![\w/.$}*-])[a-z][\w-]*\.(?:c|h|py|sh|mk)\b(?!/)')
C_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
SYSTEM = ('/usr/include', *glob.glob('/usr/include/*-linux-gnu'))


def comments(path, text):
    """(line, text) of what is no code."""
    if path.endswith(('.c', '.h')):
        for m in C_TOKEN.finditer(text):
            if m.group().startswith('/'):
                yield text.count('\n', 0, m.start()) + 1, m.group()
    elif path.startswith('HACKING'):
        yield 1, text
    else:
        for m in re.finditer(r'(?:^|(?<=\s))#(?!include|define|!)[^\n]*|"""(?:[^"]|"(?!""))*"""', text):
            yield text.count('\n', 0, m.start()) + 1, m.group()


def braces(word):
    """a/{b,c}.h is two names; NAME stands for any."""
    m = re.search(r'\{([^{}]*)\}', word)
    if not m:
        return [word]
    return [w for part in m.group(1).split(',')
            for w in braces(word[:m.start()] + part.strip() + word[m.end():])]


class Tree:
    def __init__(self):
        top = [f for f in os.listdir() if not f.startswith(('.', 'build', 'autom4te'))]
        self.files = [f for f in top if os.path.isfile(f)] + \
            [os.path.join(folder, f) for d in top for folder, _, files in os.walk(d) for f in files]
        self.there = set(self.files)
        for f in self.files:
            while '/' in f:
                f = os.path.dirname(f)
                self.there.add(f)
        self.names = {os.path.basename(f) for f in self.files}
        self.folders = {os.path.basename(d) for d in self.there - set(self.files)
                        if d.count('/') < 2}

    def has(self, word, place):
        if any(os.path.exists(os.path.join(s, word)) for s in SYSTEM):
            return True
        for base in '', 'include/', 'src/', 'tests/', os.path.dirname(place) + '/':
            for ending in ENDINGS:
                full = os.path.normpath(base + word + ending)
                if full in self.there:
                    return True
                any_of = re.sub('[A-Z]{2,}', '*', full)
                if '*' in any_of and fnmatch.filter(self.there, any_of):
                    return True
        return False

    def unknown(self, path):
        with open(path, encoding='utf-8') as f:
            text = f.read()
        for first, comment in comments(path, text):
            for m in PATH.finditer(comment):
                word = m.group().rstrip('.,/-')
                if word.split('/')[0] not in self.folders:
                    continue
                for name in braces(word):
                    if not self.has(name, path):
                        yield first + comment.count('\n', 0, m.start()), name
            for m in NAME.finditer(comment):
                if m.group() not in self.names and not self.has(m.group(), path):
                    yield first + comment.count('\n', 0, m.start()), m.group()


def main():
    os.chdir(sys.argv[1] if len(sys.argv) > 1 else '.')
    tree, wrong = Tree(), 0
    for path in sorted(tree.files):
        if path in ('HACKING', 'HACKING.clock', 'Makefile.am', 'quickstart') or \
                (path.startswith(('src/', 'include/', 'tests/')) and
                 path.endswith(('.c', '.h', '.py', '.sh', '.mk'))):
            for line, name in tree.unknown(path):
                print(f'{path}:{line}: {name}')
                wrong += 1
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
