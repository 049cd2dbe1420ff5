#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# extra.sh - a second port: it answers, ss shows it, a reload moves it, and a port of another process is left
# alone until it is free. The answers carry the code point of dscp.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 ss
ntpd=$top_builddir/ntpd
ntpstat=$top_builddir/ntpstat

ns_new server client
ns_join server client
conf=$work/s.conf
common=("driftfile $work/s.drift" 'server 127.127.1.0' 'tos orphanwait 1' 'restrict default')

cat >"$work/ask.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(2)
s.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
s.connect((sys.argv[1], int(sys.argv[2])))
s.send(b"\x23" + 46 * b"\0" + b"\x01")
try:
    r, told, _, _ = s.recvmsg(1024, 64)
    print("stratum", r[1], "code point", told[0][2][0] >> 2)
except OSError as e:
    print("none")
END
ask() { in_ns client python3 "$work/ask.py" 192.0.2.1 "$1"; }
ports() { in_ns server ss -unlH | awk '{ print $4 }' | sed 's/.*://' | sort -u | xargs; }

printf '%s\n' "${common[@]}" 'extra port 1123' >"$conf"
start server server "$ntpd" -n -c "$conf"
try "the server has the time of its own clock" wait_until 10 in_ns server "$ntpstat"
is "$(ports)" "1123 123" "both ports are open"
is "$(ask 123)" "stratum 6 code point 46" "port 123 answers"
is "$(ask 1123)" "stratum 6 code point 46" "the extra port answers"

# Another process sits on the port that the file names next.
start squatter server python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 1124))
print("sits", flush=True)
time.sleep(600)'
try "somebody holds port 1124" wait_log 5 squatter sits
printf '%s\n' "${common[@]}" 'extra port 1124' 'dscp 10' >"$conf"
kill -HUP "${daemon_pid[server]}"
try "it says so" wait_log 5 server 'port 1124 - another process may be running; trying again'
is "$(ask 1123)" none "the old port is given up"
is "$(ask 123)" "stratum 6 code point 10" "port 123 goes on"
kill "${daemon_pid[squatter]}"
try "the port is taken when it is free" wait_log 20 server 'Listen normally on .* 192.0.2.1:1124'
is "$(ask 1124)" "stratum 6 code point 10" "it answers"
is "$(grep -c 'another process may be running' "$work/server.log")" 1 "it was said once"
test_end
