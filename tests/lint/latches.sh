#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# latches.sh - each row of HACKING's table of limits names tests that exist.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"

# The words of the table that look like the name of a test: four or more joined by underscores.
table=$(sed -n '/^What lets go again/,/^How to add/p' "$top_srcdir/HACKING" |
	grep -oE '[a-zA-Z0-9]+(_[a-zA-Z0-9]+){3,}' | sort -u)
unknown=
for name in $table; do
	grep -rqE "(SCENARIO|cmocka_unit_test|name)\\($name\\)|^$name\\(void" \
		"$top_srcdir/tests/unit" "$top_srcdir/tests/sim" || unknown="$unknown $name"
done
is "$unknown" '' "each test that the table of limits names exists"
more=$(wc -w <<<"$table")
is "$((more > 30))" 1 "there are such tests ($more)"

# A flag whose name says that something is denied, was given up or was said may be one that stays.
rows=$(sed -n '/^What lets go again/,/^How to add/p' "$top_srcdir/HACKING")
flags=$(cd "$top_srcdir" && for part in ntpd sys core auth client server steering control journal; do
	find "include/$part" "src/$part" -name '*.[ch]' 2>/dev/null
done | grep -v '^src/core/' | xargs grep -hoE '^	+(bool|unsigned|int|enum [a-z]+) [a-z_0-9, ]+;' |
	tr -s '\t ,;' '\n' | grep -E '(^|_)(denied|deny|said|told|told_n|taken|lost|blocked|full|many|way|stop|gone)$|^no_' |
	sort -u)
# Of one call, or a word of the command line.
passing=' no_fix_n no_number no_virtual taken '
absent=
for name in $flags; do
	[[ $passing != *" $name "* ]] || continue
	grep -qE "(^|[^a-z_])$name([^a-z_]|\$)" <<<"$rows" || absent="$absent $name"
done
is "$absent" '' "each flag of that kind has a row"
more=$(wc -w <<<"$flags")
is "$((more > 10))" 1 "there are such flags ($more)"
