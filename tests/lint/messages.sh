#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# messages.sh - each message of src/config is asserted by a test; each event has a text in the
# journal's catalog.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1
need python3

unasserted=$(python3 tests/lint/messages.py 2>"$work/total")
status=$?
note "$(cat "$work/total")"
is "$unasserted" '' "each message that the reader of configurations gives is asserted by a test"
ok "$status" "and they are as many as they should be"

# --- the journal's catalog -------------------------------------------------------------

ids=$(grep -oE '"[0-9a-f]{32}"' src/journal/event_id.c | tr -d '"' | sort)
is "$(wc -l <<<"$ids") $(uniq <<<"$ids" | wc -l)" \
	"$(($(grep -cE '^	(PEER_)?EVENT_[A-Z_]+,?$' include/core/event.h) - 1)) $(wc -l <<<"$ids")" \
	"each event has an id of its own"
is "$(sed -n 's/^-- //p' conf/ntpd.catalog | sort)" "$ids" "and each id a text in the catalog"
is "$(sed -nE 's/.*@([A-Z_]+)@.*/\1/p' conf/ntpd.catalog | sort -u | xargs)" "NTP_OFFSET_US NTP_SOURCE" \
	"whose fields are written"
