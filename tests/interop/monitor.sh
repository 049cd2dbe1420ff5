#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# monitor.sh - NTPsec's ntpq and Debian's ntpstat read our daemon; our ntpq and ntpstat read
# NTPsec's daemon.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer ntpsec/usr/bin/ntpq ntpstat/usr/bin/ntpstat \
	node-exporter/usr/bin/prometheus-node-exporter
their_ntpq=("${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpq)")
their_ntpstat=$(peer ntpstat/usr/bin/ntpstat)

ns_new ours theirs
ns_lan ours theirs
ntpsec_server theirs
our_ntpd ours ours 'server 192.0.2.2 iburst minpoll 4' 'server 192.0.2.99 iburst' \
	'restrict default limited kod nomodify notrap nopeer' 'restrict 127.0.0.1' 'restrict ::1'
# One of the two is dead: the other decides 30 s after its first answer.
wait_until 45 our_synchronised ours
ok $? "our daemon follows NTPsec's"

# Theirs against ours.
out=$(in_ns ours "${their_ntpq[@]}" -np 2>&1)
like "$out" '^ +remote +refid +st t when poll reach' "their ntpq -np prints its header"
like "$out" '^\*192\.0\.2\.2 +[^ ]+ +5 u +[0-9-]+ +(16|32|64) +[0-7]+ ' \
	"their ntpq -np shows our system peer"
like "$out" '^ 192\.0\.2\.99 +\.INIT\. +16 u +- +64 +0 ' \
	"their ntpq -np shows the server that never answered"
out=$(in_ns ours "${their_ntpq[@]}" -c as 2>&1)
like "$out" 'yes +yes +none +sys\.peer' "their ntpq -c as reads the association's status"
like "$out" 'yes +no +none +reject' "and that of the dead one"
out=$(in_ns ours "${their_ntpq[@]}" -c rv 2>&1)
like "$out" '^associd=0 status=0[0-9a-f]{3} leap_none, sync_ntp,' "their rv reads the status word"
like "$out" 'stratum=6' "their rv reads the stratum"
like "$out" 'refid=192\.0\.2\.2' "their rv reads the reference id"
unlike "$out" '\?\?\?|error' "their rv understands every variable"
out=$(in_ns ours "${their_ntpq[@]}" -c 'rv &1' 2>&1)
like "$out" 'srcadr=192\.0\.2\.(2|99)' "their rv &1 reads an association"
for command in sysinfo sysstats kerninfo monstats iostats timerstats authinfo; do
	out=$(in_ns ours "${their_ntpq[@]}" -c "$command" 2>&1)
	unlike "$out" '\*\*\*|Traceback' "their $command is answered"
done
out=$(in_ns ours "$their_ntpstat" 2>&1)
is $? 0 "Debian's ntpstat ends with 0"
like "$out" '^synchronised to NTP server \(192\.0\.2\.2\) at stratum 6' \
	"Debian's ntpstat names server and stratum"
like "$out" 'time correct to within [0-9]+ ms' "Debian's ntpstat reads the distance"
like "$out" 'polling server every [0-9]+ s' "Debian's ntpstat reads the poll"
out=$(in_ns theirs "${their_ntpq[@]}" -np 192.0.2.1 2>&1)
like "$out" '^\*192\.0\.2\.2 ' "their ntpq asks us over the network"

# Ours against theirs.
out=$(in_ns theirs "$ntpq" -c rv 2>&1)
like "$out" 'version="ntpd ntpsec-' "our rv reads NTPsec's variables"
like "$out" 'stratum=5' "our rv reads NTPsec's stratum"
out=$(in_ns theirs "$ntpq" -pn 2>&1)
is $? 0 "our ntpq -pn ends with 0 when there are no associations"
out=$(in_ns ours "$ntpq" -c rv 192.0.2.2 2>&1)
like "$out" 'version="ntpd ntpsec-' "our ntpq asks NTPsec's daemon over the network"
stop ntpsec-theirs
out=$(in_ns theirs "$ntpstat" 2>&1)
is $? 2 "our ntpstat ends with 2 when nobody answers"

# Prometheus' node_exporter asks the daemon beside it for the time, as a client.
start exporter ours "$(peer node-exporter/usr/bin/prometheus-node-exporter)" \
	--collector.disable-defaults --collector.ntp --web.listen-address=127.0.0.1:9100
wait_log 10 exporter '9100' || bail "node_exporter starts"
out=$(in_ns ours python3 -c 'import urllib.request as u
print(u.urlopen("http://127.0.0.1:9100/metrics").read().decode())' 2>&1)
like "$out" '^node_ntp_stratum 6' "node_exporter's ntp collector reads the stratum"
like "$out" '^node_ntp_leap 0' "and the leap indicator"
like "$out" '^node_ntp_sanity 1' "and finds the answer sane"
stop exporter || :         # it ends by the signal
