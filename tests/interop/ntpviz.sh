#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ntpviz.sh - NTPsec's ntpviz draws the statistics of three simulated days of our daemon.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need_peer ntpsec/usr/bin/ntpviz
need gnuplot python3 file

mkdir "$work/stats"
try "the daemon of the simulator writes statistics" \
	"$top_builddir/tests/sim/sim_stats" "$work/stats" 3
for set in loopstats peerstats rawstats sysstats protostats usestats; do
	[ -s "$work/stats/$set.20260602" ]
	ok $? "$set has a file of the second day"
done

"${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpviz)" -g -d "$work/stats" -o "$work/out" -p 4 \
	-e 2026-06-04T04:00:00 >"$work/ntpviz.log" 2>&1
ok $? "ntpviz reads them" || note "$(cat "$work/ntpviz.log")"
unlike "$(cat "$work/ntpviz.log")" 'ERROR|Traceback|no loopstats|no server data' "without complaint"
for picture in local-offset local-jitter local-stability local-offset-histogram peer-offsets \
	peer-jitters peer-offset-192.0.2.1 peer-jitter-192.0.2.3; do
	like "$(file -b "$work/out/$picture.png" 2>&1)" 'PNG image data, 1340 x 720' "it draws $picture"
done
csv=$(cat "$work/out/summary.csv" 2>/dev/null)
for server in 1 2 3; do
	like "$csv" "^Server Offset 192\\.0\\.2\\.$server,-?[0-9]" "its summary has server $server"
done
# The median of the frequency is that of the clock simulated, 12 ppm slow.
median=$(awk -F, '/^Local Clock Frequency Offset/ { print $5 }' <<<"$csv")
like "$median" '^-1[123]\.' "and the frequency that was simulated"
