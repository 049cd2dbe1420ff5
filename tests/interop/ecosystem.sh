#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ecosystem.sh - programs of Debian that look at an ntpd, ask it for the time or write its files,
# each against ours: one that follows two servers. See also real_clients.sh (clients and their
# bursts), monitor.sh (ntpstat, node_exporter), logs.sh (logwatch) and tests/data/sentences.txt (what
# programs that are not here match).
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need perl python3 nmap
need_peer munin/usr/share/munin/plugins/ntp_offset zabbix/usr/sbin/zabbix_agentd \
	ruby/usr/bin/ruby3.1 chrony/usr/sbin/chronyd hobbit/usr/lib/xymon/client/ext/ntpq
mkdir "$work/bin"
ln -s "$top_builddir"/ntp{q,dc,stat,date} "$work/bin/"

# libraries NAME: folders of the shared libraries that came with it.
libraries() { find "$PEERS/$1" -name '*.so.*' -printf '%h\n' | sort -u | xargs | tr ' ' :; }

ns_new one two ours
ns_lan one two ours
for x in one two; do
	our_ntpd "$x" "$x" 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'tos orphanwait 1' \
		'restrict default nomodify notrap nopeer'
done
printf '%s\n' '1 MD5 topsecret' "2 SHA1 $(printf %040d 1)" "3 SHA256 $(printf %064d 2)" \
	"4 SHA512 $(printf %064d 3)" "5 AES128CMAC $(printf %032d 4)" >"$work/keys"
chmod 600 "$work/keys"
our_ntpd ours ours 'server 192.0.2.1 iburst minpoll 3' 'server 192.0.2.2 iburst minpoll 3' \
	"keys $work/keys" 'trustedkey 1 2 3 4 5' \
	'restrict default limited kod nomodify notrap nopeer noquery' 'restrict 127.0.0.1' \
	'restrict ::1' 'restrict 192.0.2.1'
wait_until 30 our_synchronised ours || bail "ours follows the two servers"
pass "ours follows the two servers"

# nmap takes its time: it looks while the others do.
in_ns ours nmap -sU -p 123 -Pn -n --script ntp-info,ntp-monlist 127.0.0.1 >"$work/nmap.ours" 2>&1 &
nmaps=($!)
in_ns two nmap -sU -p 123 -Pn -n --script ntp-info 192.0.2.3 >"$work/nmap.two" 2>&1 &
nmaps+=($!)

# --- munin ---------------------------------------------------------------------------

# Its plugins ask for the name of every server: there is none.
start dns ours python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
print("ready", flush=True)
while True:
	ask, who = s.recvfrom(512)
	s.sendto(ask[:2] + b"\x81\x83" + ask[4:], who)'
wait_log 5 dns ready || bail "a name server that knows nothing"

# munin PLUGIN [WORD]: a plugin of it, as munin-node runs it.
munin() {
	in_ns ours env RES_NAMESERVERS=127.0.0.1 "PATH=$work/bin:$PATH" "MUNIN_LIBDIR=$PEERS/munin/usr/share/munin" \
		"PERL5LIB=$PEERS/munin/usr/share/perl5" "$1" "${@:2}" 2>&1
}
plugins=$PEERS/munin/usr/share/munin/plugins
for name in offset states kernel_err kernel_pll_freq kernel_pll_off; do
	is "$(munin "$plugins/ntp_$name" autoconf)" yes "munin: ntp_$name can be used"
	like "$(munin "$plugins/ntp_$name" config)" '^graph_title NTP ' "it has a graph"
	unlike "$(munin "$plugins/ntp_$name")" '\.value *(U)?$' "and values"
done
like "$(munin "$plugins/ntp_offset" config)" 'our peer is \*192\.0\.2\.[12]\.' \
	"munin: ntp_offset has the system peer"
like "$(munin "$plugins/ntp_offset")" '^offset\.value -?[0-9]+\.[0-9]+$' "and its offset"
is "$(munin "$plugins/ntp_states" | sed 's/.* //' | sort | xargs)" '5 6' \
	"munin: ntp_states has a system peer and a candidate"
cp -p "$plugins/ntp_" "$work/ntp_192.0.2.1"
is "$(munin "$work/ntp_192.0.2.1" suggest | sort | xargs)" '192.0.2.1 192.0.2.2' \
	"munin: ntp_ suggests both servers"
like "$(munin "$work/ntp_192.0.2.1")" '^delay\.value 0\.[0-9]+$' "and has the delay of one"

# --- other monitors ------------------------------------------------------------------

