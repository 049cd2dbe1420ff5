#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# messages.sh - each message of src/config is asserted by a test.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1
need python3

unasserted=$(python3 tests/lint/messages.py 2>"$work/total")
status=$?
note "$(cat "$work/total")"
is "$unasserted" '' "each message that the reader of configurations gives is asserted by a test"
ok "$status" "and they are as many as they should be"
