#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ntpq.sh - ntpq before servers that mean harm, on a terminal, and with a large table of clients.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3
ntpq=$top_builddir/ntpq
ntpd=$top_builddir/ntpd
here=$top_srcdir/tests/system

# Servers that mean harm. Without answers a question ends after twice the timeout.
ns_new evil
evil() { in_ns evil "$@"; }
for kind in endless overlapping same_again far_out variables control_characters long_line noise \
	wrong_sequence associations clients; do
	start "$kind" evil python3 "$here/hostile.py" "$kind"
	wait_log 10 "$kind" ready || bail "the hostile server starts"
	commands=(-c 'timeout 200' -c peers -c rv -c 'rv 1' -c as -c sysinfo -c monstats -c ifstats
		-c reslist -c explain -c 'mrv &1 &3')
	megabytes=40
	case $kind in
	clients)        # a million of them is where it stops
		commands=(-c 'timeout 200' -c mrulist)
		megabytes=450
		;;
	associations)   # each is asked for
		commands=(-c 'timeout 200' -c peers -c 'mrulist')
		;;
	esac
	try "ntpq ends before a server that sends $kind, in bounds" in_ns evil python3 \
		"$here/bounded.py" 120 "$megabytes" "$ntpq" -n -a 1 "${commands[@]}" 127.0.0.1
	note "$kind: $(head -n 1 "$work/try.out")"
	stop "$kind"
done

# On a terminal.
ns_new host
printf '%s\n' '1 MD5 topsecret' >"$work/keys"
printf '%s\n' 'disable ntp' 'server 127.127.1.0' "keys $work/keys" 'trustedkey 1' 'controlkey 1' \
	'mru maxdepth 1000000' 'restrict default limited kod' 'restrict 127.0.0.1' >"$work/ntp.conf"
start host host "$ntpd" -n -c "$work/ntp.conf"
answers() { in_ns host "$ntpq" -c 'rv 0 leap' 127.0.0.1 | grep -q leap; }
wait_until 10 answers || bail "our daemon answers"
terminal() { in_ns host python3 "$here/terminal.py" "$@" 2>&1; }

out=$(terminal edit "$ntpq" -n 127.0.0.1)
is $? 0 "a person talks with ntpq"
like "$out" 'LOCAL\(0\) +\.LOCL\.' "the tabulator completes a command"
like "$out" '^stratum=[0-9]+' "and a variable"
is "$(grep -c '^stratum=[0-9]' <<<"$out")" 2 "the arrow brings back the last line"
like "$out" 'authenticate +authinfo' "what has no one completion is shown"
like "$out" '127\.0\.0\.1:123' "the typed secret opens the list of sockets"
unlike "$out" topsecret "and is not shown"

escape=$'\033\\['
out=$(terminal colours "$ntpq" -n -c peers 127.0.0.1)
like "$out" "$escape" "a terminal gets colours"
unlike "$(terminal colours env NO_COLOR=1 "$ntpq" -n -c peers 127.0.0.1)" "$escape" \
	"but not with NO_COLOR"
unlike "$(TERM_WANTED=dumb terminal colours "$ntpq" -n -c peers 127.0.0.1)" "$escape" \
	"nor when it is dumb"
unlike "$(in_ns host "$ntpq" -n -c peers 127.0.0.1)" "$escape" "a pipe gets none"
like "$(in_ns host "$ntpq" --colour=always -n -c peers 127.0.0.1)" "$escape" "unless it wants them"
in_ns host "$ntpq" --colour=always -n -c "peers >$work/peers.txt" 127.0.0.1
unlike "$(cat "$work/peers.txt")" "$escape" "a file gets none"
like "$(cat "$work/peers.txt")" LOCAL "but the table"
out=$(terminal repeat "$ntpq" -n -r 0.1 -c 'rv 0 leap' 127.0.0.1)
[ "$(grep -c 'leap=' <<<"$out")" -ge 3 ]
ok $? "-r repeats, on a screen made empty each time"
