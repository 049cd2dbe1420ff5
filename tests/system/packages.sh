#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# packages.sh - the Debian package takes the place of Debian's own: what it holds, what it makes
# of their files, and what it leaves behind, in the container of box.sh.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/system/box.sh
. "$top_srcdir/tests/system/box.sh"
need dpkg-deb
others=$top_srcdir/build-peers/others
[ -f "$others/others" ] || bail "tests/system/fetch-box has fetched Debian's packages"
try "the package builds" box_package

# --- what is in it -------------------------------------------------------------------

field() { dpkg-deb -f "$box_deb" "$1"; }
is "$(field Conflicts)" "ntp (<< 2:0~), ntpdate (<< 2:0~), ntpsec, ntpsec-ntpdate, \
ntpstat (<< 2:0~), sntp (<< 2:0~), time-daemon" "Conflicts"
# Of any version: the empty package goes on to own the settings of an ntp that it was before.
is "$(field Replaces)" "ntp, ntpdate, ntpsec, ntpsec-ntpdate, ntpstat, sntp, time-daemon" "Replaces"
version=2:$(field Version)
is "$(field Provides)" "ntp (= $version), ntpdate (= $version), ntpsec, ntpsec-ntpdate, \
ntpstat (= $version), sntp (= $version), time-daemon" "Provides"
dpkg-deb -x "$box_deb" "$work/files"
dpkg-deb -e "$box_deb" "$work/control"
is "$(cd "$work/files" && find . ! -type d ! -path './usr/share/*' -printf '/%P\n' | sort)" \
	"/etc/apparmor.d/ntpd
/etc/cron.daily/ntpd
/etc/default/ntp
/etc/dhcp/dhclient-exit-hooks.d/ntpd
/etc/init.d/ntpd
/etc/logcheck/ignore.d.server/ntpd
/etc/logrotate.d/ntpd
/etc/ntp.conf
/etc/ntp/step-tickers
/etc/ufw/applications.d/ntpd
/lib/systemd/system/ntp-leapfetch.service
/lib/systemd/system/ntp-leapfetch.timer
/lib/systemd/system/ntp-wait.service
/lib/systemd/system/ntp.service
/lib/systemd/system/ntpd-dhcp.path
/lib/systemd/system/ntpd-dhcp.service
/lib/systemd/system/ntpd-rotate-stats.service
/lib/systemd/system/ntpd-rotate-stats.timer
/lib/systemd/system/ntpd.service
/lib/systemd/system/ntpdate.service
/usr/bin/ntpq
/usr/bin/ntpstat
/usr/bin/sntp
/usr/lib/NetworkManager/dispatcher.d/20-ntpd
/usr/lib/systemd/catalog/ntpd.catalog
/usr/lib/systemd/ntp-units.d/60-ntpd.list
/usr/lib/sysusers.d/ntpd.conf
/usr/lib/tmpfiles.d/ntpd.conf
/usr/libexec/ntpd/ntp-dhcp
/usr/libexec/ntpd/ntpdate-servers
/usr/libexec/ntpd/rotate-stats
/usr/sbin/ntp-keygen
/usr/sbin/ntp-leapfetch
/usr/sbin/ntp-wait
/usr/sbin/ntpd
/usr/sbin/ntpdate
/usr/sbin/ntpdc
/usr/sbin/ntptime
/usr/sbin/ntptrace" "the files outside /usr/share"
is "$(cd "$work/files/usr/share/man" && find . -type f -printf '%f\n' | sort)" \
	"$(cd "$top_srcdir/man" && find . -name '*.[1-8]' ! -name ntp-exporter.8 ! -name ntp-alarm.8 \
		! -name ntp-snmp.8 ! -name ntpmon.1 -printf '%f.gz\n' | sort)" \
	"every manual page but those of other packages"
exporter_deb=${box_deb/ntpd_/ntpd-exporter_}
is "$(dpkg-deb -c "$exporter_deb" | awk '$1 ~ /^-/ { print substr($6, 2) }' | grep -v /usr/share/doc | sort)" \
	"/lib/systemd/system/ntp-exporter.service
/lib/systemd/system/ntp-exporter.socket
/usr/sbin/ntp-exporter
/usr/share/man/man8/ntp-exporter.8.gz" "the exporter is a package of its own"
alarm_deb=${box_deb/ntpd_/ntpd-alarm_}
is "$(dpkg-deb -c "$alarm_deb" | awk '{ print substr($6, 2) }' | grep -v '/usr/share/doc\|/$' | sort)" \
	"/lib/systemd/system/ntp-alarm.service
