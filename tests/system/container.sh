#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# container.sh - the Debian package in a container with a real systemd: installed, started,
# reloaded, killed, upgraded, removed. The container has no right to set the clock: ntpd serves
# and monitors there.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/system/box.sh
. "$top_srcdir/tests/system/box.sh"
need systemd-analyze dpkg-deb

try "the package builds" box_package
deb=$box_deb

# --- the units, before anything runs -------------------------------------------------

# exposure UNIT: ten times the figure of systemd-analyze security, drop-ins beside it included.
exposure() {
	systemd-analyze security --offline=true --no-pager "$1" 2>/dev/null |
		sed -n 's/.*exposure level for .*: \([0-9]*\)\.\([0-9]\) .*/\1\2/p'
}

dpkg-deb -x "$deb" "$work/files"
units=$work/files/lib/systemd/system
figure=$(exposure "$units/ntpd.service")
note "exposure of ntpd.service: $figure tenths"
[ "${figure:-99}" -le 26 ]
ok $? "ntpd.service is exposed to 2.6 at most"
install -D -m 644 "$work/files/usr/share/doc/ntpd/examples/ntpd.service.d/user.conf" \
	"$units/ntpd.service.d/user.conf"
figure=$(exposure "$units/ntpd.service")
note "with the drop-in user.conf: $figure tenths"
[ "${figure:-99}" -le 21 ]
ok $? "with the drop-in that starts as ntp, to 2.1 at most"

# --- installation --------------------------------------------------------------------

box_start
ok $? "the container boots"
box_safe || bail "the container has no right to set the clock"
pass "the container has no right to set the clock"

# ntp.conf is there before: edited for another ntpd, as upgrades from it have it.
cat >"$box_root/etc/ntp.conf" <<'END'
# edited by the user
driftfile /var/lib/ntp/ntp.drift
server 127.127.1.0
fudge 127.127.1.0 stratum 5
tos orphanwait 1
restrict default limited kod nomodify notrap nopeer noquery
restrict 127.0.0.1
restrict ::1
END
cp "$box_root/etc/ntp.conf" "$work/users.conf"
ln -s /lib/systemd/system/ntpsec.service "$box_root/etc/systemd/system/ntpd.service"
cp "$deb" "$box_root/root/ntpd.deb"
try "the package installs" box_run dpkg -i /root/ntpd.deb
try "the user's ntp.conf is kept without a question" cmp "$box_root/etc/ntp.conf" "$work/users.conf"
[ ! -L "$box_root/etc/systemd/system/ntpd.service" ]
ok $? "the link that NTPsec left is gone"
like "$(box_run id ntp)" 'uid=[0-9]+\(ntp\) gid=[0-9]+\(ntp\)' "the user ntp is there"
is "$(box_run stat -c %U /var/lib/ntp /var/log/ntpstats /run/ntpd | xargs)" "ntp ntp ntp" \
	"and owns its folders"
for unit in ntpd ntpdate ntp-wait; do
	# A unit whose program is not in the package would be a fault of the package.
	is "$(box_run systemd-analyze verify "$unit.service" 2>&1 | grep -F "$unit" |
		grep -v "Command 'man ")" '' \
		"systemd-analyze finds nothing wrong with $unit.service"
done

# --- life ----------------------------------------------------------------------------

is "$(active)" active "it is started by the installation"
is "$(box_run systemctl is-enabled ntpd)" enabled "and enabled"
is "$(active ntp)" active "it is known as ntp, too"
try "ntpstat says synchronised" wait_until 30 box_run ntpstat
like "$(box_run ntpq -pn)" '^\*LOCAL\(0\) ' "ntpq -p shows the source"
status=$(box_run systemctl status --no-pager ntpd)
like "$status" 'Active: active \(running\)' "systemctl status says running"
like "$status" 'Status: "' "and has ntpd's own line"
is "$(journal | grep -c 'clock not controlled: CAP_SYS_TIME is missing')" 1 \
	"the log says once that the clock is not controlled, and why"
