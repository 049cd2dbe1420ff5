#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# units.sh - our units beside those of other daemons, with the drop-ins that we ship, and with
# files in places that the sandbox closes; ntpdate.service and ntp-wait.service. In a container
# with a real systemd, without the right to set the clock.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/system/box.sh
. "$top_srcdir/tests/system/box.sh"

try "the package builds" box_package
box_start
ok $? "the container boots"
box_safe || bail "the container has no right to set the clock"
cp "$box_deb" "$box_root/root/ntpd.deb"
try "the package installs" box_run dpkg -i /root/ntpd.deb
examples=$box_root/usr/share/doc/ntpd/examples/ntpd.service.d
dropins=$box_root/etc/systemd/system/ntpd.service.d
mkdir -p "$dropins"
box_net
printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1' 'restrict default' >"$work/s.conf"
start server server "$top_builddir/ntpd" -n -c "$work/s.conf"
wait_log 20 server clock_sync
box_net_up

# conf LINE...: the configuration of the container's ntpd.
conf() {
	printf '%s\n' 'server 192.0.2.1 iburst minpoll 3' 'restrict 127.0.0.1' \
		'driftfile /var/lib/ntp/ntp.drift' "$@" >"$box_root/etc/ntp.conf"
}

# again: restarts ntpd with what is there now; so many restarts would ask the server for no burst.
again() {
	box_run systemctl daemon-reload
	box_run systemctl reset-failed ntpd 2>/dev/null
	box_run systemctl stop ntpd
	rm -f "$box_root"/var/lib/ntp/*.asked
	box_run systemctl start ntpd >"$work/again.out" 2>&1
}

# lines: of the journal, by the process that runs now. said PATTERN: true when there is such a one.
lines() { journal | grep -F "ntpd[$(main_pid)]: "; }
said() { lines | grep -Eq -- "$1"; }

conf
again
is "$(active)" active "it starts"

# --- names and the old commands --------------------------------------------------------

pid=$(main_pid)
box_run systemctl restart ntp
is "$(main_pid | grep -vcx "$pid") $(active ntp)" "1 active" "systemctl restart ntp is a restart of ntpd"
is "$(box_run systemctl show -P Id ntp)" ntpd.service "since ntp is another name of it"
box_run service ntpd stop
is "$(active)" inactive "service ntpd stop"
box_run service ntpd status >/dev/null
is $? 3 "service ntpd status then ends with 3"
box_run service ntpd start
is "$(active)" active "service ntpd start"
pid=$(main_pid)
box_run service ntpd restart
is "$(active) $(main_pid | grep -cx "$pid")" "active 0" "service ntpd restart"
like "$(box_run service ntpd status)" 'active \(running\)' "service ntpd status"

# --- the usual places --------------------------------------------------------------------

for word in Burst IntervalUSec; do
	is "$(property "StartLimit$word")" "$(box_run systemctl show -P "DefaultStartLimit$word")" \
		"StartLimit$word is that of any other unit"
done
is "$(box_run cat /run/ntpd.pid)" "$(main_pid)" "/run/ntpd.pid has the process"
is "$(box_run stat -c '%U %a' /run/ntpd.pid)" 'root 644' "which only root can change"
box_run systemctl stop ntpd
[ ! -e "/proc/$box_pid/root/run/ntpd.pid" ]
ok $? "it is gone with the process"
# The starts so far are not to count: the limit of starts is that of any other unit.
box_run systemctl reset-failed ntpd
box_run systemctl start ntpd
gone_pid=$(main_pid)
box_run kill -KILL "$gone_pid"
try "after kill -9 and a new start" wait_until 30 alive_after "$gone_pid"
is "$(box_run cat /run/ntpd.pid)" "$(main_pid)" "it is the new one"
printf "NTPD_OPTS='-g -p /run/other.pid'\n" >"$box_root/etc/default/ntp"
again
is "$(box_run cat /run/other.pid)" "$(main_pid)" "a -p of the user's counts"
[ ! -e "/proc/$box_pid/root/run/ntpd.pid" ]
ok $? "and then the usual one is not written"
printf "NTPD_OPTS='-g'\n" >"$box_root/etc/default/ntp"
again

# What installers and desktops call. The other half of our unit's [Install] goes with it.
enabled() { box_run systemctl is-enabled "$1" 2>/dev/null; }
timedate() { box_run timedatectl show --value -p "$1"; }
is "$(timedate CanNTP) $(timedate NTP)" "yes yes" "timedatectl knows that NTP is there and on"
box_run timedatectl set-ntp false
try "timedatectl set-ntp false ends it" wait_until 10 sh -c \
	"[ \"\$(${box_words[*]} systemctl is-active ntpd)\" = inactive ]"
is "$(timedate NTP) $(enabled ntpd) $(enabled ntpd-dhcp.path)" "no disabled disabled" \
	"and turns it off"
box_run timedatectl set-ntp true
try "timedatectl set-ntp true starts it" wait_until 10 sh -c \
	"[ \"\$(${box_words[*]} systemctl is-active ntpd)\" = active ]"
is "$(timedate NTP) $(enabled ntpd) $(enabled ntpd-dhcp.path)" "yes enabled enabled" \
	"and turns it on"
box_run systemctl disable ntpd 2>/dev/null
is "$(enabled ntpd) $(enabled ntpd-dhcp.path) $(enabled ntpd-dhcp.service)" \
	"disabled disabled disabled" "systemctl disable ntpd"
box_run systemctl enable ntpd 2>/dev/null
is "$(enabled ntpd) $(enabled ntpd-dhcp.path) $(enabled ntpd-dhcp.service)" \
	"enabled enabled enabled" "systemctl enable ntpd takes the watch for leases with it"

# --- other daemons, their own units: a clock has one master ----------------------------

need_peer chrony/usr/sbin/chronyd
peer_units="chrony/lib/systemd/system/chrony.service ntpsec/lib/systemd/system/ntpsec.service
	openntpd/lib/systemd/system/openntpd.service
	timesyncd/lib/systemd/system/systemd-timesyncd.service"
for file in $peer_units; do
	name=${file##*/}
	cp "$PEERS/$file" "$box_root/lib/systemd/system/$name" || bail "$file is unpacked"
	# The unit is theirs; what it runs sleeps, and needs no user of its own.
	mkdir -p "$box_root/lib/systemd/system/$name.d"
	printf '%s\n' '[Unit]' ConditionCapability= ConditionVirtualization= '[Service]' User= Type=simple \
		PIDFile= BusName= ExecStartPre= ExecStart= 'ExecStart=/bin/sleep 1000' Restart=no \
		AmbientCapabilities= WatchdogSec=0 >"$box_root/lib/systemd/system/$name.d/idle.conf"
