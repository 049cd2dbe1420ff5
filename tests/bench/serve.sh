#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# serve.sh - what an answer costs, and what the time is worth under a flood. Run by hand, as root:
#
#	serve.sh [-s SECONDS] [-r ROUNDS] [-o OTHER-NTPD] [WORD...]
#
# The server has one core and the load the other, in two namespaces. Each row is run with chronyd
# and with our daemon (and with -o with another build of it), one after the other, ROUNDS times;
# the figure is the median of the rounds, the ratio that of the pairs: chronyd's or the other
# build's CPU for an answer over ours, above 1 we are cheaper. CPU is the time the kernel says that
# the daemon ran. A WORD shows the rows whose names contain it.
#
# Nothing is asserted: the figures mean something on a quiet machine only, the ratios a little on
# a busy one.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
# shellcheck source=tests/interop/nts_rig.sh
. "$top_srcdir/tests/interop/nts_rig.sh"
trap 'netns_end; rm -rf "$work"' EXIT

seconds=2 rounds=3 other=
while getopts s:r:o: o; do
	case $o in
	s) seconds=$OPTARG ;;
	r) rounds=$OPTARG ;;
	o) other=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
words=("$@")
load=$top_builddir/tests/system/load
need taskset awk
need_peer chrony/usr/sbin/chronyd
[ "$(nproc)" -ge 2 ] || bail "there are two processors"

ns_new server client
ns_join server client
ip -n "$(ns_name server)" route add 10.0.0.0/8 via 192.0.2.2
ip -n "$(ns_name client)" route add local 10.0.0.0/8 dev lo

# wanted ROW: true when the row was asked for.
wanted() {
	local word
	[ ${#words[@]} -gt 0 ] || return 0
	for word in "${words[@]}"; do
		[[ $1 != *"$word"* ]] || return 0
	done
	return 1
}

# --- the servers ---------------------------------------------------------------------

cmac=30313233343536373839616263646566 # 0123456789abcdef
printf '1 SHA1 secret\n2 MD5 secret\n3 AES128CMAC %s\n' "$cmac" >"$work/keys"
printf '1 SHA1 ASCII:secret\n2 MD5 ASCII:secret\n3 AES128 HEX:%s\n' "$cmac" \
	>"$work/chrony.keys"
chmod 600 "$work/keys" "$work/chrony.keys"
cat >"$work/chrony.conf" <<-EOF
	local stratum 6
	allow all
	user root
	cmdport 0
	bindcmdaddress /
	pidfile $work/chrony.pid
	keyfile $work/chrony.keys
	clientloglimit 200000000
EOF
cat >"$work/ours.conf" <<-EOF
	driftfile $work/drift
	server 127.127.1.0
	fudge 127.127.1.0 stratum 5
	tos orphanwait 1
	restrict default nomodify
	mru maxmem 200000 initmem 200000
	keys $work/keys
	trustedkey 1 2 3
	controlkey 1
EOF
for i in $(seq 40); do # access lists are not short
	echo "restrict 172.16.$i.0 mask 255.255.255.0 nomodify noquery" >>"$work/ours.conf"
done

# With interleaved mode, which chronyd always has.
cp "$work/chrony.conf" "$work/chrony-il.conf"
{ cat "$work/ours.conf" && echo 'interleaved on'; } >"$work/ours-il.conf"

# With NTS as well: each has its certificate, and the keys of its cookies in a file, from which
# load mints cookies for its clients; none of them asks for keys.
nts_certificates
mkdir -m 700 "$work/dump"
cat "$work/chrony.conf" - >"$work/chrony-nts.conf" <<-EOF
	ntsservercert $nts/good.pem
	ntsserverkey $nts/good.key
	ntsdumpdir $work/dump
	ntsprocesses 1
EOF
cat "$work/ours.conf" - >"$work/ours-nts.conf" <<-EOF
	nts enable
	nts cert $nts/good.pem
	nts key $nts/good.key
	nts cookie $work/nts-keys
EOF
printf 'T: %d\nL: 32\nI: 1\nK: %064d\n' "$(date +%s)" 17 >"$work/nts-keys"
chmod 600 "$work/nts-keys"
declare -A cookie_keys=([chrony]=$work/dump/ntskeys [ours]=$work/nts-keys [other]=$work/nts-keys)

# serve WHO: starts the server on its core; with=-nts or with=-il in front: with NTS, interleaved mode.
serve() {
	case $1 in
	chrony)
		start server server taskset -c 0 "$(peer chrony/usr/sbin/chronyd)" -x -d \
			-f "$work/chrony${with:-}.conf"
		wait_log 10 server 'chronyd version' || bail "chronyd starts"
		sleep 0.5
		;;
	ours | other)
		local program=$top_builddir/ntpd
		[ "$1" = ours ] || program=$other
		start server server taskset -c 0 "$program" -n -c "$work/ours${with:-}.conf"
		wait_until 15 in_ns server "$top_builddir/ntpstat" || bail "$program has the time of its own clock"
		;;
	esac
}

