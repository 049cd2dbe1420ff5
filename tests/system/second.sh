#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# second.sh - a second daemon refuses to start while the first has port 123, and does not
# disturb it.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need timeout
ntpd=$top_builddir/ntpd

ns_new a
for i in 1 2; do
	printf '%s\n' "driftfile $work/$i.drift" 'server 127.127.1.0' 'tos orphanwait 1' >"$work/$i.conf"
done
start first a "$ntpd" -n -c "$work/1.conf"
try "the first synchronises to its own clock" wait_until 10 in_ns a "$top_builddir/ntpstat"

out=$(in_ns a timeout 5 "$ntpd" -n -c "$work/2.conf" 2>&1)
status=$?
[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
ok $? "the second ends with an error" || note "status $status"
like "$out" '123.*(in use|belongs|taken|another)' "the second says that port 123 is taken"
out=$(in_ns a timeout 5 "$ntpd" -c "$work/2.conf" 2>&1)
status=$?
[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
ok $? "so it does when it would go to the background" || note "status $status"

running first
ok $? "the first runs on"
try "the first still answers" in_ns a "$top_builddir/ntpstat"
stop first
is $? 0 "the first ends well"
start third a "$ntpd" -n -c "$work/2.conf"
try "with the port free again another starts" wait_until 10 in_ns a "$top_builddir/ntpstat"
