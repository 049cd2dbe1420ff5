# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # lib.sh sets the folders
#
# peers.sh - other people's daemons and ours in the namespaces of an interop test. Included
# after tests/lib.sh. The foreign programs are unpacked by fetch-peers, not installed.

ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
ntpstat=$top_builddir/ntpstat

# chrony_server X: chronyd in namespace X gives its own clock as stratum 3.
chrony_server() {
	need_peer chrony/usr/sbin/chronyd
	cat >"$work/chrony.$1" <<-EOF
		local stratum 3
		allow all
		user root
		cmdport 0
		bindcmdaddress /
		pidfile $work/chrony.$1.pid
	EOF
	start "chronyd-$1" "$1" "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/chrony.$1"
	wait_log 10 "chronyd-$1" 'chronyd version' || bail "chronyd starts"
}

# ntpsec_server X: NTPsec's ntpd in namespace X gives its own clock as stratum 5.
ntpsec_server() {
	need_peer ntpsec/usr/sbin/ntpd
	cat >"$work/ntpsec.$1" <<-EOF
		tos orphan 5 orphanwait 1
		driftfile $work/ntpsec.$1.drift
		restrict 127.0.0.1
		restrict ::1
		restrict 192.0.2.0 mask 255.255.255.0
		restrict 2001:db8:2:: mask ffff:ffff:ffff:ffff::
	EOF
	start "ntpsec-$1" "$1" "$(peer ntpsec/usr/sbin/ntpd)" -n -c "$work/ntpsec.$1"
	wait_log 10 "ntpsec-$1" 'Listen normally on .* 192.0.2' || bail "NTPsec's ntpd starts"
}

# openntpd_server X ADDRESS: OpenNTPD in namespace X follows the server at ADDRESS and
# serves on every address. It wants a user and a folder of its own; see also noclock.c.
openntpd_server() {
	need_peer openntpd/usr/sbin/ntpd
	${CC:-cc} -shared -fPIC -o "$work/noclock.so" "$top_srcdir/tests/interop/noclock.c" ||
		bail "noclock.c compiles"
	{ cat /etc/passwd && echo "ntpd:x:65533:65533::/var/lib/openntpd/run:/bin/false"; } \
		>"$work/passwd"
	{ cat /etc/group && echo "ntpd:x:65533:"; } >"$work/group"
	mkdir -p "$work/lib/openntpd/db" "$work/lib/openntpd/run"
	ns_bind "$1" "$work/passwd" /etc/passwd
	ns_bind "$1" "$work/group" /etc/group
	ns_bind "$1" "$work/lib" /var/lib
	printf 'listen on *\nserver %s\n' "$2" >"$work/openntpd.$1"
	start "openntpd-$1" "$1" env "LD_PRELOAD=$work/noclock.so" \
		"$(peer openntpd/usr/sbin/ntpd)" -d -f "$work/openntpd.$1"
	wait_log 10 "openntpd-$1" 'ntp engine ready' || bail "OpenNTPD starts"
}

# our_ntpd NAME X LINE...: our daemon in namespace X with a configuration of these lines.
our_ntpd() {
	local name=$1 x=$2
	shift 2
	printf '%s\n' "driftfile $work/$name.drift" "$@" >"$work/$name.conf"
	start "$name" "$x" "$ntpd" -n -c "$work/$name.conf"
}

# our_server NAME X: our daemon gives its own clock as stratum 6 to everybody.
our_server() {
	our_ntpd "$1" "$2" 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' \
		'tos orphanwait 1' 'restrict default nomodify notrap nopeer' 'restrict 127.0.0.1' \
		'restrict ::1'
	wait_until 15 our_synchronised "$2" || bail "our server has the time of its own clock"
}

# our_synchronised X: true when our daemon in namespace X says that it is synchronised.
our_synchronised() {
	in_ns "$1" "$ntpstat"
}

# peers_of X: the lines of our ntpq for the daemon in namespace X.
peers_of() {
	in_ns "$1" "$ntpq" -pn 2>&1
}

# offset_below MS TABLE: true when every reachable server's offset is smaller than MS.
offset_below() {
	awk -v max="$1" 'NR > 2 && $7 != "0" { n++; if ($9 < -max || $9 > max) bad = 1 }
		END { exit n == 0 || bad }' <<<"$2"
}

# follows NAME ADDRESS STRATUM [OPTION...]: our daemon in namespace client takes the time
# from that server alone. Seven cases.
follows() {
	local name=$1 address=$2 stratum=$3 table
	shift 3
	local what="$name, $address${*:+, $*}"
	our_ntpd client client "server $address iburst minpoll 4 $*"
	wait_until 25 our_synchronised client
	ok $? "$what: synchronised within 25 s"
	table=$(peers_of client)
	like "$table" "^\\*${address:0:15} +[^ ]+ +$stratum u " \
		"$what: is the system peer, of stratum $stratum"
	offset_below 20 "$table"
	ok $? "$what: is within 20 ms of us" || note "$table"
	like "$(in_ns client "$ntpstat")" "^synchronised to NTP server .* stratum $((stratum + 1))" \
		"$what: ntpstat names it"
	running client
	ok $? "$what: the daemon lives"
	stop client
	is $? 0 "$what: the daemon ends well"
	[ -s "$work/client.drift" ] && note "drift file: $(cat "$work/client.drift")"
	unlike "$(cat "$work/client.log")" 'ERROR|runtime error|Assertion' "$what: no error"
}
