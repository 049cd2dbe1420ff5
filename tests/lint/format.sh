#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# format.sh - the C sources have the form that .clang-format gives them.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1
need clang-format

like "$(clang-format --version)" 'version 14\.' "it is the version that the configuration is for"
printf 'int x ;\n' >"$work/x.c"
like "$(clang-format --style="file:$top_srcdir/.clang-format" --dry-run "$work/x.c" 2>&1)" \
	'x.c:1:6: warning' "a blank too many is seen"
for folder in include src tests; do
	is "$(find "$folder" -name '*.[ch]' -print0 | sort -z |
		xargs -0 clang-format --dry-run 2>&1 | grep ' warning: ')" '' \
		"$folder has the form of .clang-format (clang-format -i makes it)"
done
