#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# alarm.sh - ntp-alarm beside a daemon that is only played: whom it runs, as whom, with what, for how
# long, and whom not.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3
alarm=$top_builddir/ntp-alarm

# Below /tmp: the programs run as another user, who may not enter our folder.
room=$(mktemp -d /tmp/alarm.XXXXXX)
trap 'rm -rf "$room"; test_end' EXIT
chmod 755 "$room"
mkdir -m 755 "$room/events.d"
mkdir -m 777 "$room/told"

# program NAME LINE...: one of the folder.
program() {
	local name=$1
	shift
	printf '%s\n' '#!/bin/sh' "$@" >"$room/events.d/$name"
	chmod 755 "$room/events.d/$name"
}
# What it does not expand itself is for the program's shell.
# shellcheck disable=SC2016
program 10-first "{ id -u; env | sort; pwd; echo \$#; } >>$room/told/first-\$NTP_EVENT-\$NTP_STATE"
program 20-others 'echo never'
chown nobody "$room/events.d/20-others"
program 30-writable "touch $room/told/writable"
chmod 775 "$room/events.d/30-writable"
program 40-old.dpkg-old "touch $room/told/old"
program 50-plain "touch $room/told/plain"
chmod 644 "$room/events.d/50-plain"
program 60-slow "sleep 60 & sleep 60; touch $room/told/slow"
program 70-failing 'exit 3'
program 80-last "echo \$NTP_MESSAGE >>$room/told/last"

ns_new a

# --- whom it runs --------------------------------------------------------------------

begin=$SECONDS
in_ns a "$alarm" -t -d "$room/events.d" 2>"$work/err"
is $? 0 "a test runs them"
took=$((SECONDS - begin))
[ "$took" -ge 9 ] && [ "$took" -le 15 ]
ok $? "one that does not end is ended after ten seconds" || note "$took s"
like "$(cat "$work/err")" '60-slow took more than 10 s, and was ended$' "and named"
pgrep -f "$room/events.d/60-slow" >/dev/null
is $? 1 "nothing of it is left"
like "$(cat "$work/err")" '20-others is not run: it is not root' "another's file is not run"
like "$(cat "$work/err")" '30-writable is not run: ' "nor one that others may write"
like "$(cat "$work/err")" '70-failing ended with status 3$' "one that fails is named"
is "$(find "$room/told" -type f -printf '%f\n' | sort | xargs)" "first-test-raised last" \
	"the others are run, and no file that is none"
is "$(sed -n '1p;$p' "$room/told/first-test-raised" | xargs)" "65534 0" "as nobody, without arguments"
is "$(sed -n 's/=.*//p' "$room/told/first-test-raised" | grep -v '^_$\|^PWD$\|^OLDPWD$\|^SHLVL$' | xargs)" \
	"NTP_EVENT NTP_HOST NTP_MESSAGE NTP_SINCE NTP_SOURCE NTP_STATE PATH" "with their variables alone"
rm -f "$room"/events.d/60-slow "$room"/told/*

# --- when ----------------------------------------------------------------------------

start played a python3 "$top_srcdir/tests/extra/played.py" hostile
wait_until 10 in_ns a "$top_builddir/ntp-wait" -n 1
start alarm a "$alarm" -n 0 -d "$room/events.d"
sleep 2
is "$(ls "$room/told")" '' "what is well is not told"
kill "${daemon_pid[played]}"
wait "${daemon_pid[played]}" 2>/dev/null
wait_until 20 grep -q . "$room/told/last"
is "$(cat "$room/told/last")" 'No word from ntpd: ntpd does not answer.' "a daemon that is gone is told"
start played a python3 "$top_srcdir/tests/extra/played.py" falseticker
wait_until 25 grep -qs '^NTP_SOURCE=' "$room/told/first-falseticker-raised"
like "$(cat "$room/told/first-falseticker-raised")" '^NTP_SOURCE=wrong.example$' "a falseticker by its name"
like "$(cat "$room/told/first-unsynchronised-cleared" 2>&1)" \
	'^NTP_MESSAGE=Synchronised to ntp1.example, within 31.0 us; leap second: none announced.$' \
	"and that the clock is right again"
kill "${daemon_pid[alarm]}"
wait "${daemon_pid[alarm]}"
is $? 0 "it ends when it is told to"

chown nobody "$room/events.d"
in_ns a "$alarm" -t -d "$room/events.d" 2>"$work/err"
like "$(cat "$work/err")" 'events.d is not run: it is not root' "nothing of a folder that is another's is run"
is "$(in_ns a "$alarm" -t -d "$room/nothing" 2>&1)" 'test raised: A test of the alarms.' "no folder, no program"