done
ln -s /lib/systemd/system/chrony.service "$box_root/etc/systemd/system/chronyd.service"
box_run systemctl daemon-reload
for name in chrony chronyd systemd-timesyncd ntpsec openntpd; do
	box_run systemctl start "$name"
	# Both jobs run at once.
	wait_until 10 sh -c "[ \"\$(${box_words[*]} systemctl is-active ntpd)\" = inactive ]"
	is "$(active "$name") $(active)" "active inactive" "the start of $name stops ours"
	box_run systemctl start ntpd
	is "$(active "$name") $(active)" "inactive active" "and that of ours stops $name"
done
mkdir -p "$box_root/usr/lib/systemd/ntp-units.d"
cp "$PEERS"/timesyncd/lib/systemd/ntp-units.d/*.list "$box_root/usr/lib/systemd/ntp-units.d/"
box_run systemctl restart systemd-timedated
box_run timedatectl set-ntp false
box_run timedatectl set-ntp true
try "timedatectl beside systemd-timesyncd" wait_until 10 sh -c \
	"[ \"\$(${box_words[*]} systemctl is-active ntpd)\" = active ]"
is "$(active systemd-timesyncd)" inactive "starts ours and not that"

# --- drop-ins ----------------------------------------------------------------------------

cp "$examples/priority.conf" "$dropins/"
printf '[Service]\nEnvironment="NTPD_OPTS=-g -N -P 7"\n' >"$dropins/test.conf"
: >"$box_root/etc/default/ntp"
again
is "$(active)" active "with the drop-in priority.conf it starts with -N and -P"
unlike "$(lines)" 'a priority is given by root' "and none is refused"
like "$(box_run ps -o cls=,rtprio=,ni= -p "$(main_pid)")" '^ *(FF +[0-9]+ +-|TS +- +-12)' \
	"it has a priority that others have not"
rm "$dropins/priority.conf"
again
is "$(active)" active "without it as well"
try "but says that it may not" wait_until 5 said \
	'-P: Operation not permitted; a priority is given by root'

cp "$examples/priority.conf" "$dropins/"
mkdir -p "$box_root/var/lib/ntp/jail/etc"
cp "$box_root/etc/ntp.conf" "$box_root/var/lib/ntp/jail/etc/"
printf '[Service]\nEnvironment="NTPD_OPTS=-g -i /var/lib/ntp/jail"\n' >"$dropins/test.conf"
again
is "$(active) $(box_run readlink "/proc/$(main_pid)/root")" "active /var/lib/ntp/jail" \
	"with that drop-in it goes to the jail of -i"
try "in which it synchronises" wait_until 60 box_run ntpstat
try "and reloads" box_run systemctl reload ntpd
rm "$dropins"/*

cp "$examples/refclock.conf" "$dropins/"
again
is "$(active)" active "with the drop-in refclock.conf it starts"
like "$(box_run systemctl show -P DeviceAllow ntpd)" 'char-pps rw' "with a right to pps devices"
try "and synchronises" wait_until 60 box_run ntpstat
rm "$dropins/refclock.conf"

cp "$examples/user.conf" "$dropins/"
again
is "$(active) $(box_run stat -c %U "/proc/$(main_pid)")" "active ntp" \
	"with the drop-in user.conf it starts as ntp"
like "$(box_run cat "/proc/$(main_pid)/status")" '^CapPrm:.*0000000000000400$' "with the same rights"
like "$(box_run cat "/proc/$(main_pid)/status")" '^Seccomp:.*2$' "behind its filter"
is "$(box_run cat /run/ntpd/ntpd.pid)" "$(main_pid)" "its pid file is where ntp may write"
unlike "$(lines)" 'pidfile' "so that nothing is said about it"
try "and synchronises" wait_until 60 box_run ntpstat
try "and reloads" box_run systemctl reload ntpd
rm "$dropins/user.conf"

# --- files within and outside ------------------------------------------------------------

echo '7 SHA1 known-to-root' >"$box_root/etc/ntp.keys"
chmod 600 "$box_root/etc/ntp.keys"
mkdir -p "$box_root/etc/ntp.d" "$box_root/var/log/ntp.new" "$box_root/opt/far"
chown "$(stat -c %u "$box_root/var/lib/ntp")" "$box_root/var/log/ntp.new"
conf 'keys /etc/ntp.keys' 'trustedkey 7'
again
like "$(box_run ntpq -c authinfo)" 'stored keys: +1|^(free|stored) .* 1$' \
	"keys that root alone may read are there after the start"
try "a reload keeps them" box_run systemctl reload ntpd
try "and says so" wait_until 5 said 'keys /etc/ntp.keys: Permission denied'
like "$(box_run ntpq -c authinfo)" 'stored keys: +1|^(free|stored) .* 1$' "they are still there"
echo 'setvar near = 1' >"$box_root/etc/ntp.d/a.conf"
conf 'includefile /etc/ntp.d/a.conf' 'logfile /var/log/ntp.new/log'
try "a reload takes an include and a log in folders it never used" box_run systemctl reload ntpd
try "the log is there" wait_until 5 test -e "$box_root/var/log/ntp.new/log"
like "$(box_run ntpq -c 'rv 0 near')" 'near="?1' "and the include"
echo 'setvar far = 1' >"$box_root/opt/far/b.conf"
conf 'includefile /opt/far/b.conf'
box_run systemctl reload ntpd
try "a file in a folder that is closed is told to need a restart" wait_until 5 \
	grep -q '/opt/far/b.conf lies outside' "$box_root/var/log/ntp.new/log"
again
like "$(box_run ntpq -c 'rv 0 far')" 'far="?1' "after which it is read"

printf '%s\n' 'restrict 127.0.0.1' >"$box_root/etc/ntp.conf"
box_run rm -rf /run/ntpd-dhcp
again
box_run install -d -m 755 /run/ntpd-dhcp
box_run sh -c 'echo "server 192.0.2.1 iburst" >/run/ntpd-dhcp/eth0.sources'
try "after a lease with servers, in a folder that was not there" box_run systemctl reload ntpd
try "it synchronises to these" wait_until 60 box_run ntpstat

conf 'logfile /opt/far/log' 'statsdir /opt/far/' 'statistics peerstats'
again
try "for a log on a read-only file the journal names the line to add" \
	wait_until 5 said 'logfile /opt/far/log: .*ReadWritePaths=/opt/far$'
try "for statistics, too" wait_until 20 said 'statistics /opt/far/.*ReadWritePaths=/opt/far$'
printf '[Service]\nReadWritePaths=/opt/far\n' >"$dropins/test.conf"
chown "$(stat -c %u "$box_root/var/lib/ntp")" "$box_root/opt/far"
again
try "with that line they are written" wait_until 20 sh -c "ls $box_root/opt/far/log $box_root/opt/far/peerstats*"
rm "$dropins/test.conf"

# --- the marker of the boot --------------------------------------------------------------

conf
boot=$(box_run cat /proc/sys/kernel/random/boot_id | tr -d -)
box_run install -o ntp -m 644 /dev/null "/run/ntpd/set-$boot"
printf "NTPD_OPTS='-g'\n" >"$box_root/etc/default/ntp"
again
try "where the marker of this boot is, -g is withdrawn" wait_until 5 \
	said "-g has no effect: the clock was set in this boot already, as /run/ntpd/set-$boot says"
box_run mv "/run/ntpd/set-$boot" /run/ntpd/set-0123456789abcdef0123456789abcdef
again
sleep 1
unlike "$(lines)" 'no effect' "that of another boot does not count"

# --- ntpdate, ntp-wait -------------------------------------------------------------------

box_run systemctl start ntpdate >/dev/null 2>&1
is "$? $(active)" "1 active" "ntpdate.service fails beside a running ntpd, which goes on"
# told PATTERN: true when the journal has such a line of ntpdate.service.
told() { journal ntpdate | grep -Eq -- "$1"; }
try "and says why" wait_until 5 told 'socket is in use'
box_run systemctl stop ntpd
box_run systemctl start ntpdate >/dev/null 2>&1
is "$(active ntpdate)" failed "without the right to set the clock ntpdate.service fails"
try "after it has asked the server of ntp.conf" wait_until 5 \
	told "Can't adjust the time of day: Operation not permitted"
box_run systemctl start ntpd
try "ntp-wait.service ends when ntpd has synchronised" box_run systemctl start ntp-wait
# systemctl waits for ntp-wait alone; the target's job comes behind it.
try "time-sync.target is reached then" \
	wait_until 10 box_run systemctl --quiet is-active time-sync.target

# --- what the timers start -----------------------------------------------------------------

conf 'statsdir /var/log/ntpstats/' 'statistics loopstats'
stats=$box_root/var/log/ntpstats
for day in 20200101 20261101; do
	echo line >"$stats/loopstats.$day"
done
touch -d '-2 years' "$stats/loopstats.20200101"
touch -d '-3 days' "$stats/loopstats.20261101"
try "ntpd-rotate-stats.service ends well" box_run systemctl start ntpd-rotate-stats.service ||
	note "$(journal ntpd-rotate-stats)"
is "$(cd "$stats" && ls loopstats.20[0-9]*[01]01*)" loopstats.20261101.gz \
	"a file of days ago is compressed, an old one gone"

mkdir "$work/www"
python3 "$top_srcdir/tests/system/leaptable.py" "$work/www/leap" 200 '2272060800 10' '2287785600 11'
start http server python3 -m http.server -d "$work/www" 80
mkdir -p "$box_root/etc/systemd/system/ntp-leapfetch.service.d"
printf '%s\n' '[Service]' 'ExecStart=' 'ExecStart=/usr/sbin/ntp-leapfetch http://192.0.2.1/leap' \
	>"$box_root/etc/systemd/system/ntp-leapfetch.service.d/test.conf"
box_run systemctl daemon-reload
fetched() {
	box_run systemctl start ntp-leapfetch.service && cmp "$work/www/leap" "$box_root/var/lib/ntp/leap-seconds.list"
}
try "ntp-leapfetch.service fetches a table" wait_until 20 fetched || note "$(journal ntp-leapfetch)"
again
tai() { box_run ntpq -c 'rv 0 tai' | grep -Eq 'tai="?11'; }
try "which ntpd uses without a line for it" wait_until 10 tai
is "$(box_run systemctl is-enabled ntpd-rotate-stats.timer ntp-leapfetch.timer | xargs)" 'enabled disabled' \
	"the timer of statistics is on, that which asks the network is not"