/usr/sbin/ntp-alarm
/usr/share/man/man8/ntp-alarm.8.gz" "the alarms as well"
like "$(dpkg-deb -c "$alarm_deb")" '^drwxr-xr-x root/root .* ./etc/ntp/events.d/$' "with the folder of programs"
is "$(dpkg-deb -c "${box_deb/ntpd_/ntpd-mon_}" | awk '{ print substr($6, 2) }' | grep -v '/usr/share/doc\|/$' | sort)" \
	"/usr/bin/ntpmon
/usr/share/bash-completion/completions/ntpmon
/usr/share/fish/vendor_completions.d/ntpmon.fish
/usr/share/man/man1/ntpmon.1.gz" "the view on a terminal, which wants no daemon here"
unlike "$(dpkg-deb -f "${box_deb/ntpd_/ntpd-mon_}" Depends)" 'ntpd' "nor its package"
is "$(dpkg-deb -c "${box_deb/ntpd_/ntpd-snmp_}" | awk '{ print substr($6, 2) }' | grep -v '/usr/share/doc\|/$' | sort)" \
	"/lib/systemd/system/ntp-snmp.service
/usr/sbin/ntp-snmp
/usr/share/man/man8/ntp-snmp.8.gz" "and what is for SNMP"
like "$(dpkg-deb -f "${box_deb/ntpd_/ntpd-snmp_}" Depends)" 'libsnmp40' "which alone wants net-snmp"
unlike "$(field Depends)" snmp "the daemon does not"
is "$(sort "$work/control/conffiles" | xargs)" \
	"$(cd "$work/files" && find etc -type f -printf '/%p\n' | sort | xargs)" \
	"all below /etc are the user's to change"
for script in preinst postinst prerm postrm; do
	try "$script is a script for sh" sh -n "$work/control/$script"
done

unlike "$(cat "$work/files/lib/systemd/system/"*)" stale "nothing of it is what a build in the tree left"
is "$(cat "$work/files/usr/lib/systemd/ntp-units.d/60-ntpd.list")" ntpd.service \
	"timedated is told the unit's name"

# --- over Debian's packages ----------------------------------------------------------

box_start
ok $? "the container boots"
box_safe || bail "the container has no right to set the clock"

# tree: every file outside what changes by itself, for comparison.
tree() {
	box_run find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /run \
		-o -path /root -o -path /var/log/journal -o -path /var/lib/dpkg -o -path /var/cache \
		-o -path /var/lib/systemd/random-seed -o -path '/var/log/dpkg.log' \
		-o -path /var/lib/systemd/timers \) -prune -o -print | sort
}

# links: what stands in the way of a unit of ours, or leads to it.
links() {
	box_run find /etc/systemd/system -type l -printf '%P -> %l\n' | grep -E 'ntp' | sort
}
enabled() { box_run systemctl is-enabled "$1" 2>&1; }
active() { box_run systemctl is-active "${1:-ntpd}" 2>&1; }
state_of() { box_run dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null; }

tree >"$work/tree.before"
cp "$others"/*.deb "$box_deb" "$box_root/root/"
# Their Python is not needed for any of this.
try "Debian's ntpsec and its like install" box_run sh -c 'dpkg --force-depends -i \
	/root/ntpsec_*.deb /root/ntp_*.deb /root/ntpdate_*.deb /root/ntpsec-ntpdate_*.deb \
	/root/ntpstat_*.deb /root/sntp_*.deb'
like "$(links)" '^ntpd.service -> .*/ntpsec.service' "NTPsec calls itself ntpd.service"
is "$(enabled ntpsec)" enabled "and is enabled"
sed -i -e 's/^pool 0.*/server 127.127.1.0/' -e '/^pool/d' \
	-e '/^tos/d' "$box_root/etc/ntpsec/ntp.conf"
printf '%s\n' 'tos orphanwait 1' 'fudge 127.127.1.0 stratum 3' 'statsdir /var/log/ntpsec' \
	>>"$box_root/etc/ntpsec/ntp.conf"
echo '12.345' >"$box_root/var/lib/ntpsec/ntp.drift"

