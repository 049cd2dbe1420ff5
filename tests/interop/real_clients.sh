#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# real_clients.sh - every client program that Debian has, and the patterns of those it has not,
# against the access rules of the files we ship: all they ask is answered, also when they are run
# a second time at once. Prints the table of their bursts and our answers.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need python3 perl
need_peer ntpsec/usr/bin/ntpdig ntpsec/usr/sbin/ntpdate ntpsec/usr/sbin/ntpd \
	chrony/usr/sbin/chronyd openntpd/usr/sbin/ntpd rdate/usr/sbin/rdate \
	monit/usr/bin/monit \
	plugins/usr/lib/nagios/plugins/check_ntp_time
helper=$top_srcdir/tests/interop/real-clients.py
plugins=$PEERS/plugins/usr/lib/nagios/plugins
ntpdate=$top_builddir/ntpdate
sntp=$top_builddir/sntp

# --- the clients: each takes the time from $server once, in namespace $x ------------------

in_x() {
	in_ns "$x" timeout 40 "$@" 2>&1
}

client_ntpd_iburst() {
	our_ntpd "$x" "$x" "server $server iburst" && wait_until 20 our_synchronised "$x" &&
		sleep 14 && stop "$x"
}
client_ntpdate() { in_x "$ntpdate" -q "$server"; }
client_ntpdate_p8() { in_x "$ntpdate" -q -p 8 "$server"; }
client_sntp() { in_x "$sntp" "$server"; }
client_chronyd_q() {
	local out
	out=$(in_x "$(peer chrony/usr/sbin/chronyd)" -x -Q -t 20 "user root" "cmdport 0" \
		"pidfile $work/$x.pid" "server $server iburst")
	echo "$out"
	grep -q 'System clock wrong by' <<<"$out"
}
# chronyd signs with SHA256 in the packet of version 3 that it sends when nothing else is said.
client_chronyd_sha256() {
	local out
	printf '5 SHA256 HEX:%s\n' "$sha256_key" >"$work/$x.keys"
	out=$(in_x "$(peer chrony/usr/sbin/chronyd)" -x -Q -t 20 "user root" "cmdport 0" \
		"pidfile $work/$x.pid" "keyfile $work/$x.keys" "server $server iburst key 5")
	echo "$out"
	grep -q 'System clock wrong by' <<<"$out"
}
client_ntpsec_ntpd() {
	printf 'server %s iburst\nrestrict 127.0.0.1\n' "$server" >"$work/$x.conf"
	start "$x" "$x" "$(peer ntpsec/usr/sbin/ntpd)" -n -c "$work/$x.conf"
	sleep 20
	in_x "$ntpq" -pn 127.0.0.1 | tee "$work/$x.table"
	stop "$x"
	grep -Eq "$server .* 377? |$server .* [1-9][0-9]* +[0-9.]+ " "$work/$x.table"
}
client_ntpdig() { in_x "${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpdig)" "$server"; }
client_ntpdig_p8() {
	in_x "${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpdig)" -p 8 "$server"
}
client_openntpd() {
	openntpd_server "$x" "$server"
	sleep 20
	stop "openntpd-$x"
}
client_rdate() { in_x "$(peer rdate/usr/sbin/rdate)" -n -p -v "$server"; }
client_check_ntp_time() { in_x "$plugins/check_ntp_time" -H "$server" -w 0.5 -c 1; }
client_check_ntp() { in_x "$plugins/check_ntp" -H "$server" -w 0.5 -c 1; }
client_ntplib() {
	in_x env "PYTHONPATH=$PEERS/ntplib/usr/lib/python3/dist-packages" python3 "$helper" \
		ntplib "$server"
}
client_net_ntp() {
	# shellcheck disable=SC2016 # Perl's
	in_x perl "-I$PEERS/net-ntp/usr/share/perl5" -MNet::NTP -e \
		'my %r = get_ntp_response($ARGV[0]); print "stratum $r{Stratum}\n"; exit !$r{Stratum}' \
		"$server"
}
client_monit() {
	cat >"$work/$x.monitrc" <<-END
		set daemon 5 with start delay 0
		set pidfile $work/$x.monit.pid
		set idfile $work/$x.monit.id
		set statefile $work/$x.monit.state
		check host time with address $server
			if failed port 123 type udp protocol ntp3 then alert
	END
	chmod 600 "$work/$x.monitrc"
	start "$x" "$x" "$(peer monit/usr/bin/monit)" -I -v -c "$work/$x.monitrc"
	sleep 7
	stop "$x"
	grep 'protocol NTP3' "$work/$x.log" || grep -i ntp "$work/$x.log"
	grep -q "succeeded.*NTP" "$work/$x.log"
}

