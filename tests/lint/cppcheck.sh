#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# cppcheck.sh - cppcheck over src; each file is a case.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1
need cppcheck

mapfile -t files < <(find src -name '*.c' | sort)
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
	--suppress=missingIncludeSystem -D_GNU_SOURCE -Iinclude -Isrc "-I$top_builddir" \
	-j "$(nproc)" --template='{file}:{line}: {severity}: {message} [{id}]' \
	"${files[@]}" >"$work/out" 2>&1
ok $? "cppcheck ran"
for file in "${files[@]}"; do
	is "$(grep -F "$file:" "$work/out")" '' "$file"
done
is "$(grep -vF "$(printf '%s:\n' "${files[@]}")" "$work/out")" '' "nothing is said of a header"