box_run sh -c 'dpkg -i /root/ntpd_*.deb' >"$work/install" 2>&1
ok $? "our package installs over them" || note "$(cat "$work/install")"
is "$(state_of ntpd)" installed "it is installed"
for package in ntpsec ntp ntpdate ntpsec-ntpdate ntpstat sntp; do
	case $(state_of "$package") in
	installed | unpacked | half-*) fail "$package is gone" ;;
	*) pass "$package is gone" ;;
	esac
done
is "$(enabled ntpd) $(active)" "enabled active" "ours is enabled and runs"
is "$(active ntp)" active "by the name of ntp as well"
is "$(box_run readlink /etc/systemd/system/ntp.service)" /lib/systemd/system/ntpd.service \
	"which leads to ours"
is "$(box_run systemctl show -P FragmentPath ntpd)" /lib/systemd/system/ntpd.service \
	"no link of NTPsec stands before our unit"
conf=$(cat "$box_root/etc/ntp.conf")
like "$conf" '^server 127.127.1.0$' "NTPsec's servers go on to be asked"
like "$conf" '^driftfile /var/lib/ntp/ntp.drift$' "with our drift file"
like "$conf" '^statsdir /var/log/ntpstats$' "and our folder of statistics"
like "$(cat "$work/install")" 'is what /etc/ntpsec/ntp.conf was' "and the user is told"
is "$(box_run head -n 1 /var/lib/ntp/ntp.drift | cut -d ' ' -f 1)" 12.345 "the drift is known from before"
is "$(box_run stat -c %U /var/lib/ntp/ntp.drift)" ntp "and ours to write"
try "ntpd finds no error in that ntp.conf" box_run ntpd --check-config -u ntp:ntp
try "it synchronises" wait_until 30 box_run ntpstat
like "$(cat "$work/install")" "profile|usr.sbin.ntpd was another ntpd's" \
	"a profile of AppArmor for another /usr/sbin/ntpd"
[ -e "$box_root/etc/apparmor.d/disable/usr.sbin.ntpd" ]
ok $? "does not confine ours"

# What is left of NTPsec can go without harm to ours.
try "NTPsec's settings are purged" box_run dpkg --purge ntpsec ntpsec-ntpdate
is "$(enabled ntpd) $(active)" "enabled active" "ours does not care"
is "$(active ntp)" active "nor does its other name" || note "$(links)"
is "$(box_run id -un ntp)" ntp "the user is still there"
box_run systemctl daemon-reload
is "$(active ntp)" active "also after a look at the files"

# --- again ---------------------------------------------------------------------------

# The same state whatever is run once more.
state() {
	box_run sh -c 'cd /etc && cksum ntp.conf default/ntp ntp/step-tickers && cd / &&
		ls -lnR etc/systemd var/lib/ntp/ntp.drift run/ntpd-dhcp | grep -v total
		getent passwd ntp'
	box_run stat -c '%n %U:%G %a' /var/lib/ntp /var/log/ntpstats /run/ntpd /run/ntpd-dhcp
}
echo '# mine' >>"$box_root/etc/ntp.conf"
box_run rm -f /etc/systemd/system/ntpsec.timer
state >"$work/state.before"
for script in 'preinst upgrade 0.1.0-1' 'postinst configure 0.1.0-1' 'postinst configure 0.1.0-1' \
	'prerm upgrade 0.1.0-1' 'postrm upgrade 0.1.0-1' 'postinst abort-upgrade 0.1.0-1'; do
	# shellcheck disable=SC2086 # words
	try "$script" box_run env DPKG_MAINTSCRIPT_PACKAGE=ntpd DPKG_MAINTSCRIPT_NAME="${script%% *}" \
		/var/lib/dpkg/info/ntpd.$script
done
try "and the same package once more" box_run sh -c 'dpkg -i /root/ntpd_*.deb'
state >"$work/state.after"
try "change nothing" diff "$work/state.before" "$work/state.after"
is "$(enabled ntpd) $(active)" "enabled active" "it runs"

# --- what systemd finds in the package -----------------------------------------------

for unit in ntpd-dhcp.service ntpd-dhcp.path; do
	is "$(box_run systemd-analyze verify "$unit" 2>&1 | grep -F "$unit" | grep -v "Command 'man ")" \
		'' "systemd-analyze finds nothing wrong with $unit"
	is "$(enabled "$unit")" enabled "$unit is enabled"
done
is "$(active ntpd-dhcp.path)" active "the leases of networkd are watched"
box_run mkdir -p /run/systemd/netif/leases
sleep 1
box_run sh -c 'echo NTP=192.0.2.77 >/run/systemd/netif/leases/.2 &&
	mv /run/systemd/netif/leases/.2 /run/systemd/netif/leases/2'
