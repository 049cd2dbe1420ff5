#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""owners.py - who writes a member of a struct that another module's header owns.

	owners.py [-I FOLDER]... [--explain] FOLDER...

Reads clang's syntax tree of every .c file in the folders below src. A struct belongs to the header
that defines it: that of NAME.h is written by NAME.c and NAME_*.c of that folder, or by the whole
folder when there is no such file.

What is guarded is module state: a struct that a root (struct ntpd, or a struct named as its folder
in src) holds by value or owns through a pointer, directly or nested. Of these a struct that its own
module only takes in, as const or by value, is a value, and so is one of the other layers that no
function of its own header works on, which would be its first parameter. Locals and parameters
passed by value are free.

A write is an assignment, ++ or --, a copy or a fill by the system's functions, and an address that
leaves as a pointer to something that is not const: as an argument, in a struct, or returned. It is
followed through the local pointers of a function. A pointer into a struct may be passed by, or to,
the module that owns the struct; one to a member of a root also to the module that owns the member.
An element of an array may be handed about: what is done to it is seen where it is done.

Prints "FILE:LINE: FUNCTION writes STRUCT.MEMBER of MODULE (how)"; ends with 1 when there are any.
"""
import argparse
import collections
import glob
import json
import multiprocessing
import os
import re
import subprocess
import sys

PROJECT = ('include/', 'src/')
CASTS = ('ImplicitCastExpr', 'CStyleCastExpr', 'ParenExpr', 'ConstantExpr')


def pointee(type_):
    """What a pointer type points to, and whether that is const; None for other types."""
    text = type_.get('desugaredQualType', type_['qualType']).strip()
    text = re.sub(r'\b(restrict|__restrict|volatile)\b', '', text).strip()
    text = re.sub(r'(\*\s*)const$', r'\1', text).strip()
    if not text.endswith('*'):
        return None
    text = text[:-1].strip()
    if '*' in text:
        return text, text.endswith('const')
    return text, bool(re.search(r'\bconst\b', text))


def tag(text):
    """The name of a struct in the text of a type; None for pointers and what is no struct."""
    m = re.fullmatch(r'(?:const )?(?:struct|union) (\w+)\s*(?:const)?(?:\[\d*\])*', text.strip())
    return m.group(1) if m else None


class Unit:
    """One source file: the structs of its headers, and the writes in its functions."""

    def __init__(self, path, flags):
        self.path, self.file, self.line = path, '', 0
        self.records, self.fields, self.functions = {}, {}, {}
        self.subjects, self.handed_in, self.writes = set(), set(), []
        run = subprocess.run(
            ['clang', '-std=c11', '-D_GNU_SOURCE', *flags, '-w', '-fsyntax-only', '-Xclang',
             '-ast-dump=json', path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if run.returncode != 0:
            sys.exit(f'{path}: clang: {run.stderr.decode()[:2000]}')
        tree = json.loads(run.stdout, object_hook=self.located)
        for node in tree['inner']:
            if node['kind'] == 'RecordDecl':
                self.record(node, None)
            elif node['kind'] == 'FunctionDecl':
                self.function(node)

    def located(self, node):
        """Places are told as differences, in the order of the text: made whole here."""
        if 'offset' in node:
            self.file = node.get('file', self.file)
            self.line = node.get('line', self.line)
            node['file'], node['line'] = os.path.normpath(self.file), self.line
        return node

    @staticmethod
    def place(node):
        at = node.get('loc') or {}
        if 'file' not in at:
            at = node['range']['begin']
        at = at.get('expansionLoc', at)
        return at.get('file', ''), at.get('line', 0)

    def record(self, node, outer):
        name = node.get('name') or outer
        for inner in node.get('inner', ()):
            if inner['kind'] == 'RecordDecl':
                self.record(inner, name)
            elif inner['kind'] == 'FieldDecl' and name:
                self.fields[inner['id']] = name
                file, line = self.place(node)
                if file.startswith(PROJECT) and file.endswith('.h'):
                    self.records.setdefault(name, (file, [], line))[1].append(
                        inner['type']['qualType'])

    def function(self, node):
        file, _ = self.place(node)
        name = node['name']
        known = self.functions.get(name)
        if known is None or (file.endswith('.h') and not known.endswith('.h')):
            self.functions[name] = file
        inner = node.get('inner', ())
        parameters = [n['type'] for n in inner if n['kind'] == 'ParmVarDecl']
        for i, type_ in enumerate(parameters if file.startswith(PROJECT) else ()):
            text, const = pointee(type_) or (type_['qualType'], True)
            if const and file.endswith('.h'):
                self.handed_in.add((tag(text), file))
            elif not const:
                self.subjects.add((tag(text), file, i == 0))
        body = next((n for n in inner if n['kind'] == 'CompoundStmt'), None)
        if body and file.startswith(PROJECT):
            self.at, self.alias = (file, name), collections.defaultdict(list)
            while self.learn(body):
                pass
            self.look(body)

    # Where pointers lead. An object is ('local' or 'there', path), its path the members from the
    # outermost struct on: (('ntpd', 'sources'), ('sources', 'sel')).

    def learn(self, node):
        """Notes what the local pointers are set to; true when that was new."""
        new = False
        if node['kind'] == 'VarDecl' and pointee(node['type']) and 'init' in node:
            new = self.learnt(node['id'], node['inner'][-1])
        elif node['kind'] == 'BinaryOperator' and node.get('opcode') == '=':
            left = self.stripped(node['inner'][0])
            if left['kind'] == 'DeclRefExpr' and pointee(left['type']):
                new = self.learnt(left['referencedDecl']['id'], node['inner'][1])
        for inner in node.get('inner', ()):
            if 'kind' in inner and self.learn(inner):
                new = True
        return new

    def learnt(self, var, value):
        new = False
        for target in self.targets(value):
            if target not in self.alias[var] and len(self.alias[var]) < 32:
                self.alias[var].append(target)
                new = True
        return new

    @staticmethod
    def stripped(node):
        while node['kind'] in CASTS:
            node = node['inner'][0]
        return node

    def targets(self, node):
        """The objects that a pointer expression may lead to."""
        while node['kind'] in CASTS:
            if node.get('castKind') == 'ArrayToPointerDecay':
                return self.objects(node['inner'][0])
            if node.get('castKind') == 'NullToPointer':
                return []
            node = node['inner'][0]
        kind, inner = node['kind'], node.get('inner', ())
        if kind == 'UnaryOperator' and node['opcode'] == '&':
            return self.objects(inner[0])
        if kind == 'UnaryOperator' and node['opcode'] in ('++', '--'):
            return self.targets(inner[0])
        if kind == 'ConditionalOperator':
            return self.targets(inner[1]) + self.targets(inner[2])
        if kind in ('BinaryOperator', 'CompoundAssignOperator'):
            if node['opcode'] in (',', '='):
                return self.targets(inner[1])
            return [t for n in inner if pointee(n['type']) for t in self.targets(n)]
        if kind == 'DeclRefExpr':
            return self.alias.get(node['referencedDecl']['id']) or [('there', ())]
        if kind in ('IntegerLiteral', 'StringLiteral', 'GNUNullExpr'):
            return []
        return [('there', ())]

    def objects(self, node):
        """The objects that an expression that can be assigned to may be."""
        while node['kind'] in CASTS:
            node = node['inner'][0]
        kind, inner = node['kind'], node.get('inner', ())
        if kind == 'MemberExpr':
            owner = self.fields.get(node['referencedMemberDecl'])
            base = self.targets(inner[0]) if node['isArrow'] else self.objects(inner[0])
            return [(where, path + ((owner, node['name']),)) for where, path in base]
        if kind == 'ArraySubscriptExpr':
            return [(where, path[:-1] + ((path[-1][0], path[-1][1] + '[]'),)) if path else (where, path)
                    for where, path in
                    self.targets(inner[0] if pointee(inner[0]['type']) else inner[1])]
        if kind == 'UnaryOperator' and node['opcode'] == '*':
            return self.targets(inner[0])
        return [('local', ())]

    # What is done.

    def look(self, node):
        kind, inner = node['kind'], node.get('inner', ())
        if kind == 'UnaryExprOrTypeTraitExpr':
            return
        if kind in ('BinaryOperator', 'CompoundAssignOperator') and \
                node['opcode'].endswith('=') and node['opcode'] not in ('==', '!=', '<=', '>='):
            self.write(inner[0], self.objects(inner[0]), inner[0]['type'], node['opcode'])
            if self.stripped(inner[0])['kind'] != 'DeclRefExpr':
                self.escape(inner[1], 'kept')
        elif kind == 'UnaryOperator' and node['opcode'] in ('++', '--'):
            self.write(inner[0], self.objects(inner[0]), inner[0]['type'], node['opcode'])
        elif kind == 'CallExpr':
            callee = self.stripped(inner[0])
            name = callee.get('referencedDecl', {}).get('name', callee.get('name', '?'))
            if callee.get('referencedDecl', {}).get('kind') != 'FunctionDecl':
                name = '*' + name
            for argument in inner[1:]:
                self.escape(argument, name + '()')
        elif kind == 'InitListExpr':
            for value in inner:
                self.escape(value, 'kept')
        elif kind == 'ReturnStmt' and inner:
            self.escape(inner[0], 'returned')
        for sub in inner:
            if 'kind' in sub:
                self.look(sub)

    def escape(self, node, how):
        """A pointer leaves the function: what it leads to may be written when it is not const."""
        if 'type' not in node or node['kind'] == 'InitListExpr':
            return
        to = pointee(node['type'])
        if not to or to[1] or '(' in to[0]:
            return
        source = node
        while source['kind'] in CASTS and source.get('castKind') != 'ArrayToPointerDecay':
            source = source['inner'][0]
        before = pointee(source['type']) if source is not node else to
        self.write(node, self.targets(node), {'qualType': (before or to)[0]}, how)

    def write(self, node, objects, type_, how):
        _, line = self.place(node)
        whole = tag(type_.get('desugaredQualType', type_['qualType']))
        for where, path in objects:
            if where != 'local' and (path or whole):
                self.writes.append((self.at[0], line, self.at[1], path, whole, how))


class Guard:
    """Which structs are module state, and whose."""

    def __init__(self, folders, units):
        self.folders, self.records, self.functions = folders, {}, {}
        subjects, handed_in = set(), set()
        for unit in units:
            for name, entry in unit['records'].items():
                self.records.setdefault(name, entry)
            self.functions.update({n: f for n, f in unit['functions'].items() if f.endswith('.h')})
            subjects |= unit['subjects']
            handed_in |= unit['handed_in']
        self.roots = {n for n, r in self.records.items() if n in folders and folder(r[0]) == n}
        alive = self.roots | {n for n, f, first in subjects if n in self.records and
                              (first or self.is_ours(n)) and self.owns(f, n)}
        values = {n for n, f in handed_in if n in self.records and self.owns(f, n)} - alive
        self.guarded = {n for n in self.reached()
                        if n not in values and (self.is_ours(n) or n in alive)}

    def is_ours(self, name):
        return name in self.records and folder(self.records[name][0]) in self.folders

    def owner(self, name):
        """The module of a struct: FOLDER/NAME, or FOLDER/ when its header has no source."""
        stem = module(self.records[name][0])
        if glob.glob(f'src/{stem}.c') or glob.glob(f'src/{stem}_*.c'):
            return stem
        return stem.split('/')[0] + '/'

    def owns(self, file, name):
        """Is a file of the module of a struct?"""
        owner, stem = self.owner(name), module(file)
        return stem == owner or stem.startswith(owner if owner.endswith('/') else owner + '_')

    def reached(self):
        """The structs that the roots hold."""
        state, left = set(), list(self.roots)
        while left:
            name = left.pop()
            if name in state or name not in self.records:
                continue
            state.add(name)
            for text in self.records[name][1]:
                m = re.match(r'(const )?(?:struct|union) (\w+)\b(.*)', text)
                if m and '(' not in text and \
                        ('*' not in m.group(3) or (self.is_ours(m.group(2)) and not m.group(1))):
                    left.append(m.group(2))
        return state

    def wrong(self, write):
        """The struct and member that a write should not touch, or None."""
        file, _, _, path, whole, how = write
        whole = whole if whole in self.guarded else None
        holder = next((p for p in reversed(path) if p[0] in self.guarded), None)
        holds = holder is not None and self.owns(file, holder[0])
        to = self.called(how, file)
        handed = how in ('kept', 'returned') or how.startswith('*')
        if to is None and not handed:       # assigned, counted or filled
            if whole and not self.owns(file, whole):
                # What another layer keeps its state in may be replaced by who holds it.
                if holds and not self.is_ours(whole):
                    return None
                return holder if holder and not holds else (whole, '*')
            return None if holds or whole else holder
        if holder is None or holds or (whole and self.owns(file, whole)):
            return None
        if whole and holder[1].endswith('[]') and to in (None, file):
            return None
        if to and (self.owns(to, holder[0]) or
                   (holder[0] in self.roots and whole and self.owns(to, whole))):
            return None
        return holder

    def called(self, how, file):
        """The file of the function of ours that is called, None when it is none."""
        if not how.endswith('()') or how.startswith(('*', '__builtin')):
            return None
        to = self.functions.get(how[:-2], file)
        return to if to.startswith(PROJECT) else None


def folder(path):
    return path.split('/')[1]


def module(path):
    return os.path.splitext(path.split('/', 1)[1])[0]


def read(job):
    path, flags = job
    unit = Unit(path, flags)
    return {name: getattr(unit, name)
            for name in ('records', 'functions', 'subjects', 'handed_in', 'writes')}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-I', action='append', default=[])
    parser.add_argument('--explain', action='store_true', help='print what is guarded, and whose')
    parser.add_argument('folders', nargs='+')
    args = parser.parse_args()
    flags = ['-Iinclude', '-Isrc'] + ['-I' + i for i in args.I]
    files = sorted(f for d in args.folders for f in glob.glob(f'src/{d}/*.c'))
    with multiprocessing.Pool() as pool:
        units = pool.map(read, [(f, flags) for f in files], chunksize=1)
    guard = Guard(args.folders, units)
    if args.explain:
        for name in sorted(guard.guarded):
            print(f'struct {name}: {guard.owner(name)}')
        return 0
    found = set()
    for unit in units:
        for write in unit['writes']:
            wrong = guard.wrong(write)
            if wrong:
                found.add((*write[:3], *wrong, guard.owner(wrong[0]), write[5]))
    for file, line, function, name, member, owner, how in sorted(found):
        print(f'{file}:{line}: {function} writes {name}.{member} of {owner} ({how})')
    print(f'{len(files)} files, {len(guard.guarded)} guarded structs, '
          f'{len(found)} writes from outside', file=sys.stderr)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