# ran_ns: for how long the server ran so far.
ran_ns() {
	local ran _
	read -r ran _ <"/proc/${daemon_pid[server]}/schedstat"
	echo "$ran"
}

# handled: how many requests our daemon says that it received.
handled() {
	in_ns server "$ntpq" -c 'rv 0 io_received' 127.0.0.1 | sed -n 's/.*io_received=\([0-9]*\).*/\1/p'
}

# --- one run -------------------------------------------------------------------------

# ask WHO RATE OPTION...: loads the server; sets cost_us (CPU for each request handled), rate (of
# answers), amplified (octets back for one there), asked, got, median_us and p99_us.
ask() {
	local who=$1 at_rate=$2 before after n0=0 n1=0 sent answered there back to=192.0.2.1
	shift 2
	[ "${from:-client}" = client ] || to=127.0.0.1
	[ "$who" = chrony ] || n0=$(handled)
	before=$(ran_ns)
	in_ns "${from:-client}" taskset -c 1 "$load" "$@" "$to" "$at_rate" "$seconds" >"$work/load.out" ||
		bail "the load runs"
	after=$(ran_ns)
	[ "$who" = chrony ] || n1=$(handled)
	read -r _ sent _ answered < <(grep '^sent' "$work/load.out")
	read -r _ there _ back < <(grep '^octets' "$work/load.out")
	asked=0 got=0 median_us=0 p99_us=0
	read -r _ asked _ got _ median_us _ p99_us _ < <(grep '^asked' "$work/load.out")
	[ "$who" != chrony ] || n1=$((answered + ${got:-0}))
	cost_us=$(awk -v t="$((after - before))" -v n="$((n1 - n0))" 'BEGIN { printf "%.2f", (n > 0 ? t / n / 1e3 : 0) }')
	rate=$(awk -v n="$answered" -v s="$seconds" 'BEGIN { printf "%.0f", n / s }')
	amplified=$(awk -v b="$back" -v t="$there" 'BEGIN { printf "%.2f", (t > 0 ? b / t : 0) }')
	: "$sent"
}

