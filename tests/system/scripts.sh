#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# scripts.sh - the scripts that packages install: what they make of their input.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"

# --- ntpdate-servers -----------------------------------------------------------------

# tickers: what is handed to ntpdate.
tickers() {
	NTP_STEP_TICKERS=$work/tickers NTP_CONF=$work/ntp.conf \
		sh "$top_srcdir/systemd/ntpdate-servers" echo -b 2>&1
}

printf '%s\n' '# servers' 'server 127.127.1.0' 'server -4 a.example iburst # near' \
	'pool b.example' '	peer c.example key 1' 'restrict d.example' >"$work/ntp.conf"
is "$(tickers)" '-b a.example b.example c.example' "without step-tickers ntp.conf's servers are asked"
cp "$work/ntp.conf" "$work/plain.conf"
printf '%s\n' 'server n.example nts iburst' 'pool "m.example:99" nts ca "/etc/own.pem"' \
	'server o.example nts require p.example' 'nts enable ca /etc/ca.pem cert /etc/c.pem' >>"$work/ntp.conf"
is "$(tickers 2>/dev/null | grep -v ^o)" \
	'-b a.example b.example c.example --nts-ca=/etc/ca.pem --nts=n.example --nts-ca=/etc/own.pem --nts=m.example:99' \
	"those with nts by NTS, never in clear, with the CA of each"
like "$(tickers)" '^o\.example: not asked: only ntpd knows require$' "what cannot be had is told"
mv "$work/plain.conf" "$work/ntp.conf"
printf '%s\n' '# none' >"$work/tickers"
is "$(tickers)" '-b a.example b.example c.example' "nor does a comment count as one"
printf '%s\n' 'x.example # far' '192.0.2.1' >"$work/tickers"
is "$(tickers)" '-b x.example 192.0.2.1' "step-tickers come first"
rm "$work/tickers" "$work/ntp.conf"
like "$(tickers)" 'names a server' "without any it says so"

# --- servers from DHCP ---------------------------------------------------------------

# The daemon is told by one of these, which only note it.
mkdir -p "$work/bin" "$work/leases" "$work/etc/default" "$work/etc/sysconfig"
for program in systemctl service; do
	printf '#!/bin/sh\necho "$0 $*" >>%s\n' "$work/told" >"$work/bin/$program"
