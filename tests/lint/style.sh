#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# style.sh - what the coding guide says that a line of shell can see.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1

mapfile -t c_files < <(find include src tests -name '*.[ch]' | sort)
mapfile -t scripts < <(find tests systemd conf .ci -type f \( -name '*.sh' -o -perm -u+x \) \
	! -name '*.[ch]' 2>/dev/null | sort)
scripts+=(quickstart)

wrong=$(for f in "${c_files[@]}"; do
	[ "$(head -n 1 "$f")" = '/* SPDX-License-Identifier: BSD-2-Clause */' ] || echo "$f"
done)
is "$wrong" '' "each C file begins with its licence"

wrong=$(for f in "${scripts[@]}"; do
	head -n 3 "$f" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' || echo "$f"
done)
is "$wrong" '' "each script names its licence"

wrong=$(for f in "${c_files[@]}"; do
	sed -n '2,3p' "$f" | grep -qE '^/?[/ ]?\*' || echo "$f"
done)
is "$wrong" '' "each C file says in its second line what it is"

mapfile -t own < <(find src include -name '*.[ch]' | sort)

# wide FILE...: lines of more than 100 columns, a tab being 8; characters, not octets.
wide() {
	local f
	for f in "$@"; do
		expand "$f" | LC_ALL=C.UTF-8 grep -nE '^.{101,}' |
			sed "s|^|$f:|" | cut -c 1-120
	done
}
is "$(wide "${own[@]}")" '' "no line of C is longer than 100 columns"

is "$(grep -nE '^ {8}|^	+ {8}' "${c_files[@]}")" '' "C is indented with tabs"
is "$(grep -nE '[ 	]+$' "${c_files[@]}" "${scripts[@]}")" '' "no line ends in blanks"
is "$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' "${c_files[@]}" "${scripts[@]}" |
	grep -vE '^tests/(lint/style.sh|run-tap):')" '' "nothing is left to be done"
is "$(grep -nE '^typedef' "${c_files[@]}")" '' "no typedef"
is "$(grep -nE '^[[:space:]]*#[[:space:]]*pragma' "${c_files[@]}")" '' "no pragma"
unsafe='alloca|strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|rand|srand'
is "$(grep -nE "\b($unsafe)\(" "${own[@]}")" '' "no function that invites a mistake"
is "$(grep -nE '^[[:space:]]*else[[:space:]]*$' "${own[@]}")" '' "each else has braces"