# Programs that no package here has, as they are seen on the wire: mode, version, octets, gap in
# ms, number. timesyncd is one of them: it does not run without the right to set the clock.
play() { in_x python3 "$helper" play "$server" "$@"; }
client_w32time_client() { play 3 3 48 2000 4; }         # w32tm /stripchart, flag 0x8
client_w32time_symmetric() { play 1 3 48 2000 4; }      # a manual peer without flag 0x8
client_busybox() { play 3 4 48 1000 8; }                # ntpd -q: until its filter is full
client_ntp_org_iburst() { play 3 4 48 2000 8; }
client_timesyncd() { play 3 4 48 100 1; }               # one, then again after 32 s
client_sntp_library() { play 3 4 48 10 2; }             # npm, ruby and Go libraries: one, or two
client_ios() { play 3 3 48 1900 6; }                    # routers with iburst

clients=(ntpd_iburst ntpdate ntpdate_p8 sntp chronyd_q chronyd_sha256 ntpsec_ntpd ntpdig ntpdig_p8
	openntpd timesyncd rdate check_ntp_time check_ntp ntplib net_ntp monit
	w32time_client w32time_symmetric busybox ntp_org_iburst sntp_library ios)
# These run a daemon for long; the others are run twice, the second time at once.
daemons=' ntpd_iburst ntpsec_ntpd openntpd monit ntp_org_iburst ios busybox '

# --- the server with the rules of one of our files ----------------------------------------

sha256_key=$(printf '%064d' 17)
printf '5 SHA256 %s\n' "$sha256_key" >"$work/server.keys"

# rules_of FILE: what it says of who may ask, and how often; the network of the LAN is our own.
rules_of() {
	grep -E '^(restrict|limit|discard|mru) ' "$top_srcdir/conf/$1" |
		grep -v '^restrict 192\.168\.'
}

# serve FILE: our daemon with the access rules and limits of that file, over its own clock.
serve() {
	{
		rules_of "$1"
		printf '%s\n' 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' \
			'tos orphanwait 1' "keys $work/server.keys" 'trustedkey 5'
	} >"$work/$1.rules"
	start "server-$1" server "$ntpd" -n -c "$work/$1.rules"
	wait_until 15 our_synchronised server || bail "the server with the rules of $1 starts"
	start "count-$1" server python3 "$helper" count eth0 "$work/$1.counts"
	wait_log 10 "count-$1" counting || bail "packets are counted"
}

# run_client NAME FILE: once or twice; the outcome goes to a file.
run_client() {
	local x=c_$1 name=$1
	"client_$name" >"$work/$x.$2.first" 2>&1
	echo $? >"$work/$x.$2.status"
	case $daemons in
	*" $name "*) return ;;
	esac
	"client_$name" >"$work/$x.$2.second" 2>&1
	echo $? >>"$work/$x.$2.status"
}

address_of() {
	ip -n "$(ns_name "$1")" -4 -o addr show dev eth0 | awk '{ sub("/.*", "", $4); print $4 }'
}

# judge NAME FILE: both runs were content, and nothing that it asked went without a time.
judge() {
	local x=c_$1 name=$1 file=$2 statuses line asked told
	statuses=$(tr '\n' ' ' <"$work/$x.$file.status")
	unlike "$statuses" '[1-9]' "$file: $name is content" ||
		note "$(cat "$work/$x.$file.first" "$work/$x.$file.second" 2>/dev/null)"
	line=$(grep "^$(address_of "$x") " "$work/$file.counts")
	read -r _ asked told _ <<<"$line"
	[ "${asked:-0}" -gt 0 ] && [ "$asked" = "$told" ]
	ok $? "$file: $name is answered whenever it asks" || note "address, asked, told, kisses, gap: $line"
}

table() {
	local name line
	note "$(printf '%-20s %8s %8s %7s %16s' "$1" requests answers kisses 'shortest gap ms')"
	for name in "${clients[@]}"; do
		line=$(grep "^$(address_of "c_$name") " "$work/$1.counts")
		# shellcheck disable=SC2086 # words
		set -- "$1" ${line:-x - - - -}
		note "$(printf '%-20s %8s %8s %7s %16s' "$name" "$3" "$4" "$5" "$6")"
	done
}

names=("${clients[@]/#/c_}")
ns_new server "${names[@]}"
ns_lan server "${names[@]}"
server=192.0.2.1
seen=()
for file in ntp.conf ntp-lan.conf ntp-pool.conf ntp-stratum1.conf; do
	rules=$(rules_of "$file")
	if [[ " ${seen[*]} " == *" $(cksum <<<"$rules") "* ]]; then
		pass "$file: has the rules of a file that was tried"
		continue
	fi
	seen+=("$(cksum <<<"$rules")")
	serve "$file"
	for name in "${clients[@]}"; do
		run_client "$name" "$file" &
	done
	# shellcheck disable=SC2046 # process ids
	wait $(jobs -p | grep -vxE "${daemon_pid[server-$file]}|${daemon_pid[count-$file]}")
	stop "count-$file"
	stop "server-$file"
	for name in "${clients[@]}"; do
		judge "$name" "$file"
	done
	table "$file"
done