out=$(in_ns ours python3 - "$PEERS/netdata/usr/lib/netdata" 2>&1 <<'END'
import sys
from importlib.machinery import SourceFileLoader
base = sys.argv[1]
sys.path[:0] = [base + "/python.d", base + "/python.d/python_modules"]
module = SourceFileLoader("ntpd", base + "/python.d/ntpd.chart.py").load_module()
options = {name: "ours" for name in ("job_name", "override_name", "name")}
options.update(update_every=1, priority=1, chart_cleanup=0, autodetection_retry=0,
    penalty=True, host="127.0.0.1", port=123, show_peers=True)
service = module.Service(options)
print("check", service.check())
print("ids", len(service.get_peers()))
for name, value in service.get_data().items():
    print(name, value / 1e6)
END
)
like "$out" '^check True$' "netdata: its ntpd module finds ours" || note "$out"
like "$out" '^stratum 7\.0$' "netdata: the stratum"
like "$out" '^ids 2$' "netdata: both servers"
for name in offset delay jitter dispersion rootdelay; do
	like "$out" "^192_0_2_1_$name -?[0-9.e-]+\$" "netdata: $name of a server"
done

# zabbix ITEM: what its agent says.
zabbix() {
	in_ns ours env "LD_LIBRARY_PATH=$(libraries zabbix)" \
		"$(peer zabbix/usr/sbin/zabbix_agentd)" -t "$1" -c "$work/zabbix.conf" 2>&1
}
printf 'Server=127.0.0.1\nHostname=ours\nUserParameter=ntp.offset,%s -c "rv 0 offset" | cut -d= -f2\n' \
	"$ntpq" >"$work/zabbix.conf"
like "$(zabbix 'net.udp.service[ntp,127.0.0.1]')" '\[u\|1\]$' "zabbix: the service answers"
like "$(zabbix 'net.udp.service[ntp,192.0.2.99]')" '\[u\|0\]$' "zabbix: where none is there, none"
like "$(zabbix ntp.offset)" '\[t\|-?[0-9]+\.[0-9]+\]$' "zabbix: a number of ntpq's"

out=$(in_ns ours sh "$top_srcdir/tests/interop/lynis.sh" \
	"$PEERS/lynis/usr/share/lynis/include/tests_time" "$ntpq" 2>&1)
like "$out" 'NTP daemon found: ntpd' "lynis: the daemon" || note "$out"
like "$out" 'valid association ID.s --result FOUND' "lynis: its associations"
like "$out" 'high stratum ntp peers --result OK' "lynis: their strata"
like "$out" 'selected time source --result OK' "lynis: the source in use"
like "$out" 'time source candidates --result OK' "lynis: the other"
like "$out" 'falsetickers --result OK' "lynis: none is false"
like "$out" '^report ntp_version=2$' "lynis: the version of ntpq's requests"
unlike "$out" '^suggestion ' "lynis: it has nothing to suggest"

# In Debian /usr/bin/ntpq is ours.
sed "s|/usr/bin/ntpq|$ntpq|; s|/var/run/ntpd.pid|$work/pid|" \
	"$(peer hobbit/usr/lib/xymon/client/ext/ntpq)" >"$work/hobbit"
echo "${daemon_pid[ours]}" >"$work/pid"
out=$(in_ns ours env -u BB -u XYMON "PATH=$work/bin:$PATH" \
	"PERL5LIB=$PEERS/hobbit/usr/share/perl5" perl "$work/hobbit" 2>&1)
like "$out" '^status .*\.ntpq green ' "xymon: all is well" || note "$out"
like "$out" '^SyspeerOffset: -?[0-9.]+$' "xymon: the offset"
like "$out" '^\[ntpq,SyspeerJitter\.rrd\]$' "xymon: and what it draws"

# --- nmap ----------------------------------------------------------------------------

wait "${nmaps[@]}"
out=$(cat "$work/nmap.ours")
like "$out" '^123/udp +open +ntp' "nmap: the port is that of ntp"
like "$out" 'version: ntpd ' "nmap: ntp-info reads the variables"
unlike "$out" 'ntp-monlist:' "nmap: nobody gets a list by mode 7"
out=$(cat "$work/nmap.two")
like "$out" 'receive time stamp: 20' "nmap: a stranger gets the time"
unlike "$out" 'version: ' "nmap: and nothing else"

# --- who asks for the time -----------------------------------------------------------