like "$(box_run ntpq -c 'rv 0 clock_control')" 'not controlled' "ntpq shows it"
like "$(box_run ntpq -c explain)" 'ntpd does not steer the clock' "and explains it"
pid=$(main_pid)
inside=$(box_run cat "/proc/$pid/status")
like "$inside" '^Uid:.*[1-9][0-9]+.*[1-9][0-9]+' "it runs as another user than root"
like "$inside" '^CapEff:.*0000000000000400$' "with no capability but port 123's"
like "$inside" '^Seccomp:.*2$' "behind a filter of system calls"
unlike "$(journal)" 'no filter of system calls|Permission denied|Operation not permitted; ' \
	"which its own joins"
like "$(box_run ss -unlp)" ':123 .*"ntpd"' "ss shows the sockets as ntpd's"
like "$(box_run netstat -nupl)" ':123 .*/ntpd' "netstat as well"

sed -i 's/stratum 5/stratum 6/' "$box_root/etc/ntp.conf"
try "systemctl reload takes a good file" box_run systemctl reload ntpd
is "$(main_pid)" "$pid" "in the same process"
try "which serves at the new stratum" wait_until 90 sh -c \
	"[ \"\$(${box_words[*]} ntpq -c 'rv 0 stratum' | sed -n 's/.*stratum=\([0-9]*\).*/\1/p')\" = 7 ]"
echo 'servr 192.0.2.1' >>"$box_root/etc/ntp.conf"
box_run systemctl reload ntpd >"$work/reload.out" 2>&1
ok $((!$?)) "systemctl reload fails on a bad file"
is "$(active) $(main_pid)" "active $pid" "and the daemon goes on as before"
like "$(journal)" 'ntp\.conf:[0-9]+:1: ' "the journal has the line that is wrong"
sed -i '/^servr/d' "$box_root/etc/ntp.conf"

box_run systemctl restart ntpd
is "$(active)" active "restart"
like "$(box_run service ntpd status)" 'active \(running\)' "service ntpd status"
is "$(box_run stat -c %U /var/lib/ntp)" ntp "a restart leaves the folder with its user"
pid=$(main_pid)
box_run kill -KILL "$pid"
try "after kill -9 it is started again" wait_until 15 alive_after "$pid"

mkdir -p "$box_root/run/x" "$box_root/etc/systemd/system/ntpd.service.d"
printf '[Service]\nWatchdogSec=2\nTimeoutAbortSec=1\n' \
	>"$box_root/etc/systemd/system/ntpd.service.d/test.conf"
box_run systemctl daemon-reload
box_run systemctl restart ntpd
pid=$(main_pid)
sleep 3
is "$(main_pid)" "$pid" "it feeds the watchdog"
box_run kill -STOP "$pid"
try "when it hangs the watchdog ends it, and it is started again" wait_until 20 alive_after "$pid"

# With a status of 255 it gave up for a reason that a restart does not cure.
printf '[Service]\nEnvironment=OPTIONS="-u nobody:nogroup-here"\n' \
	>"$box_root/etc/systemd/system/ntpd.service.d/test.conf"
box_run systemctl daemon-reload
box_run systemctl reset-failed ntpd
box_run systemctl restart ntpd >/dev/null 2>&1
sleep 2
is "$(property ExecMainStatus) $(property NRestarts) $(active)" "255 0 failed" \
	"after a status of 255 it is not started again"

# What cannot be written is told with the remedy.
printf '[Service]\nEnvironment=NTPD_BOOT_MARKER=\n' \
	>"$box_root/etc/systemd/system/ntpd.service.d/test.conf"
printf '%s\n' 'statsdir /srv/' 'statistics loopstats' >>"$box_root/etc/ntp.conf"
box_run systemctl daemon-reload
box_run systemctl reset-failed ntpd
box_run systemctl start ntpd
said() { journal | grep -q 'ReadWritePaths=/srv'; }
try "for a read-only file the log names the line to add" wait_until 30 said
sed -i '/^stat/d' "$box_root/etc/ntp.conf"
rm "$box_root/etc/systemd/system/ntpd.service.d/test.conf"

