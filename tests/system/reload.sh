#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# reload.sh - fifty reloads, each with another configuration, under 20,000 requests a second: none is lost, and the
# clock stays synchronised.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
ntpd=$top_builddir/ntpd
ntpstat=$top_builddir/ntpstat
load=$top_builddir/tests/system/load
reloads=50 rate=20000 seconds=8

ns_new server client
ns_join server client
conf=$work/s.conf
common=("driftfile $work/s.drift" 'server 127.127.1.0' 'tos orphanwait 1' 'restrict default' 'disable monitor')
printf '%s\n' "${common[@]}" >"$conf"
start server server "$ntpd" -n -c "$conf"
try "the server has the time of its own clock" wait_until 10 in_ns server "$ntpstat"

in_ns client "$load" 192.0.2.1 "$rate" "$seconds" >"$work/load.out" 2>&1 &
pid=$!
unsynchronised=0
for i in $(seq "$reloads"); do
	case $((i % 4)) in
	0) extra=() ;;
	1) extra=('server 192.0.2.77 noselect' 'restrict 198.51.100.0/24 ignore') ;;
	2) extra=('restrict 203.0.113.0 mask 255.255.255.0 nomodify' 'tos minclock 4') ;;
	3) extra=('server 192.0.2.78 noselect minpoll 7' 'setvar round = '"$i") ;;
	esac
	printf '%s\n' "${common[@]}" "${extra[@]}" >"$conf"
	kill -HUP "${daemon_pid[server]}"
	sleep 0.1
	[ $((i % 10)) -ne 0 ] || in_ns server "$ntpstat" >/dev/null || unsynchronised=$((unsynchronised + 1))
done
wait "$pid"
is "$(grep -c 'reload: succeeded' "$work/server.log")" "$reloads" "every reload was applied"
is "$unsynchronised" 0 "it was synchronised all the time"
read -r _ sent _ answered <"$work/load.out"
note "$(cat "$work/load.out")"
[ "${sent:-0}" -gt 10000 ]
ok $? "the load was there"
is "$answered" "$sent" "every request was answered"

# A bad file changes nothing, and says so.
printf '%s\n' "${common[@]}" 'restrict 10.0.0.0 mask foo' >"$conf"
kill -HUP "${daemon_pid[server]}"
try "a bad file is named" wait_log 5 server 's\.conf:6:[0-9]+: .*foo'
try "and nothing is changed" wait_log 5 server 'nothing was changed'
try "the server goes on" in_ns server "$ntpstat"
stop server TERM

# Files that root has read at the start and the user of -u may not read any more: what was read stays,
# and the log names path, mode and group. The configuration itself counts as an error.
chmod 755 "$work"
chown nobody "$work"
echo '1 SHA1 secret' >"$work/keys"
echo 'setvar more = 1' >"$work/more.conf"
printf '%s\n' "${common[@]}" "keys $work/keys" 'trustedkey 1' 'controlkey 1' \
	"includefile $work/more.conf" >"$conf"
chmod 600 "$work/keys"
chmod 644 "$conf" "$work/more.conf"
start user server "$ntpd" -n -u nobody:nogroup -c "$conf"
try "a daemon of another user has the time of its own clock" wait_until 10 in_ns server "$ntpstat"
chmod 644 "$work/keys"
in_ns server "$top_builddir/ntpq" -k "$work/keys" -c 'keyid 1' -c ':config disable stats' >"$work/q1" 2>&1
chmod 600 "$work/keys"
kill -HUP "${daemon_pid[user]}"
try "keys out of reach are named with mode and group" wait_log 5 user \
	"keys .*/keys: Permission denied; .*/keys has mode 0600, owner root, group root: 'chgrp nogroup .*what was read"
try "and the rest of the reload is done" wait_log 5 user 'reload: succeeded'
chmod 644 "$work/keys"
in_ns server "$top_builddir/ntpq" -k "$work/keys" -c 'keyid 1' -c ':config disable stats' >"$work/q2" 2>&1
is "$(cat "$work/q2")" "$(cat "$work/q1")" "the keys read before are in force"
like "$(cat "$work/q2")" 'Config Succeeded' "with them ntpq is obeyed"
chmod 600 "$work/more.conf"
kill -HUP "${daemon_pid[user]}"
try "an included file out of reach is named likewise" wait_log 5 user \
	"s\.conf:[0-9]+:13: .*more\.conf' cannot be read: Permission denied; .* has mode 0600, owner root"
try "and nothing is changed" wait_log 5 user 'nothing was changed'
test_end
