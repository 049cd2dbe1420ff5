#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# refclock_sock.sh - a Unix socket that another process sends samples to: made before the rights go,
# for root alone; what is in its place is only replaced when it is a socket.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 timeout
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
writer=$top_srcdir/tests/system/sock_writer.py
mkdir "$work/run"
sock=$work/run/chrony.ttyS0.sock

ns_new a
followed() { in_ns a "$ntpq" -pn | grep -q '^\*.*\(127\.127\.47\|SOCK\)'; }
printf '%s\n' "driftfile $work/drift" "refclock sock path $sock minpoll 3 maxpoll 3 refid GPS" \
	>"$work/ntp.conf"

start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"
try "the socket is made at the start" wait_until 5 test -S "$sock"
is "$(stat -c '%a %U' "$sock")" '600 root' "for root alone"
start writer a python3 "$writer" "$sock" 0.003
try "what is written to it is followed within 10 s" wait_until 12 followed
like "$(in_ns a "$ntpq" -pn | grep '^\*')" ' \.GPS\. +0 +l ' "with its refid, as a local device"
like "$(in_ns a "$ntpq" -p)" 'SOCK\(0\)' "by its own name"
id=$(in_ns a "$ntpq" -c as | awk 'NR == 4 { print $2 }')
like "$(in_ns a "$ntpq" -c "rv $id offset")" 'offset=[23]\.' "3 ms off, as the writer says"
like "$(in_ns a "$ntpq" -c "cv $id")" 'device="SOCK/Unix datagrams"' "cv has the device"
like "$(in_ns a "$ntpq" -c "cv $id")" 'timecode="[0-9]+\.[0-9]{6} \+0\.00300' "and the last sample"
stop writer
python3 - "$sock" <<'PY'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(sys.argv[1])
s.send(b"no sample")
PY
try "what is no sample is told of" wait_log 5 ntpd 'SOCK\(0\): what is written to its socket is no sample'
stop ntpd KILL
start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"
start writer a python3 "$writer" "$sock" 0
try "a socket that was left behind is replaced" wait_until 12 followed
stop writer
stop ntpd

rm -f "$sock"
echo precious >"$sock"
start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"
try "a file in its place is told of" wait_log 5 ntpd 'SOCK\(0\): its device cannot be opened: .*is there and no socket'
is "$(cat "$sock")" precious "and left alone"
stop ntpd
test_end
