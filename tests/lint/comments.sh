#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# comments.sh - a file that a comment, HACKING or HACKING.clock names is there.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3
comments="$top_srcdir/tests/lint/comments.py"

mkdir -p "$work"/house/{include,src}/hall "$work/house/tests"
cd "$work/house" || exit 1
touch include/hall/{door,lamp}.h src/hall/lamp.c
cat >src/hall/door.c <<'end'
/* As hall/door.h, hall/lamp, src/hall/lamp.c, include/hall/{door,lamp}.h, door.h and math.h say. */
const char *text = "hall/no_text.h /* hall/no_comment.h */";
/* Another's kitchen/sink.h, https://hall/no_url.h, and either door/lamp; sys/types.h. */
/*
 * hall/window.h,
 * hall/chair, include/hall/{door,table}.h
 * and window.h
 */
end
printf '%s\n' '#!/bin/sh' '# see src/hall/NAME.c and tests/gone.sh' >tests/run.sh
echo 'What src/hall/gone.c does.' >HACKING
is "$(python3 "$comments")" "HACKING:1: src/hall/gone.c
src/hall/door.c:5: hall/window.h
src/hall/door.c:6: hall/chair
src/hall/door.c:6: include/hall/table.h
src/hall/door.c:7: window.h
tests/run.sh:2: tests/gone.sh" "what is not there is told, and nothing else"

is "$(cd "$top_srcdir" && python3 "$comments" 2>&1)" '' "each file that is named is there"
