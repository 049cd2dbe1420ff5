#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# harness.sh - run-tap counts what happened: no failure, skip or crash is lost.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"

# counts SCRIPT: runs it through run-tap, gives "passed failed plan".
counts() {
	local out
	out=$(TEST_TIMEOUT=${limit:-20} sh "$top_srcdir/tests/run-tap" sh -c "$1")
	echo "$(grep -c '^ok ' <<<"$out") $(grep -c '^not ok ' <<<"$out") $(tail -n 1 <<<"$out")"
}

is "$(counts 'echo 1..2; echo ok 1 - a; echo ok 2 - b')" '2 0 1..2' "two passes are two passes"
is "$(counts 'echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1')" '1 1 1..2' \
	"a failure and its exit status count once"
is "$(counts 'echo 1..1; echo ok 1 - a; echo 1..1; echo ok 1 - b')" '2 0 1..2' \
	"groups with a plan each are added up"
is "$(counts 'echo 1..1; echo not ok 1 \# SKIP a')" '0 1 1..1' "a skipped test fails"
is "$(counts 'echo 1..3; echo ok 1 - a')" '1 1 1..2' "a result that is missing fails"
is "$(counts 'echo 1..1; echo ok 1 - a; exit 3')" '1 1 1..2' "a bad exit status fails"
is "$(counts 'echo 1..1; echo ok 1 - a; kill -SEGV $$')" '1 1 1..2' "a crash fails"
is "$(counts 'printf text; echo ok 1 - a; echo 1..1')" '1 0 1..1' \
	"a result behind text without a newline is seen"
is "$(counts true)" '0 1 1..1' "a program without results fails"
is "$(counts 'echo Bail out!')" '0 1 1..1' "giving up fails"
limit=1
is "$(counts 'echo 1..1; echo ok 1 - a; sleep 30')" '1 1 1..2' "a program that hangs fails"
