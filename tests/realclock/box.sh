#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# box.sh - the one container that may set the machine's clock: our package and unit in it, with
# CAP_SYS_TIME, synchronise to a server that serves the time the clock would have had. guard.c, its
# parent, holds the lock of the machine, watches the clock, kills all of it when that leaves 0.8 ms,
# and puts the clock back at the end. Nothing in there can step: steps are off, the daemon exits
# when it is a millisecond wrong, and the calls that set the time are closed for the container.
# Not a part of "make check": run from the build folder, as root, after "make check-system" has
# built what it needs.
#
# With DRY=1 in the environment the container has no such right either, to try the script itself;
# with KILL_AFTER=SECONDS all of it is killed after so long, and only the guard is left.
top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
top_builddir=$(cd "${top_builddir:-.}" && pwd)
export top_srcdir top_builddir

if [ -z "${NTPD_GUARDED:-}" ]; then
	before=$("$top_builddir/ntptime" | grep -E 'frequency|status|TAI')
	# The kernel ends all of a namespace of processes when its first one dies.
	NTPD_GUARDED=1 "$top_builddir/tests/realclock/guard" 300 "$top_builddir/realclock.series" \
		unshare --mount --pid --fork --kill-child --mount-proc bash "$0" &
	guard=$!
	if [ -n "${KILL_AFTER:-}" ]; then
		sleep "$KILL_AFTER"
		kill -KILL "$(pgrep -P "$guard" -x unshare)"
	fi
	wait "$guard"
	result=$?
	if [ -n "${KILL_AFTER:-}" ] && [ "$result" -eq 137 ]; then
		left=$(pgrep -f '^(systemd-nspawn|/usr/sbin/ntpd) .*(ntpd-box-| -u ntp:ntp)')
		result=${left:+1}
		echo "# killed, left: ${left:-nothing}"
		find /sys/fs/cgroup -depth -type d -path '*/ntpd-box-1*' -exec rmdir {} +
		rm -f /run/netns/ntpd-t1-server
	fi
	after=$("$top_builddir/ntptime" | grep -E 'frequency|status|TAI')
	awk '$2 * $2 > worst * worst { worst = $2 }
		END { printf "# %d s, worst deviation %.1f us\n", $1, worst }' \
		"$top_builddir/realclock.series"
	if [ "$(grep -oE 'frequency [^,]*|status .*|TAI .*' <<<"$before")" != \
		"$(grep -oE 'frequency [^,]*|status .*|TAI .*' <<<"$after")" ]; then
		printf 'the clock is not as it was:\n%s\n%s\n' "$before" "$after"
		exit 1
	fi
	echo "# frequency, status and TAI are as they were"
	exit "${result:-0}"
fi

# shellcheck source=tests/lib.sh
. "$top_srcdir/tests/lib.sh"
# shellcheck source=tests/system/box.sh
. "$top_srcdir/tests/system/box.sh"

allowed=0000000000000400
if [ -z "${DRY:-}" ]; then
	box_right=(env)
	box_clock="--capability=CAP_SYS_TIME \
		--system-call-filter='~clock_settime clock_settime64 settimeofday stime'"
	allowed=0000000002000400
fi
try "the package builds" box_package
box_start
ok $? "the container boots"
if box_safe; then
	note "the container may not set the clock"
fi
[ "${DRY:+1}" = "$(box_safe && echo 1)" ]
ok $? "it has the right to set the clock that was meant"

printf '%s\n' 'server 192.0.2.1 iburst minpoll 4 maxpoll 6' 'restrict 127.0.0.1' \
	'driftfile /var/lib/ntp/ntp.drift' 'tinker step 0 panic 0.001' >"$box_root/etc/ntp.conf"
mkdir -p "$box_root/etc/default"
echo "NTPD_OPTS=" >"$box_root/etc/default/ntp"
mkdir -p "$box_root/var/lib/ntp"
"$top_builddir/ntptime" | sed -n 's/.*frequency \([-0-9.]*\) ppm.*/\1/p' \
	>"$box_root/var/lib/ntp/ntp.drift"
box_net
start server server "$top_builddir/tests/realclock/rawserver" 192.0.2.1
box_net_up
cp "$box_deb" "$box_root/root/ntpd.deb"
try "the package installs" box_run dpkg -i /root/ntpd.deb
is "$(active)" active "it is started"
like "$(box_run cat "/proc/$(main_pid)/status")" "^CapEff:.*$allowed\$" "with the capabilities it needs"
like "$(box_run cat "/proc/$(main_pid)/status")" '^Uid:.*[1-9][0-9]+' "as user ntp"
try "it synchronises" wait_until 60 box_run ntpstat
like "$(box_run ntpq -pn)" '^\*192\.0\.2\.1 .* 1 u ' "to the server"
like "$(box_run ntpq -c 'rv 0 offset')" 'offset=[-+]?0\.[0-4]' "with an offset below half a millisecond"
note "$(box_run ntpq -c 'rv 0 offset,frequency,sys_jitter')"
unlike "$(journal)" 'not controlled|step|panic' "the clock is controlled, and not stepped"
# synchronised: as the kernel tells everybody.
synchronised() { box_run ntptime | grep -q '^ntp_gettime() returns code 0 (OK)'; }
try "the kernel says synchronised" wait_until 10 synchronised
like "$(box_run ntptime)" 'status .*PLL' "its loop runs"
unlike "$(box_run ntptime)" 'status .*UNSYNC' "its status is not unsynchronised"
is "$(box_run timedatectl show -p NTPSynchronized --value)" yes "timedatectl says so, too"
try "a reload changes nothing of that" box_run systemctl reload ntpd
synchronised
ok $? "the kernel is synchronised as before"

is "$(box_run find /run/ntpd -name 'set-*' | wc -l)" 1 "that the clock was set in this boot is noted"
echo "NTPD_OPTS=-g" >"$box_root/etc/default/ntp"
box_run systemctl restart ntpd
withdrawn() { journal | grep -q -- '-g has no effect: the clock was set in this boot already'; }
try "a restart with -g in the same boot forgives nothing" wait_until 5 withdrawn
try "it synchronises again" wait_until 60 box_run ntpstat
pid=$(main_pid)
box_run kill -KILL "$pid"
try "and after kill -9" wait_until 15 alive_after "$pid"
try "once more" wait_until 60 box_run ntpstat
box_run systemctl stop ntpd
is "$(active)" inactive "stop"

# Half an hour wrong, as after a suspend with a bad clock: in this boot -g was used up.
stop server
start wrong server "$top_builddir/tests/realclock/rawserver" 192.0.2.1 2000
sed -i 's/^tinker .*/tinker step 0/' "$box_root/etc/ntp.conf"
box_run systemctl start ntpd
gave_up() { [ "$(property ExecMainStatus) $(active)" = "255 failed" ]; }
try "a second large error in the same boot is not forgiven" wait_until 60 gave_up
like "$(journal)" 'panic' "the journal says why"
sleep 3
is "$(active) $(property NRestarts)" "failed 0" "and no restart tries again"