median() {
	sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# --- answers: paired with chronyd ----------------------------------------------------

# pair ROW RATE OPTION...: a row of the first table.
pair() {
	local row=$1 who i nts
	local against=chrony
	shift
	wanted "$row" || return 0
	[ -z "$other" ] || against=other
	rm -f "$work"/cost.* "$work"/rate.* "$work"/ratio
	for i in $(seq "$rounds"); do
		for who in $against ours; do
			serve "$who"
			nts=()
			[ "${with:-}" != -nts ] || nts=(-N "${cookie_keys[$who]}")
			ask "$who" "$@" "${nts[@]}"
			stop server
			[ "${with:-}" != -nts ] || grep -q '^opened [1-9][0-9]* not 0' "$work/load.out" ||
				bail "$who answers with NTS: $(tail -n 1 "$work/load.out")"
			echo "$cost_us" >>"$work/cost.$who"
			echo "$rate" >>"$work/rate.$who"
			eval "last_$who=$cost_us"
		done
		# shellcheck disable=SC2154 # by eval above
		awk -v a="$([ -z "$other" ] && echo "$last_chrony" || echo "$last_other")" -v b="$last_ours" \
			'BEGIN { printf "%.3f\n", (b > 0 ? a / b : 0) }' >>"$work/ratio"
	done
	printf '%-28s %8s %8s %7s %9s %9s\n' "$row" "$(median <"$work/cost.$against")" \
		"$(median <"$work/cost.ours")" "$(median <"$work/ratio")" \
		"$(median <"$work/rate.$against")" "$(median <"$work/rate.ours")"
}

pairs() {
	local window='-w 256' against=chrony
	[ -z "$other" ] || against=other
	printf '%-28s %8s %8s %7s %9s %9s\n' "CPU us for an answer" "$against" ours ratio "$against/s" ours/s
	# shellcheck disable=SC2086 # words
	{
		pair "saturated, 1 client" 0 $window
		pair "saturated, 100k clients" 0 $window -n 100000
		pair "saturated, 1M clients" 0 $window -n 1000000
		pair "20k a second, 1k clients" 20000 -n 1000
		pair "100k a second, 1k clients" 100000 -n 1000
		pair "MAC SHA1, 1k clients" 0 $window -n 1000 -k mac
		pair "MAC MD5, 1k clients" 0 $window -n 1000 -k mac -K 2:MD5:secret
		pair "MAC AES-CMAC, 1k clients" 0 $window -n 1000 -k mac -K 3:AES128CMAC:0123456789abcdef
		pair "wrong MAC, 1k clients" 0 $window -n 1000 -k badmac
		with=-il pair "interleaved form, 1k clients" 0 $window -n 1000 -k ileave
		with=-il pair "basic, interleaved on" 0 $window -n 1000
		with=-nts pair "NTS, 1k clients" 0 $window -n 1000
		with=-nts pair "NTS, 100k clients" 0 $window -n 100000
	}
}

# --- floods: the worst of each mode, and the time beside them ------------------------

# fill N: lets so many clients come, so that the table holds them, but for a few whose packet is lost.
fill() {
	local held=0 i
	for i in 5 10 20 40; do
		in_ns client taskset -c 1 "$load" -w 256 -n "$1" 192.0.2.1 0 "$i" >"$work/fill.out" ||
			bail "the load runs"
		held=$(in_ns server "$ntpq" -c 'rv 0 mru_depth' 127.0.0.1 | sed -n 's/.*mru_depth=\([0-9]*\).*/\1/p')
		[ "${held:-0}" -lt $(($1 * 95 / 100)) ] || return 0
	done
	bail "the table takes $1 clients: ${held:-0}"
}

# flood ROW KIND RATE OPTION...: a row of the second table. With held=N in front the table of clients
# is filled first, with from=server the load is on the server's host.
flood() {
	local row=$1 kind=$2 who
	shift 2
	wanted "$row" || return 0
	for who in ${other:+other} ours; do
		serve "$who"
		[ -z "${held:-}" ] || fill "$held"
		ask "$who" "$1" -k "$kind" -p 100 "${@:2}"
		stop server
		printf '%-34s %-6s %8s %8s %6s %9s %9s %9s\n' "$row" "$who" "$cost_us" "$rate" "$amplified" \
			"$(awk -v g="$got" -v a="$asked" 'BEGIN { printf "%.1f %%", (a > 0 ? 100 * g / a : 0) }')" \
			"$median_us" "$p99_us"
	done
}

floods() {
	local kind
	printf '%-34s %-6s %8s %8s %6s %9s %9s %9s\n' "flood (requests a second)" "" "CPU us" answers/s "out/in" \
		"time got" median_us p99_us
	for kind in time mac badmac fields fieldsmac fieldsbad; do
		flood "mode 3 $kind (20k)" "$kind" 20000 -n 1000
	done
	for kind in stat rv names lists unknown configbad nonce; do
		flood "mode 6 $kind (4k)" "$kind" 4000 -n 1000
	done
	for kind in names signed list mru mrunone mruforged; do
		flood "mode 6 $kind, 1 client (4k)" "$kind" 4000
	done
	for kind in mru mrunone; do
		held=1000000 flood "mode 6 $kind, 1M in the table (4k)" "$kind" 4000
		held=1000000 from=server flood "mode 6 $kind, 1M, own host (4k)" "$kind" 4000
	done
}

echo "medians of $rounds rounds of $seconds s; $(uname -r), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed 1q)"
pairs
floods
