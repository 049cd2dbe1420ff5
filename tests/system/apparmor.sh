#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# apparmor.sh - the package's profile for AppArmor: its parser takes it, and it allows whatever the
# daemon of the package does at a start, in sync, with statistics, at a reload and at the end. There
# is no AppArmor in this kernel: what it does is seen with strace, and compared with the rules.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/system/box.sh
. "$top_srcdir/tests/system/box.sh"
need strace python3 unshare
need_peer apparmor/sbin/apparmor_parser
tree=$PEERS/apparmor/etc/apparmor.d
parser=("$(peer apparmor/sbin/apparmor_parser)" --config-file=/dev/null --base="$tree" -I "$tree")

# --- the profile ---------------------------------------------------------------------

try "the package builds" box_package
mkdir "$work/files"
dpkg-deb -x "$box_deb" "$work/files"
profile=$work/files/etc/apparmor.d/ntpd
try "AppArmor's parser takes the profile" "${parser[@]}" --skip-kernel-load --skip-cache "$profile"
is "$("${parser[@]}" -N "$profile" 2>/dev/null)" ntpd "its name is ntpd"
"${parser[@]}" -p "$profile" >"$work/profile" 2>"$work/parser.err"
like "$(cat "$work/profile")" '/ld\.so\.cache ' "with the abstractions it includes" ||
	note "$(cat "$work/parser.err")"

# --- what the daemon does ------------------------------------------------------------

box_lay
# Where /lib is a link it stays one.
dpkg-deb --fsys-tarfile "$box_deb" | tar -x --keep-directory-symlink -C "$box_root"
echo 'ntp:x:38:38::/var/lib/ntp:/bin/false' >>"$box_root/etc/passwd"
echo 'ntp:x:38:' >>"$box_root/etc/group"
install -d -o 38 -g 38 "$box_root"/var/lib/ntp "$box_root"/var/log/ntpstats "$box_root"/run/ntpd
install -d "$box_root/etc/ntp/ntp.d" "$box_root/run/ntpd-dhcp"
echo '1 SHA1 0123456789' >"$box_root/etc/ntp.keys"
chown 38:38 "$box_root/etc/ntp.keys"
chmod 600 "$box_root/etc/ntp.keys"
echo 'server 192.0.2.9' >"$box_root/run/ntpd-dhcp/eth0.sources"
echo 'restrict 192.0.2.77 noquery' >"$box_root/etc/ntp/ntp.d/more.conf"
echo 'nameserver 127.0.0.1' >"$box_root/etc/resolv.conf"
# A sensor where the kernel has one: a link in a class, to a device.
sensor=/sys/class/thermal/thermal_zone0
install -d "$box_root/sys/class/thermal" "$box_root/sys/devices/virtual/thermal/thermal_zone0"
ln -s ../../devices/virtual/thermal/thermal_zone0 "$box_root$sensor"
echo 25000 >"$box_root$sensor/temp"
cat >"$box_root/etc/ntp.conf" <<'END'
server 192.0.2.1 iburst minpoll 3
server nowhere.test
keys /etc/ntp.keys
trustedkey 1
driftfile /var/lib/ntp/ntp.drift
statsdir /var/log/ntpstats
statistics loopstats peerstats
filegen rawstats type pid link enable
leapfile /usr/share/zoneinfo/leap-seconds.list
includefile /etc/ntp/ntp.d
logfile /var/log/ntp.log
restrict 127.0.0.1
tempcomp /sys/class/thermal/thermal_zone0/temp interval 1
END
ns_new one two
ns_lan one two
printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1' 'restrict default' >"$work/s.conf"
start server one "$top_builddir/ntpd" -n -c "$work/s.conf"
mkdir "$work/trace"
start ntpd two strace -ff -y -s 256 -o "$work/trace/of" -e trace=%file,execve,connect \
	chroot "$box_root" /usr/sbin/ntpd -n -g -u ntp:ntp -p /run/ntpd.pid
try "it synchronises" wait_until 40 grep -q 'clock_sync' "$box_root/var/log/ntp.log"
shown() { in_ns two "$top_builddir/ntpq" -c 'rv 0 tempcomp' | grep -q "$1"; }
try "a sensor is read" wait_until 10 shown 'learning 25\.00C'
pid=$(cat "$box_root/run/ntpd.pid")
kill -HUP "$pid"
try "a reload" wait_until 10 grep -q 'reload: succeeded' "$box_root/var/log/ntp.log"
try "statistics" wait_until 20 sh -c "ls '$box_root'/var/log/ntpstats/rawstats*"
kill -TERM "$pid"
try "it ends" wait_until 10 pid_gone "$pid"
stop ntpd

# judged PROFILE: what it does not allow of that.
judged() {
	local traces
	mapfile -t traces < <(find "$work/trace" -name 'of.*' | sort)
	python3 "$top_srcdir/tests/system/apparmor.py" "$1" "$box_root" "${traces[@]}" 2>&1
}
out=$(judged "$work/profile")
is "$(sed '$d' <<<"$out")" '' "the profile allows all of it"
[ "$(tail -n 1 <<<"$out" | cut -d ' ' -f 1)" -ge 30 ]
ok $? "which is $(tail -n 1 <<<"$out")"
like "$(cat "$work/trace"/of.*)" 'sys/devices/virtual/thermal/thermal_zone0/temp>' \
	"and the sensor was read by its device"
# Would it be seen?
grep -v '/var/log/ntpstats' "$work/profile" >"$work/less"
like "$(judged "$work/less")" '^/var/log/ntpstats/[a-z]+stats.* w: no rule$' \
	"of a profile that lacks a rule the access is told"
grep -v '/{temp,temp' "$work/profile" >"$work/less"
like "$(judged "$work/less")" '^/sys/devices/.*/thermal_zone0/temp r: no rule$' \
	"that of a sensor as well"
