#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# tidy.sh - clang-tidy over src, with the checks of .clang-tidy; each file is a case. Its analyzer
# takes nine tenths of the time: TIDY_CHECKS=-clang-analyzer-* leaves it to check-deep.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1
need clang-tidy
export TIDY_CHECKS=${TIDY_CHECKS:-}

mapfile -t files < <(find src -name '*.c' | sort)
# shellcheck disable=SC2016 # expanded by the inner shell
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -I FILE sh -c '
	out=$1/$(echo "$2" | tr / _)
	timeout 200 clang-tidy --quiet "--checks=$TIDY_CHECKS" "$2" -- -std=c11 -D_GNU_SOURCE -Iinclude -Isrc "-I$3" \
		>"$out" 2>"$out.err" || echo "clang-tidy failed, status $?" >>"$out"
	' sh "$work" FILE "$top_builddir"
for file in "${files[@]}"; do
	out=$work/$(tr / _ <<<"$file")
	is "$(cat "$out" 2>&1)" '' "$file"
done
