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
