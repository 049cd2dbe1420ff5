#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh - lets libFuzzer work on each target for FUZZ_SECONDS (60), from its seeds. New
# inputs go to fuzz-corpus/ of the build folder, so that the next run goes on from them.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"

for target in ${FUZZ_TARGETS:?}; do
	name=${target##*/fuzz_}
	corpus=$top_builddir/fuzz-corpus/$name
	mkdir -p "$corpus"
	"$top_builddir/$target" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 \
		-rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
		-artifact_prefix="$corpus-crash-" "$corpus" \
		"$top_srcdir/tests/data/fuzz/$name" >"$work/$name.out" 2>&1
	status=$?
	n=$(sed -n 's/^stat::number_of_executed_units: //p' "$work/$name.out")
	ok "$status" "$name survives $n inputs" || note "$(tail -n 40 "$work/$name.out")"
done
