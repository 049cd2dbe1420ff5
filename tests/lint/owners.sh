#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# owners.sh - a module's state is written by that module alone, and a check that would not see a
# write from outside is none: it is shown some.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need clang python3
owners="$(cd "$top_srcdir" && pwd)/tests/lint/owners.py"

# A small house: struct client holds struct table, which the module table owns; names is another.
mkdir -p "$work"/house/{include,src}/{base,client}
cd "$work/house" || exit 1
cat >include/base/bucket.h <<'end'
struct bucket { double level; };
struct pair { int a, b; };
void bucket_take(struct bucket *b);
void pair_make(int a, struct pair *out);
end
cat >include/client/table.h <<'end'
#include "base/bucket.h"
struct row { int id; double offset_s; };
struct table { unsigned n; char name[8]; double *best; struct bucket bucket; struct pair pair;
	struct row row[4]; };
struct wish { int id; };
void table_add(struct table *t, const struct wish *w);
struct row *table_find(struct table *t, int id);
end
cat >include/client/client.h <<'end'
#include "client/table.h"
struct client { struct table table; struct wish last; unsigned n; };
void client_tell(const struct client *c);
end
cat >src/client/table.c <<'end'
#include "client/table.h"
void table_add(struct table *t, const struct wish *w) { t->n++; t->row[0].id = w->id; }
struct row *table_find(struct table *t, int id) { (void)id; return &t->row[0]; }
end
cat >src/client/table_sort.c <<'end'
#include <string.h>
#include "client/table.h"
void table_sort(struct table *t);
void table_sort(struct table *t) { memset(t->name, 0, 8); t->n--; bucket_take(&t->bucket); }
end
cat >src/client/client.c <<'end'
#include "client/client.h"
void client_tell(const struct client *c) { (void)c; }
end

# names FUNCTION...: the module names has these lines of functions.
names() {
	printf '%s\n' '#include <string.h>' '#include "client/client.h"' \
		'void scale(double *x, const char *name);' "$@" >src/client/names.c
}

names 'void assigns(struct client *c) { c->table.n = 1; }' \
	'void by_pointer(struct client *c) { struct table *t = &c->table; t->n = 1; }' \
	'void by_find(struct client *c) { table_find(&c->table, 1)->offset_s = 0; }' \
	'void by_scalar(struct client *c) { double *x; x = &c->table.row[1].offset_s; *x = 0; }' \
	'void clears(struct client *c) { memset(&c->table, 0, sizeof(c->table)); }' \
	'void copies(struct client *c, const char *s) { memcpy(c->table.name + 1, s, 3); }' \
	'void replaces(struct table *t) { *t = (struct table){ .n = 1 }; }' \
	'void counts(struct client *c) { c->table.row[2].id++; }' \
	'void adds(struct client *c) { c->table.n += 2; }' \
	'void hands(struct client *c) { scale(&c->table.row[1].offset_s, c->table.name); }' \
	'void takes(struct client *c) { bucket_take(&c->table.bucket); }' \
	'void fills(struct table *t) { pair_make(1, &t->pair); }' \
	'void in_value(struct client *c) { c->table.pair.a = 1; }' \
	'void keeps(struct client *c) { struct { char *s; } k = { c->table.name }; (void)k; }' \
	'char *returns(struct client *c) { return c->table.name; }' \
	'void calls(struct client *c, void (*f)(struct bucket *)) { f(&c->table.bucket); }'
found=$(python3 "$owners" client 2>/dev/null)
# shellcheck disable=SC2013 # words without blanks
for planted in $(sed -nE 's/^[a-z ]+ \*?([a-z_]+)\(struct.*\{.*/\1/p' src/client/names.c); do
	like "$found" "^src/client/names.c:[0-9]+: $planted writes " "a write that $planted is seen"
done
is "$(grep -c . <<<"$found")" 16 "each once"
like "$found" "^src/client/names.c:4: assigns writes table.n of client/table \\(=\\)" "by its name"

names 'void reads(const struct client *c) { scale(0, c->table.name); client_tell(c); }' \
	'int looks(struct client *c) { const struct table *t = &c->table; return t->row[1].id; }' \
	'void asks(struct client *c) { struct wish w = { 1 }; w.id = 2; table_add(&c->table, &w); }' \
	'void wishes(struct wish *w) { w->id = 3; }' \
	'void pairs(struct pair *p) { p->a = 3; }' \
	'void own(struct table t) { t.n = 1; scale(&t.row[0].offset_s, ""); }' \
	'void local(const struct client *c) { struct table t = c->table; struct table *p = &t; p->n++; }' \
	'static void notes(const struct row *r) { (void)r; }' \
	'void through(struct client *c) { *c->table.best = 1; notes(&c->table.row[1]); }' \
	'void finds(struct client *c) { struct row *r = &c->table.row[3]; notes(r); }' \
	'struct row *picks(struct client *c) { return c->table.n > 1 ? &c->table.row[3] : NULL; }'
is "$(python3 "$owners" client 2>&1)" '4 files, 4 guarded structs, 0 writes from outside' \
	"reading, the owner's functions, values and locals are free"

cd "$top_srcdir" || exit 1
folders=()
for folder in auth client server steering control journal ntpd; do
	[ ! -d "src/$folder" ] || folders+=("$folder")
done
is "$(python3 "$owners" -I "$top_builddir" "${folders[@]}" 2>"$work/total")" '' \
	"each struct of the daemon's state is written by the module that owns it"
note "$(cat "$work/total")"
like "$(cat "$work/total")" '^[0-9]{2,} files, [0-9]{2,} guarded' "and there are such"