asks() { box_run ntpq -pn | grep -q '192\.0\.2\.77'; }
try "a lease that names a server has it asked, without a line in ntp.conf" wait_until 20 asks
box_run rm /run/systemd/netif/leases/2
asks_not() { ! asks; }
try "until it ends" wait_until 20 asks_not
for i in 1 2 3 4 5 6 7 8; do
	box_run systemctl start ntpd-dhcp.service
done
is "$(active ntpd-dhcp.path)" active "many leases at once do not end the watch"
try "logrotate takes its file" box_run logrotate -d /etc/logrotate.d/ntpd
is "$(box_run logrotate -d /etc/logrotate.d/ntpd 2>&1 | grep -i error)" '' "without an error"

# --- removal -------------------------------------------------------------------------

try "it is removed" box_run dpkg --remove ntpd
is "$(active)" inactive "and has stopped"
like "$(cat "$box_root/etc/ntp.conf")" '^# mine$' "the user's file stays"
try "it is installed again" box_run sh -c 'dpkg -i /root/ntpd_*.deb'
like "$(cat "$box_root/etc/ntp.conf")" '^# mine$' "with that file"
is "$(enabled ntpd) $(active)" "enabled active" "enabled and running as before"
try "it is purged, and the others' rests" box_run dpkg --purge ntpd ntpsec ntpsec-ntpdate
tree >"$work/tree.after"
is "$(comm -13 "$work/tree.before" "$work/tree.after" | xargs)" '' "nothing is left in the files"
is "$(comm -23 "$work/tree.before" "$work/tree.after" | xargs)" '' "and nothing of the system's is gone"
is "$(box_run id -un ntp)" ntp "but the user"
is "$(links)" '' "no link is left to units"

# Where a stale ntp.conf lies beside NTPsec's, as after an upgrade of Debian, it is told which counts.
cp "$work/files/etc/ntp.conf" "$box_root/etc/ntp.conf"
mkdir -p "$box_root/etc/ntpsec"
echo 'server 192.0.2.9' >"$box_root/etc/ntpsec/ntp.conf"
like "$(box_run sh -c 'dpkg -i /root/ntpd_*.deb' 2>&1)" '/etc/ntp.conf is kept and in force' \
	"of two files, the one that is in force is named"
is "$(cat "$box_root/etc/ntpsec/ntp.conf")" 'server 192.0.2.9' "and the other left alone"
rm -r "$box_root/etc/ntpsec"
box_run dpkg --purge ntpd >/dev/null 2>&1

# --- installed by make, as README has it ---------------------------------------------

readme=$(cat "$top_srcdir/README")
# step COMMAND...: a line of README, run in the container.
step() {
	like "$readme" "^ +$*( |$)" "README says: $*"
	try "and it works" box_run "$@"
}

try "make install" make -C "$top_builddir/deb/ntpd/build-deb" install DESTDIR="$box_root"
step systemd-sysusers ntpd.conf
step systemd-tmpfiles --create ntpd.conf
is "$(box_run stat -c '%n %U' /var/lib/ntp /var/log/ntpstats | xargs)" \
	'/var/lib/ntp ntp /var/log/ntpstats ntp' "the user and its folders are there"
cp "$top_srcdir/conf/ntp.conf" "$box_root/etc/ntp.conf"
sed -i '/^server [1-3]/d; s/^server 0.*/server 127.127.1.0/' "$box_root/etc/ntp.conf"
echo 'tos orphanwait 0' >>"$box_root/etc/ntp.conf"
step systemctl enable --now ntpd
try "ntpstat says synchronised" wait_until 30 box_run ntpstat
like "$readme" 'netstat -nupl \| grep ntpd' "README looks at the sockets"
like "$(box_run netstat -nupl | grep ntpd)" ':123 ' "which are there"
like "$(box_run ntpq -p)" '^\*LOCAL' "ntpq -p shows the source"
like "$(box_run systemctl status ntpd)" 'active \(running\)' "it runs"
try "make uninstall" make -C "$top_builddir/deb/ntpd/build-deb" uninstall DESTDIR="$box_root"
is "$(cd "$box_root" && find usr lib -type f \( -name 'ntpd*' -o -name 'ntpq*' -o -name 'ntp.conf*' \))" '' \
	"leaves no file of ours"
