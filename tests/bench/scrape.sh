#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# scrape.sh - what a scrape of ntp-exporter costs the daemon: CPU over many, with ten sources that
# answer; what the exporter has resident with a month of history; what a browser has to fetch for
# the first view. Run by hand, as root:
#
#	scrape.sh [-n SCRAPES]
#
# Twenty exporters ask at once, as each asks but once a second. CPU is the time that the kernel says
# the daemon ran; what it runs anyway in as long, where each exporter asks for its history every ten
# seconds, is taken off. Nothing is asserted: on a busy machine a figure is twice as high.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need curl python3
state=$(mktemp -d /tmp/scrape.XXXXXX)
trap 'netns_end; rm -rf "$work" "$state"' EXIT
scrapes=200 exporters=20
while getopts n: o; do
	case $o in
	n) scrapes=$OPTARG ;;
	*) exit 2 ;;
	esac
done

ns_new server client
ns_lan server client
fakes=()
for i in {21..30}; do
	ip -n "$(ns_name server)" addr add "192.0.2.$i/24" dev eth0
	fakes+=("192.0.2.$i,1,GPS,0")
done
start fakes server "$top_srcdir/tests/interop/fake-servers.py" "${fakes[@]}"
wait_log 5 fakes ready || bail "the servers start"
mapfile -t lines < <(printf 'server 192.0.2.%d iburst minpoll 6\n' {21..30})
our_ntpd ntpd client "${lines[@]}" 'restrict default' 'disable ntp'
wait_until 60 our_synchronised client || bail "the daemon synchronises"

# get PORT PATH [WORD...]
get() { in_ns client curl -s -m 5 "${@:3}" "http://127.0.0.1:$1$2"; }
cpu_ns() { cut -d ' ' -f 1 "/proc/${daemon_pid[ntpd]}/schedstat"; }
for ((i = 0; i < exporters; i++)); do
	start "exporter$i" client "$top_builddir/ntp-exporter" -l "127.0.0.1:$((10200 + i))"
	wait_until 10 get $((10200 + i)) /healthz -f >/dev/null || bail "an exporter starts"
done
sleep 3
from=$(cpu_ns)
began=$EPOCHREALTIME
urls=()
for ((i = 0; i < exporters; i++)); do
	urls+=(-o /dev/null "http://127.0.0.1:$((10200 + i))/metrics")
done
for ((n = 0; n < scrapes; n += exporters)); do
	in_ns client curl -s -m 5 "${urls[@]}"
	sleep 1.1
done
to=$(cpu_ns)
seconds=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
idle_from=$(cpu_ns)
sleep "$seconds"
idle=$(($(cpu_ns) - idle_from))
awk -v asked="$((to - from))" -v idle="$idle" -v n="$n" -v s="$seconds" 'BEGIN {
	printf "CPU of ntpd for a scrape, of %d, with ten sources: %.1f us (idle beside it %.1f us a second)\n",
	    n, (asked - idle) / n / 1e3, idle / s / 1e3 }'

python3 "$top_srcdir/tests/extra/make_history.py" "$state/history" ntp1.example=192.0.2.21
chown -R nobody "$state"
start kept client "$top_builddir/ntp-exporter" -l 127.0.0.1:10190 -s "$state"
wait_until 10 get 10190 /healthz -f >/dev/null
for path in '/?span=7d' /metrics /history.csv?span=7d; do
	get 10190 "$path" >/dev/null
done
awk '/^VmRSS/ { printf "resident, with a month of history: %d KiB\n", $2 }' \
	"/proc/${daemon_pid[kept]}/status"
octets=0
for path in / /app.js /style.css /ok.svg; do
	octets=$((octets + $(in_ns client curl -s -o /dev/null -w '%{size_download}' -H \
		'Accept-Encoding: gzip' "http://127.0.0.1:10190$path")))
done
echo "the first view: $octets octets"