done
chmod +x "$work"/bin/*
dhcp=$top_srcdir/conf/ntp-dhcp
export NTPD=$top_builddir/ntpd NTP_DHCP=$dhcp NTP_DHCP_DIR=$work/dhcp \
	NTP_DHCP_LEASES=$work/leases NTP_DHCP_ETC=$work/etc
told=0

# with_path COMMAND...: it finds our systemctl and service.
with_path() {
	PATH=$work/bin:$PATH "$@"
}

# gives NAME EXPECTED TEXT: NAME.sources says so, in one line; '' when it is not there.
gives() {
	local file=$work/dhcp/$1.sources
	is "$([ ! -e "$file" ] || xargs <"$file")" "$2" "$3"
}

# told N TEXT: the daemon has been told N times since the last question.
told() {
	local now
	now=$(cat "$work/told" 2>/dev/null | wc -l)
	is "$((now - told))" "$1" "$2"
	told=$now
}

with_path "$dhcp" eth0 192.0.2.1 2001:db8::1
gives eth0 'server 192.0.2.1 iburst server 2001:db8::1 iburst' "addresses become a file for sourcedir"
told 1 "of which the daemon is told"
like "$(cat "$work/told")" '(systemctl --no-block try-reload-or-restart ntpd.service|service ntpd reload)$' \
	"in a way that neither starts it nor waits"
printf '%s\n' 'server 192.0.2.9' "sourcedir $work/dhcp" "driftfile $work/drift" >"$work/dhcp.conf"
like "$("$NTPD" --print-config -c "$work/dhcp.conf")" '192\.0\.2\.1' "and which it reads"
with_path "$dhcp" eth0 192.0.2.1 2001:db8::1
told 0 "nor again for the same"
with_path "$dhcp" eth0 192.0.2.7 ntp.example.net 'keys' '192.0.2.2;id' '$(id)' 0.0.0.0 127.127.1.0 \
	127.0.0.1 ::1 ::::: 1.2.3 224.0.1.1 255.255.255.255 fe80::1::2 dead 42
gives eth0 'server 192.0.2.7 iburst' "of what the network says only addresses of servers get in"
try "so that the daemon can read it" "$NTPD" --check-config -c "$work/dhcp.conf"
with_path "$dhcp" ../x 192.0.2.3 2>/dev/null
is "$? $(ls -d "$work"/x.sources 2>/dev/null)" '1 ' "a name does not lead out of the folder"
is "$(ls "$work/dhcp")" eth0.sources "and nothing else is left there"
told 1 "told once more"
with_path "$dhcp" eth0
gives eth0 '' "without servers the file goes"
told 1 "which is told as well"

# hook REASON WORD...: runs the hook as dhclient does, which includes it.
hook() (
	# shellcheck disable=SC2034 # for the hook
	reason=$1 interface=eth0
	shift
	for word in "$@"; do
		eval "$word"
	done
	# shellcheck disable=SC1091 # linted by itself
	PATH=$work/bin:$PATH . "$top_srcdir/conf/dhclient-ntp"
)
hook BOUND new_ntp_servers='192.0.2.1'
hook BOUND6 new_dhcp6_sntp_servers='2001:db8::1'
gives dhclient-eth0 'server 192.0.2.1 iburst' "dhclient: a lease of IPv4"
gives dhclient6-eth0 'server 2001:db8::1 iburst' "and one of IPv6 beside it"
hook PREINIT
hook RENEW new_ntp_servers='"192.0.2.1 192.0.2.2"'
gives dhclient-eth0 'server 192.0.2.1 iburst server 192.0.2.2 iburst' "a renewal with another server"
hook EXPIRE
gives dhclient-eth0 '' "what expires goes"
gives dhclient6-eth0 'server 2001:db8::1 iburst' "the other stays"
hook STOP6
is "$(ls "$work/dhcp")" '' "until it ends, too"

# manager INTERFACE ACTION WORD...: the same for NetworkManager.
manager() {
	local interface=$1 action=$2
	shift 2
	with_path env -i PATH="$work/bin:$PATH" NTPD="$NTPD" NTP_DHCP="$dhcp" \
		NTP_DHCP_DIR="$work/dhcp" NTP_DHCP_ETC="$work/etc" "$@" \
		"$top_srcdir/conf/nm-ntp" "$interface" "$action"
}
manager eth0 up DHCP4_NTP_SERVERS='192.0.2.1 192.0.2.2' DHCP6_DHCP6_NTP_SERVERS=2001:db8::1
gives nm-eth0 'server 192.0.2.1 iburst server 192.0.2.2 iburst server 2001:db8::1 iburst' \
	"NetworkManager: servers of both kinds of lease"
manager eth0 connectivity-change
manager '' hostname
gives nm-eth0 'server 192.0.2.1 iburst server 192.0.2.2 iburst server 2001:db8::1 iburst' \
	"events of another kind change nothing"
manager eth0 dhcp4-change DHCP4_NTP_SERVERS='192.0.2.2'
gives nm-eth0 'server 192.0.2.2 iburst' "a changed lease does"
manager eth0 down
gives nm-eth0 '' "down takes them away"

printf 'ADDRESS=192.0.2.77\nNTP=192.0.2.1 192.0.2.2\nDNS=192.0.2.53\n' >"$work/leases/2"
printf 'NTP=2001:db8::1\n' >"$work/leases/3"
with_path "$dhcp" --leases
gives networkd 'server 192.0.2.1 iburst server 192.0.2.2 iburst server 2001:db8::1 iburst' \
	"systemd-networkd: servers of all its leases"
for word in IGNORE_DHCP=yes "IGNORE_DHCP='yes'"; do
	echo "$word" >"$work/etc/default/ntp"
	with_path "$dhcp" --leases
	gives networkd '' "$word in Debian's file wants none"
	rm "$work/etc/default/ntp"
	with_path "$dhcp" --leases
done
printf 'NETWORKING=yes\nPEERNTP=no\n' >"$work/etc/sysconfig/network"
with_path "$dhcp" --leases
gives networkd '' "nor does PEERNTP=no in Red Hat's"
rm "$work/etc/sysconfig/network" "$work"/leases/*
with_path "$dhcp" --leases
gives networkd '' "nor is there any without a lease"

# --- statistics ----------------------------------------------------------------------

mkdir -p "$work/stats"
printf '%s\n' "statsdir $work/stats/" 'statistics loopstats' \
	'filegen peerstats file mine type month enable' >"$work/stats.conf"
# old NAME DAYS: a file of so many days ago.
old() {
	echo line >"$work/stats/$1"
	touch -d "-$2 days" "$work/stats/$1"
}
old loopstats.20250101 200
old loopstats.20250102.gz 100
old loopstats.20260901 10
old loopstats.20261128 0
old mine.202501 200
old mine.202610 20
old rawstats.2024W01 400
old peerstats.#1234 90
old peerstats.#1235 9
old peerstats.a00123456 90
old loopstats 400
old loopstats.notes 400
old notes.20250101 400
mkdir "$work/stats/loopstats.20250103"
old today 90
ln "$work/stats/today" "$work/stats/clockstats.20250101"
rotate() { NTP_CONF=$work/stats.conf env "$@" "$top_srcdir/conf/rotate-stats" 2>&1; }
left() { (cd "$work/stats" && ls | LC_ALL=C sort | xargs); }
like "$(rotate NTPD_STATS_DAYS=soon)" 'wants a number of days' "a number of days that is none"
all=$(left)
rotate NTPD_STATS_DAYS=soon >/dev/null
is "$(left)" "$all" "changes nothing"
is "$(rotate NTPD_STATS_DAYS=0)$(left | tr ' ' '\n' | grep -c .)" 16 "with 0 nothing is removed"
try "rotate-stats" rotate NTPD_STATS_DAYS=60
is "$(left)" "clockstats.20250101 loopstats loopstats.20250103 loopstats.20260901.gz \
loopstats.20261128 loopstats.notes mine.202610.gz notes.20250101 peerstats.#1235.gz today" \
	"past days are compressed, old ones removed, all else left alone"
is "$(zcat "$work/stats/mine.202610.gz")" line "what is compressed can be read"
is "$(rotate)$(left | wc -w)" 10 "once more it changes nothing"
printf 'nonsense\n' >"$work/stats.conf"
rotate >/dev/null
is "$(left | wc -w)" 10 "nor where ntp.conf is wrong"
