#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# refclock_howto.sh - the two ways that ntp.conf(5) has, word by word: a Raspberry Pi with a GPS hat,
# and a virtual machine with the host's clock. What is installed is shipped, each configuration is
# read without an error and runs, and what is missing on this host (pulse, PTP clock) is told of as
# the page says. Nothing here touches this host: folders are the test's, and who would ask the
# kernel or systemd only notes it.
# Terminals of its own: a number that is free again here is given to nobody else's test.
[ -n "${REFCLOCK_PTS-}" ] || REFCLOCK_PTS=1 exec unshare -m sh -c \
	'mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts /dev/pts &&
		mount --bind /dev/pts/ptmx /dev/ptmx && exec bash "$0" "$@"' "$0" "$@"
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need awk python3 systemd-analyze mandoc
chmod 755 "$work"
page=$top_srcdir/man/ntp.conf.5
ntpd=$top_builddir/ntpd ntpq=$top_builddir/ntpq

# block NAME: what the page shows below the mark, as a reader sees it.
block() {
	awk -v mark=".\\\\\" howto: $1" '$0 == mark { below = 1; next }
		below && /^\.Bd / { inside = 1; next }
		inside && /^\.Ed/ { exit }
		inside' "$page" | sed 's/\\e/\\/g'
}

# A tree with what make install puts there, and the system's own programs as notes.
root=$work/root
doc=$root/usr/share/doc/ntpd/examples
mkdir -p "$doc/ntpd.service.d" "$root/etc/udev/rules.d" "$root/boot/firmware" "$root/etc/modules-load.d" \
	"$root/sys/class/ptp/ptp0" "$root/var/lib/ntp" "$work/bin"
shipped() { sed -n '/^dist_examples_DATA/,/[^\\]$/p' "$top_srcdir/conf/local.mk" | grep -o 'conf/[^ ]*'; }
for file in $(shipped); do
	cp "$top_srcdir/$file" "$doc/"
done
for file in $(sed -n 's/^dropins = //p' "$top_srcdir/systemd/local.mk"); do
	cp "$top_srcdir/$file" "$doc/ntpd.service.d/"
done
echo 'console=serial0,115200 console=tty1 root=/dev/mmcblk0p2' >"$root/boot/firmware/cmdline.txt"
echo 'KVM virtual PTP' >"$root/sys/class/ptp/ptp0/clock_name"
for name in systemctl udevadm modprobe ppstest; do
	printf '#!/bin/sh\necho "%s $*" >>%s\n' "$name" "$work/asked" >"$work/bin/$name"
	chmod 755 "$work/bin/$name"
done

# follow NAME: runs what the page shows, in the tree, until a command fails.
follow() {
	block "$1" | sed -e 's/^# //' \
		-e "s#\\(^\\|[ >]\\)/\\(etc\\|usr/share\\|boot\\|sys\\)/#\\1$root/\\2/#g" >"$work/$1.sh"
	[ -s "$work/$1.sh" ] || return 1
	PATH=$work/bin:$PATH sh -e "$work/$1.sh"
}

# --- a Raspberry Pi --------------------------------------------------------------------------------

like "$(block pi-config)" '^dtoverlay=pps-gpio,gpiopin=4$' "the pulse gets a device"
try "the console leaves the serial line" follow pi-console
is "$(cat "$root/boot/firmware/cmdline.txt")" 'console=tty1 root=/dev/mmcblk0p2' "and no other"
try "each file that is to be installed is shipped" follow pi-files
like "$(cat "$work/asked")" '^udevadm control --reload' "udev is told"
like "$(cat "$root/etc/udev/rules.d/60-ntpd.rules")" 'SYMLINK\+="gpspps0"' \
	"its rules have the names that drivers 20 and 22 look for"
bad=$(grep -vE '^(#.*)?$|^(SUBSYSTEM|KERNEL|ENV\{[A-Z_]+\})=="[^"]+"(, ((SUBSYSTEM|KERNEL)=="[^"]+"|(GROUP|MODE)="[a-z0-9]+"|SYMLINK\+="[a-z0-9]+"))+$' \
	"$root/etc/udev/rules.d/60-ntpd.rules")
is "$bad" '' "and nothing but matches and assignments of udev(7)"
mkdir -p "$work/units/ntpd.service.d"
sed -n '1,$p' "$top_builddir/systemd/ntpd.service" | sed "s#^ExecStart=.*#ExecStart=/bin/true#; /^ExecStartPre/d; /^ExecReload/d" \
	>"$work/units/ntpd.service"
cp "$root/etc/systemd/system/ntpd.service.d/refclock.conf" "$work/units/ntpd.service.d/"
said=$(SYSTEMD_UNIT_PATH=$work/units: systemd-analyze verify --man=no "$work/units/ntpd.service" 2>&1 |
	grep -E 'ntpd\.service|refclock\.conf' | grep -E 'Unknown|Invalid|Failed to parse|not recogni')
is "$said" '' "systemd takes the drop-in"

run_conf() {
	block "$1" | sed "s#/var/lib/#$root/var/lib/#; s#pool.ntp.org#192.0.2.1#; s#^refclock nmea#& path $work/gps0#" \
		>"$work/$1.conf"
}
ns_new a
run_conf pi-conf
said=$("$ntpd" --check-config -c "$work/pi-conf.conf" 2>&1)
is "$?" 0 "the lines are read without an error" || note "$said"
unlike "$said" 'warning:|not in effect' "nor a warning"
start writer a python3 "$top_srcdir/tests/system/nmea_writer.py" "$work/tty" 0.12
wait_until 20 test -s "$work/tty" || bail "the receiver is there"
ln -s "$(cat "$work/tty")" "$work/gps0"
start ntpd a "$ntpd" -n -c "$work/pi-conf.conf"
row() { in_ns a "$ntpq" -p | grep "$1"; }
followed() { row "$1" | grep -q '^[*o]'; }
try "the receiver is followed" wait_until 20 followed GPS_NMEA
like "$(row GPS_NMEA)" ' \.GPS\. +0 +l ' "as a local device with its refid"
try "the log says that there is no pulse, and its name" wait_log 5 ntpd \
	'GPS_NMEA\(0\): its pulse \(ppspath\) cannot be opened: .*/dev/gpspps0'
like "$(in_ns a "$ntpq" -c cv)" 'device="NMEA GPS' "ntpq -c cv shows it"
said=$(in_ns a "$ntpq" -c explain)
like "$said" 'GPS_NMEA' "ntpq -c explain speaks of it" || note "$said"
stop ntpd
stop writer

# --- a virtual machine -----------------------------------------------------------------------------

try "the module of KVM is loaded, now and at each boot" follow vm-module
is "$(cat "$root/etc/modules-load.d/ptp_kvm.conf")" ptp_kvm "by its file"
run_conf vm-conf
said=$("$ntpd" --check-config -c "$work/vm-conf.conf" 2>&1)
is "$?" 0 "the lines are read without an error" || note "$said"
unlike "$said" 'warning:|not in effect' "nor a warning"
start ntpd a "$ntpd" -n -c "$work/vm-conf.conf"
try "without such a clock the log says so, by its name" wait_log 5 ntpd \
	'PHC\(0\): its device cannot be opened: .*KVM virtual PTP'
running ntpd
ok $? "and the daemon runs on"
stop ntpd
for file in ntp-stratum1.conf ntp-vm-phc.conf; do
	said=$("$ntpd" --check-config -c "$doc/$file" -f "$work/drift" -s "$work/" 2>&1)
	is "$? $(grep -c 'error:' <<<"$said")" '0 0' "the sample $file is there and read" || note "$said"
done
test_end
