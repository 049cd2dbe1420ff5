#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# orders.sh - our packages and Debian's, installed over each other in any order: "apt-get install
# ntp" and the like keep ours or bring it, chrony and NTPsec replace it and are replaced. All
# orders are simulated, APT_STEPS commands deep; some are run in the container of box.sh.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/system/box.sh
. "$top_srcdir/tests/system/box.sh"
need apt-get dpkg-scanpackages dpkg-deb python3
others=$top_srcdir/build-peers/others
[ -f "$others/others" ] || bail "tests/system/fetch-box has fetched Debian's packages"
try "the packages build" box_package

# empty NAME VERSION FIELD...: a package for the folder $work/archive.
empty() {
	local name=$1 version=$2
	shift 2
	mkdir -p "$work/$name/DEBIAN"
	printf '%s\n' "Package: $name" "Version: $version" 'Architecture: all' \
		'Maintainer: nobody <nobody@ntpd.invalid>' 'Description: for a test' "$@" \
		>"$work/$name/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone -b "$work/$name" "$work/archive" >/dev/null
}

# repository FOLDER: makes it one.
repository() {
	(cd "$1" && dpkg-scanpackages --multiversion . /dev/null >Packages 2>/dev/null)
}

mkdir -p "$work/ours" "$work/archive"
cp "${box_deb%/*}"/*.deb "$work/ours/"
cp "$others"/*.deb "$work/archive/"
repository "$work/ours"
repository "$work/archive"
is "$(sed -n 's/^Package: //p' "$work/ours/Packages" | sort | xargs)" \
	"ntp ntpd ntpd-alarm ntpd-exporter ntpd-mon ntpd-snmp ntpdate ntpstat sntp" \
	"build-deb makes the package and those that stand for the others"
for name in ntp ntpdate ntpstat sntp; do
	deb=$(echo "$work/ours/${name}"_*.deb)
	is "$(dpkg-deb -c "$deb" | awk '$1 !~ /^d/ { print $6 }' | grep -v '^./usr/share/doc/')" '' \
		"$name is empty"
	try "and above $(dpkg-deb -f "$work/archive/$name"_*.deb Version)" dpkg --compare-versions \
		"$(dpkg-deb -f "$deb" Version)" gt "$(dpkg-deb -f "$work/archive/$name"_*.deb Version)"
done

# --- all orders, simulated -----------------------------------------------------------

mkdir "$work/apt"
try "apt simulates" python3 "$top_srcdir/tests/system/apt_orders.py" \
	"$box_base/var/lib/dpkg/status" "$work/ours" "$work/archive" "$work/apt" "${APT_STEPS:-1}"
cp "$work/try.out" "$work/orders"
note "$(tail -n 1 "$work/orders")"
[ "$(grep -c ' | ' "$work/orders")" -ge 100 ]
ok $? "a hundred commands and more"
for name in ntp ntpdate ntpstat sntp ntpd ntpsec chrony openntpd systemd-timesyncd; do
	is "$(grep -F "| install $name |" "$work/orders" | grep 'wrong:')" '' \
		"install $name, over each set of packages"
done
for name in 'remove ntpd' 'purge ntpd' dist-upgrade; do
	is "$(grep -F "| $name |" "$work/orders" | grep 'wrong:')" '' "$name, from each set of packages"
done

# --- some of them, run ---------------------------------------------------------------

box_start
ok $? "the container boots"
box_safe || bail "the container has no right to set the clock"
# NTPsec's tools are of no interest here.
empty python3 3.11.2 'Multi-Arch: allowed'
# What Debian had before: a daemon of that name, with settings of its own.
mkdir -p "$work/ntp/DEBIAN" "$work/ntp/etc/default" "$work/ntp/usr/sbin"
printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1' >"$work/ntp/etc/ntp.conf"
echo "NTPD_OPTS='-g'" >"$work/ntp/etc/default/ntp"
printf '#!/bin/sh\n' >"$work/ntp/usr/sbin/ntpd"
chmod +x "$work/ntp/usr/sbin/ntpd"
printf '%s\n' /etc/ntp.conf /etc/default/ntp >"$work/ntp/DEBIAN/conffiles"
empty ntp 1:4.2.8p12+dfsg-4
repository "$work/archive"
mkdir -p "$box_root/root"
cp -R "$work/ours" "$work/archive" "$box_root/root/"
echo 'deb [trusted=yes] file:/root/archive ./' >"$box_root/root/archive.list"
{ cat "$box_root/root/archive.list" && echo 'deb [trusted=yes] file:/root/ours ./'; } \
	>"$box_root/root/both.list"

# apt LIST COMMAND...: with the repositories of the list; its words are in $work/apt.out.
apt() {
	local list=$1
	shift
	box_run apt-get -q -o Dir::Etc::sourcelist="/root/$list.list" -o Dir::Etc::sourceparts=- \
		-o APT::Sandbox::User=root update >/dev/null 2>&1
	box_run apt-get -q -y -o Dir::Etc::sourcelist="/root/$list.list" -o Dir::Etc::sourceparts=- \
		-o APT::Sandbox::User=root -o Dpkg::Options::=--force-confold --no-install-recommends \
		"$@" >"$work/apt.out" 2>&1
}
# shellcheck disable=SC2016 # a format of dpkg
has() { [ "$(box_run dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
# runs UNIT TEXT: this daemon is installed, enabled and active, as far as it may be here.
ours_runs() {
	is "$(box_run systemctl is-enabled ntpd) $(active) $(box_run systemctl is-enabled ntpd-dhcp.path)" \
		"enabled active enabled" "$1"
	is "$(box_run readlink -f /proc/"$(main_pid)"/exe)" /usr/sbin/ntpd "with our program"
}

try "the ntp of old is installed" apt archive install ntp=1:4.2.8p12+dfsg-4
echo '# mine' >>"$box_root/etc/ntp.conf"
try "apt-get install ntp" apt both install ntp
ours_runs "brings ours in its place"
like "$(cat "$box_root/etc/ntp.conf")" '^# mine$' "with its ntp.conf"
try "and purges what is left of the old" box_run dpkg --purge ntp
like "$(cat "$box_root/etc/ntp.conf" "$box_root/etc/default/ntp")" '^# mine$' "which stays"
for name in ntp ntpdate ntpstat sntp; do
	pid=$(main_pid)
	try "apt-get install $name" apt both install "$name"
	is "$(active) $(main_pid)" "active $pid" "leaves it running"
done
for name in chrony ntpsec; do
	try "apt-get install $name" apt both install "$name" || note "$(cat "$work/apt.out")"
	has "$name"
	ok $? "installs it"
	is "$(active)" inactive "in the place of ours"
	has ntpdate
	ok $((!$?)) "and without what stood for Debian's"
	try "apt-get install ntpdate then" apt both install ntpdate || note "$(cat "$work/apt.out")"
	ours_runs "brings ours again"
	has "$name"
	ok $((!$?)) "in the place of $name"
	like "$(cat "$box_root/etc/ntp.conf")" '^# mine$' "with the settings of before"
done
try "all are purged" apt both purge ntpd ntp ntpdate ntpstat sntp ntpsec chrony
try "Debian's ntp and tools are installed" apt archive install ntp ntpdate ntpstat sntp ||
	note "$(cat "$work/apt.out")"
has ntpsec
ok $? "which are NTPsec"
try "an upgrade with our repository" apt both dist-upgrade || note "$(cat "$work/apt.out")"
ours_runs "brings ours"
has ntpsec
ok $((!$?)) "in its place"
try "all are purged again" apt both purge ntpd ntp ntpdate ntpstat sntp ntpsec ntpsec-ntpdate
is "$(cd "$box_root" && find etc lib usr/lib usr/sbin usr/bin -name '*ntpd*' ! -name 'ntpdig*')" '' \
	"without a rest"
