#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""circles.py - circles of calls between the modules of one folder.

	circles.py BUILD [FOLDER]...

A module is a .c file of src/FOLDER; it leads to another when its object in BUILD needs a symbol that
the other's defines. Where that comes back to where it began is a circle: none of its modules can be
read, tested or moved without the others. Those below in ALLOWED are known, and have to be there.

Prints the modules of each circle and the symbols that make it; ends with 1 when there is one.
"""
import collections
import glob
import os
import subprocess
import sys

# The parser of the configuration is one module in several files, with one state and one header.
ALLOWED = {
    'config': {'parse', 'parse_access', 'parse_cards', 'parse_files', 'parse_nts', 'parse_report',
               'parse_source', 'parse_words'},
}


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def objects(build, folder):
    """The module of each object of a folder whose source is there still."""
    sources = {stem(path) for path in glob.glob(f'src/{folder}/*.c')}
    found = {path: stem(path).rsplit('-', 1)[-1] for path in glob.glob(f'{build}/src/{folder}/*.o')}
    found = {path: module for path, module in found.items() if module in sources}
    missing = sources - set(found.values())
    if missing:
        sys.exit(f'src/{folder}: not built: {" ".join(sorted(missing))}')
    return found


def edges(build, folder):
    """Which module leads to which: {from: {to: symbols}}."""
    module_of = objects(build, folder)
    defined, needed = {}, collections.defaultdict(set)
    out = subprocess.run(['nm', '-A', '-g', *module_of], stdout=subprocess.PIPE, check=True, text=True)
    for line in out.stdout.splitlines():
        path, rest = line.split(':', 1)
        *_, kind, symbol = rest.split()
        if kind in 'Uw':
            needed[module_of[path]].add(symbol)
        else:
            defined[symbol] = module_of[path]
    lead = {module: collections.defaultdict(set) for module in module_of.values()}
    for module, symbols in needed.items():
        for symbol in symbols:
            to = defined.get(symbol, module)
            if to != module:
                lead[module][to].add(symbol)
    return lead


def circles(lead):
    """The strongly connected components of more than one module (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        for to in lead[module]:
            if to not in index:
                visit(to)
            if to in stack:
                low[module] = min(low[module], low[to])
        if low[module] == index[module]:
            circle = set(stack[stack.index(module):])
            del stack[stack.index(module):]
            if len(circle) > 1:
                found.append(circle)

    for module in lead:
        if module not in index:
            visit(module)
    return found


def main():
    build, *folders = sys.argv[1:]
    wrong = 0
    for folder in folders or sorted({path.split('/')[1] for path in glob.glob('src/*/*.c')}):
        lead = edges(build, folder)
        allowed = ALLOWED.get(folder, set())
        found = circles(lead)
        if allowed and allowed not in found:
            print(f'src/{folder}: what ALLOWED lists is no circle: {" ".join(sorted(allowed))}')
            wrong = 1
        for circle in found:
            if circle == allowed:
                continue
            wrong = 1
            print(f'src/{folder}: {len(circle)} modules: {" ".join(sorted(circle))}')
            for module in sorted(circle):
                for to in sorted(circle & set(lead[module])):
                    print(f'    {module} -> {to}: {" ".join(sorted(lead[module][to]))}')
    return wrong


if __name__ == '__main__':
    sys.exit(main())
