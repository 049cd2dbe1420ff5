#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# scripts.sh - the scripts and samples that packages install: what they make of their input.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"

# --- every sample is a configuration without an error --------------------------------

for conf in "$top_srcdir"/conf/ntp*.conf; do
	try "${conf##*/} has no error" "$top_builddir/ntpd" --check-config -c "$conf"
	like "$(cat "$conf")" '^restrict default .*noquery' "${conf##*/} tells strangers nothing"
done
unlike "$(grep -hi port "$top_srcdir"/conf/firewalld-ntp.xml "$top_srcdir"/conf/ufw-ntpd)" \
	'protocol="tcp"|/tcp|ports=[0-9]*$' "the firewall snippets open no TCP port"

# --- ntpdate-servers -----------------------------------------------------------------

# tickers: what is handed to ntpdate.
tickers() {
	NTP_STEP_TICKERS=$work/tickers NTP_CONF=$work/ntp.conf \
		sh "$top_srcdir/systemd/ntpdate-servers" echo -b 2>&1
}

printf '%s\n' '# servers' 'server 127.127.1.0' 'server -4 a.example iburst # near' \
	'pool b.example' '	peer c.example key 1' 'restrict d.example' >"$work/ntp.conf"
is "$(tickers)" '-b a.example b.example c.example' "without step-tickers ntp.conf's servers are asked"
printf '%s\n' '# none' >"$work/tickers"
is "$(tickers)" '-b a.example b.example c.example' "nor does a comment count as one"
printf '%s\n' 'x.example # far' '192.0.2.1' >"$work/tickers"
is "$(tickers)" '-b x.example 192.0.2.1' "step-tickers come first"
rm "$work/tickers" "$work/ntp.conf"
like "$(tickers)" 'names a server' "without any it says so"

# --- the hook of dhclient ------------------------------------------------------------

# dhcp REASON SERVERS: runs the hook as dhclient does, with programs that only note their call.
dhcp() {
	(
		# shellcheck disable=SC2034 # for the hook
		reason=$1 interface=${3:-eth0} new_ntp_servers=$2 NTP_DHCP_DIR=$work/dhcp
		systemctl() { echo "reload" >>"$work/reloads"; }
		service() { echo "reload" >>"$work/reloads"; }
		# shellcheck disable=SC1091 # linted by itself
		. "$top_srcdir/conf/dhclient-ntp"
	)
}

: >"$work/reloads"
dhcp BOUND '192.0.2.1 2001:db8::1'
is "$(xargs <"$work/dhcp/eth0.sources")" 'server 192.0.2.1 iburst server 2001:db8::1 iburst' \
	"servers of a lease become a file for sourcedir"
dhcp RENEW '192.0.2.1 2001:db8::1'
is "$(wc -l <"$work/reloads")" 1 "which is reloaded when it changed only"
dhcp RENEW '192.0.2.1
keys 192.0.2.2;id $(id)'
is "$(cat "$work/dhcp/eth0.sources")" 'server 192.0.2.1 iburst' \
	"of what the network sends addresses alone get into it"
dhcp BOUND 192.0.2.3 ../x
[ ! -e "$work/x.sources" ]
ok $? "a name of an interface does not lead out of the folder"
dhcp EXPIRE ''
[ ! -e "$work/dhcp/eth0.sources" ]
ok $? "and goes with the lease"
