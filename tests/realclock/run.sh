#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh [SECONDS [ntp.conf line]...] - our daemon disciplines this machine's real clock for so long (default 1800),
# following a server that serves CLOCK_MONOTONIC_RAW at the rate the clock has now: so the machine keeps the time it
# would have had. Shows phase and frequency, and that all is put back. Not a part of `make check`: it moves the clock,
# by no more than a millisecond. Run from the build folder, as root. With KILL_AFTER=SECONDS in the environment the
# daemon is killed with -9 after so long, and the clock watched until the end.
set -euo pipefail

seconds=${1:-1800}
shift || true
work=$(mktemp -d)
a=ntpd-rc$$-a b=ntpd-rc$$-b
cleanup() {
	[ -n "${server:-}" ] && kill "$server" 2>/dev/null
	ip netns del "$a" 2>/dev/null || true
	ip netns del "$b" 2>/dev/null || true
}
trap cleanup EXIT

ip netns add "$a"
ip netns add "$b"
ip link add vrca netns "$a" type veth peer name vrcb netns "$b"
ip -n "$a" addr add 192.0.2.1/24 dev vrca
ip -n "$b" addr add 192.0.2.2/24 dev vrcb
for n in "$a" "$b"; do ip -n "$n" link set lo up; done
ip -n "$a" link set vrca up
ip -n "$b" link set vrcb up

{ echo "server 192.0.2.1 iburst minpoll 4 maxpoll 6"; printf '%s\n' "$@"; } > "$work/ntp.conf"
ip netns exec "$a" setpriv --bounding-set -sys_time --inh-caps -sys_time \
	./tests/realclock/rawserver 192.0.2.1 & server=$!
sleep 1
result=0
daemon=(ip netns exec "$b" ./ntpd -n -c "$work/ntp.conf" -l "$work/log")
if [ -n "${KILL_AFTER:-}" ]; then
	daemon=(bash -c "${daemon[*]} & pid=\$!; sleep $KILL_AFTER; kill -9 \$pid; sleep $seconds")
fi
./tests/realclock/guard "$seconds" "$work/series" "${daemon[@]}" || result=$?
grep -v Listen "$work/log" || true
awk -v half="$(echo "$seconds / 2" | bc)" '
	{ n++; if ($2 * $2 > worst * worst) worst = $2 }
	$1 >= half { m++; s += $2; ss += $2 * $2; f += $3; ff += $3 * $3 }
	END { printf "%d s: worst deviation %.1f us; second half: mean %.2f us, sd %.2f us, frequency %.4f +- %.4f ppm\n",
		n, worst, s / m, sqrt(ss / m - (s / m) ^ 2), f / m, sqrt(ff / m - (f / m) ^ 2 + 1e-12) }' "$work/series"
cp "$work/series" ./realclock.series
echo "series: realclock.series (seconds, us, ppm); exit $result"
rm -rf "$work"
exit "$result"