# The drop-in that never is root.
cp "$work/files/usr/share/doc/ntpd/examples/ntpd.service.d/user.conf" \
	"$box_root/etc/systemd/system/ntpd.service.d/"
box_run systemctl daemon-reload
box_run systemctl restart ntpd
is "$(active)" active "with the drop-in user.conf it starts"
like "$(box_run cat "/proc/$(main_pid)/status")" '^CapPrm:.*0000000000000400$' "with the same rights"
try "it is synchronised, too" wait_until 30 box_run ntpstat
rm -r "$box_root/etc/systemd/system/ntpd.service.d"
box_run systemctl daemon-reload

# --- a network that comes later ------------------------------------------------------

printf '%s\n' 'server time.test iburst minpoll 4' 'restrict 127.0.0.1' >"$box_root/etc/ntp.conf"
box_stop
box_start
ok $? "it boots without a network"
is "$(active)" active "ntpd is started by the boot"
box_run ntpstat >/dev/null
is $? 1 "and not synchronised"
box_net
printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1' >"$work/s.conf"
start server server "$top_builddir/ntpd" -n -c "$work/s.conf"
wait_log 20 server clock_sync
box_net_up
echo '192.0.2.1 time.test' >>"$box_root/etc/hosts"
try "it synchronises when the network and the name are there" wait_until 60 box_run ntpstat
try "ntp-wait.service ends well then" box_run systemctl start ntp-wait
# systemctl waits for ntp-wait alone; the target's job comes behind it.
try "and time-sync.target is reached" \
	wait_until 10 box_run systemctl --quiet is-active time-sync.target
stop server

# --- upgrade, removal ----------------------------------------------------------------

echo '# edited again' >>"$box_root/etc/ntp.conf"
cp "$box_root/etc/ntp.conf" "$work/users.conf"
dpkg-deb -R "$deb" "$work/next"
sed -i 's/^Version: .*/Version: 99.0-1/' "$work/next/DEBIAN/control"
echo '# a newer sample' >>"$work/next/etc/ntp.conf"
dpkg-deb -Zgzip -z1 -b "$work/next" "$box_root/root/next.deb" >/dev/null
pid=$(main_pid)
try "an upgrade installs" box_run dpkg --force-confold -i /root/next.deb
try "the user's edited ntp.conf survives it" cmp "$box_root/etc/ntp.conf" "$work/users.conf"
try "the daemon is the new one" wait_until 10 alive_after "$pid"

box_run systemctl stop ntpd
is "$(active) $(property Result)" "inactive success" "stop"
like "$(journal | tail -n 5)" 'exiting on signal 15' "ntpd says so"
is "$(box_run ss -unlH sport = :123)" '' "and leaves the port"
try "disable" box_run systemctl disable ntpd

try "the init script hands its calls to systemd" box_run /etc/init.d/ntpd start
is "$(active)" active "which starts the unit"
box_run /etc/init.d/ntpd stop
is "$(active)" inactive "and stops it"
# init ACTION: as where systemd does not run.
init() { box_run env SYSTEMCTL_SKIP_REDIRECT=1 /etc/init.d/ntpd "$1"; }
try "without systemd it starts the daemon itself" init start
like "$(init status)" 'is running' "its status says running"
try "its reload works" init reload
try "its stop works" init stop
init status >/dev/null
is $? 3 "its status is 3 then"

try "the package is purged" box_run dpkg --purge ntpd
left=$(box_run find / -xdev \( -path /proc -o -path /sys -o -path /var/lib/dpkg -o -path /root \
	-o -path /var/log/journal -o -path /usr/share/zoneinfo \) -prune -o \
	\( -iname '*ntp*' -o -user ntp \) -print 2>/dev/null |
	grep -Ev '/(python3|perl|iso-codes)/|systemd-timesync|systemd/ntp-units|mountpoint|adjtime')
note "left behind: $(xargs <<<"$left")"
unlike "$left" '^/(etc|usr|lib|run)/' "a purge leaves no file of ours"
like "$(box_run id ntp)" 'ntp' "but the user"
