#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sockets.sh - the net port over the real kernel: stamps, batches, errors, addresses. The
# cases are in sockets.c; this gives them two namespaces and an echo server in one of them.
# With EVENT_NOEPOLL the same holds.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need tc
program=$top_builddir/tests/system/sockets

ns_new a b
ns_join a b
ip -n "$(ns_name a)" addr add 2001:db8:5::5/128 dev lo nodad
start echo b "$program" echo
try "the echo server serves" wait_log 5 echo serves
in_ns a "$program"
EVENT_NOEPOLL=1 in_ns a "$program"
running echo
ok $? "the echo server is alive at the end"
