#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# headers.sh - each header is a contract that stands alone: it compiles with nothing
# before it, its guard is its path, and what it declares is explained.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1
need gcc clang

flags=(-std=c11 -D_GNU_SOURCE -Iinclude -Isrc -Itests "-I$top_builddir" -Wall -Wextra
	-Wpedantic -Werror -Wno-unused-function
	-Wundef -Wstrict-prototypes -fsyntax-only -x c)

# undocumented FILE: prototypes in a paragraph without a comment, after one without.
undocumented() {
	awk -v file="$1" '
	function paragraph_ends() {
		if (prototypes != "" && !comment && !comment_before) {
			printf "%s", prototypes
		}
		if (n > 0) {
			comment_before = comment && prototypes == ""
		}
		prototypes = ""; comment = 0; n = 0
	}
	/^[ \t]*$/ { paragraph_ends(); next }
	{ n++ }
	/\/\*/ { comment = 1 }
	/^[A-Za-z].*[a-z_0-9]\(/ && !/^(typedef|static_assert|_Static_assert|#)/ && depth == 0 {
		prototypes = prototypes file ":" NR ": " $0 "\n"
	}
	{ depth += gsub(/\{/, "{") - gsub(/\}/, "}") }
	END { paragraph_ends() }' "$1"
}

for header in $(find include src tests -name '*.h' | sort); do
	short=${header#include/}
	short=${short#src/}
	guard=$(sed -n 's/^#ifndef //p' "$header" | head -n 1)
	defined=$(sed -n 's/^#define //p' "$header" | head -n 1)
	path=$(tr 'a-z/.-' 'A-Z___' <<<"${header#include/}")
	wrong=
	for cc in gcc clang; do
		wrong+=$("$cc" "${flags[@]}" "$header" 2>&1 >/dev/null | head -n 5)
	done
	is "$wrong" '' "$short compiles alone"
	[ "$guard" = "$defined" ] && [[ $path = *"$guard" ]]
	ok $? "$short is guarded by its path" || note "$guard, $defined"
	[[ $header = tests/* ]] || is "$(undocumented "$header")" '' "$short explains its functions"
done