ruby=$PEERS/ruby
out=$(in_ns one env "LD_LIBRARY_PATH=$(libraries ruby)" "RUBYLIB=$(find "$ruby" -path '*/net-ntp-*/lib' \
	-o -path '*/lib/ruby/3.1.0' -o -path '*/ruby/3.1.0' | sort -u | xargs | tr ' ' :)" \
	"$ruby/usr/bin/ruby3.1" --disable-gems -e 'require "net/ntp"
	r = Net::NTP.get("192.0.2.3"); puts r.stratum, (r.time - Time.now).abs < 1' 2>&1)
is "$(xargs <<<"$out")" '7 true' "ruby's net-ntp"

sed -E 's/AES128CMAC/AES128/; s/^([0-9]+) (SHA[^ ]*|AES128) /\1 \2 HEX:/' "$work/keys" >"$work/chrony.keys"
jobs=()
for key in 1 2 3 4 5; do
	in_ns one timeout 20 "$(peer chrony/usr/sbin/chronyd)" -x -Q -t 15 'user root' 'cmdport 0' \
		"pidfile $work/chronyd.$key" "keyfile $work/chrony.keys" \
		"server 192.0.2.3 iburst key $key" >"$work/chronyd.out.$key" 2>&1 &
	jobs+=($!)
done
wait "${jobs[@]}"
for key in 1 2 3 4 5; do
	like "$(cat "$work/chronyd.out.$key")" 'System clock wrong by' \
		"chronyd -Q: $(awk -v key="$key" '$1 == key { print $2 }' "$work/keys")"
done

# --- who writes our files ------------------------------------------------------------

# cloud-init's templates of some distributions, filled in by cloud-init, which fetches nothing here.
distros=(debian ubuntu rhel fedora)
env "PYTHONPATH=$PEERS/cloud-init/usr/lib/python3/dist-packages" python3 -S - \
	"$PEERS/cloud-init/etc/cloud/templates" "$work" "${distros[@]}" >"$work/cloud" 2>&1 <<'END'
import sys
from unittest import mock
for name in ("requests", "requests.exceptions", "netifaces", "oauthlib", "jsonschema", "serial", "six",
    "configobj", "jsonpatch"):
	sys.modules[name] = mock.MagicMock()
from cloudinit.config import cc_ntp
templates, work = sys.argv[1:3]
for distro in sys.argv[3:]:
	cc_ntp.write_ntp_config_template(distro, servers=["192.0.2.1"], pools=["pool.example"],
	    path=f"{work}/{distro}.conf", template_fn=f"{templates}/ntp.conf.{distro}.tmpl")
END
ok $? "cloud-init writes an ntp.conf" || note "$(cat "$work/cloud")"
for distro in "${distros[@]}"; do
	out=$("$ntpd" --check-config -c "$work/$distro.conf" -f "$work/drift" 2>&1)
	like "$out" ': 0 errors' "that of $distro is right for ntpd"
	like "$("$ntpd" --print-config -c "$work/$distro.conf" 2>&1)" '^server 192\.0\.2\.1 iburst$' \
		"and has the server"
done

mkdir "$work/applications.d"
cp "$top_srcdir/conf/ufw-ntpd" "$work/applications.d/ntpd"
is "$(env "PYTHONPATH=$PEERS/ufw/usr/lib/python3/dist-packages" python3 -c '
import builtins, sys
builtins._ = str
from ufw import applications as a
for name, p in a.get_profiles(sys.argv[1]).items():
	print(name, a.verify_profile(name, p), a.get_ports(p))' "$work/applications.d" 2>&1)" \
	"NTP True ['123/udp']
NTS True ['4460/tcp']" "ufw takes our profiles"

# dhclient's own script with our hook, which hands the servers of a lease to the daemon.
mkdir -p "$work/dhcp/dhclient-exit-hooks.d" "$work/leases"
cp "$top_srcdir/conf/dhclient-ntp" "$work/dhcp/dhclient-exit-hooks.d/ntpd"
sed -e "s|/etc/dhcp|$work/dhcp|g" -e "s|/etc/resolv.conf|$work/resolv.conf|g" \
	"$PEERS/dhclient/sbin/dhclient-script" >"$work/dhclient-script"
lease() {
	in_ns two env "NTPD=$ntpd" "NTP_DHCP=$top_srcdir/conf/ntp-dhcp" "NTP_DHCP_DIR=$work/leases" \
		"NTP_DHCP_ETC=$work" interface=eth0 reason="$1" "${@:2}" sh "$work/dhclient-script" 2>&1
}
lease BOUND new_ip_address=192.0.2.2 new_subnet_mask=255.255.255.0 new_ntp_servers=192.0.2.1 \
	>"$work/lease.out"
is "$(cat "$work"/leases/*.sources 2>/dev/null)" 'server 192.0.2.1 iburst' \
	"dhclient's lease becomes a server" || note "$(cat "$work/lease.out")"
lease STOP old_ip_address=192.0.2.2 old_ntp_servers=192.0.2.1 >"$work/lease.out"
is "$(ls "$work/leases")" '' "and its end takes it away" || note "$(cat "$work/lease.out")"
