# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # lib.sh sets the folders
#
# nts_rig.sh - NTS in the namespaces of an interop test: a certificate authority of its own,
# certificates good and bad, and chronyd, NTPsec's ntpd and ours as servers and as clients. Included
# after peers.sh. Every server is ntp.nts.test in its namespace, and is known there by that name.

need openssl
nts=$work/nts # the authority, the certificates, the cookie keys
chmod 711 "$work" # our process of key exchange is nobody, and reads what is trusted

# --- certificates ----------------------------------------------------------------------

# nts_authority: makes the authority: $nts/ca.pem, $nts/ca.key.
nts_authority() {
	mkdir -p "$nts"
	: >"$nts/index"
	cat >"$nts/ca.conf" <<-EOF_CONF
		[ca]
		default_ca = own
		[own]
		database = $nts/index
		new_certs_dir = $nts
		certificate = $nts/ca.pem
		private_key = $nts/ca.key
		rand_serial = yes
		unique_subject = no
		default_md = sha256
		policy = any
		copy_extensions = copy
		[any]
		commonName = supplied
	EOF_CONF
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
		-subj '/CN=test authority' -addext basicConstraints=critical,CA:TRUE \
		-keyout "$nts/ca.key" -out "$nts/ca.pem" 2>"$nts/openssl.log" ||
		bail "openssl makes an authority"
}

# nts_leaf FILE DNS-NAME FROM TO: a certificate in $nts/FILE.pem, the authority's behind it, and its
# key in $nts/FILE.key; valid between two times as date -d reads them.
nts_leaf() {
	local form=+%Y%m%d%H%M%SZ
	{
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
			-addext "subjectAltName=DNS:$2" -addext extendedKeyUsage=serverAuth \
			-keyout "$nts/$1.key" -out "$nts/$1.csr" &&
			openssl ca -batch -notext -config "$nts/ca.conf" -in "$nts/$1.csr" \
				-startdate "$(date -u -d "$3" "$form")" \
				-enddate "$(date -u -d "$4" "$form")" -out "$nts/$1.crt"
	} 2>>"$nts/openssl.log" || bail "openssl makes the certificate $1"
	cat "$nts/$1.crt" "$nts/ca.pem" >"$nts/$1.pem"
	chmod 600 "$nts/$1.key"
}

# nts_certificates: the authority, and good, expired, early (not valid yet), other (of another name)
# and stranger (by another authority).
nts_certificates() {
	nts_authority
	nts_leaf stranger ntp.nts.test '1 hour ago' '90 days'
	nts_authority
	nts_leaf good ntp.nts.test '1 hour ago' '90 days'
	nts_leaf expired ntp.nts.test '90 days ago' '1 hour ago'
	nts_leaf early ntp.nts.test '2 days' '90 days'
	nts_leaf other elsewhere.nts.test '1 hour ago' '90 days'
}

# nts_hosts ADDRESS X...: in these namespaces ntp.nts.test is there.
nts_hosts() {
	local address=$1 x
	shift
	for x in "$@"; do
		ns_hosts "$x" "$address ntp.nts.test"
	done
}

# --- servers: each gives its own clock, with the certificate $nts/$cert.pem; NTPsec's and ours
# --- keep the keys of their cookies in $cookies, "": $work/NAME.cookies ----------------------

cert=good cookies=

# chrony_nts_server NAME X [LINE...]: chronyd; its cookie keys are in $work/NAME.dump.
chrony_nts_server() {
	local name=$1 x=$2
	shift 2
	need_peer chrony/usr/sbin/chronyd
	mkdir -p "$work/$name.dump"
	chmod 700 "$work/$name.dump"
	printf '%s\n' 'local stratum 3' 'allow all' 'user root' 'cmdport 0' 'bindcmdaddress /' \
		"pidfile $work/$name.pid" "ntsservercert $nts/$cert.pem" \
		"ntsserverkey $nts/$cert.key" "ntsdumpdir $work/$name.dump" 'ntsprocesses 1' "$@" \
		>"$work/$name.conf"
	start "$name" "$x" "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/$name.conf"
	wait_log 10 "$name" 'chronyd version' || bail "chronyd starts"
}

# ntpsec_nts_server NAME X [LINE...]: NTPsec's.
ntpsec_nts_server() {
	local name=$1 x=$2
	shift 2
	need_peer ntpsec/usr/sbin/ntpd
	printf '%s\n' 'tos orphan 5 orphanwait 1' "driftfile $work/$name.drift" 'restrict default' \
		'nts enable' "nts cert $nts/$cert.pem" "nts key $nts/$cert.key" \
		"nts cookie ${cookies:-$work/$name.cookies}" "$@" >"$work/$name.conf"
	start "$name" "$x" "$(peer ntpsec/usr/sbin/ntpd)" -n -c "$work/$name.conf"
	wait_log 10 "$name" 'Listen normally on .* 192.0.2' || bail "NTPsec's ntpd starts"
}

# our_nts_server NAME X [LINE...]: ours.
our_nts_server() {
	local name=$1 x=$2
	shift 2
	our_ntpd "$name" "$x" 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'tos orphanwait 1' \
		'restrict default nomodify notrap nopeer' 'restrict 127.0.0.1' 'restrict ::1' \
		'nts enable' "nts cert $nts/$cert.pem" "nts key $nts/$cert.key" \
		"nts cookie ${cookies:-$work/$name.cookies}" "$@"
	wait_until 15 our_synchronised "$x" || bail "our NTS server has the time of its own clock"
}

# --- clients of ntp.nts.test; the words go behind the server line ------------------------

# chrony_nts_client NAME X [WORDS]: its keys and cookies are in $work/NAME.dump when it has ended.
chrony_nts_client() {
	need_peer chrony/usr/sbin/chronyd
	mkdir -p "$work/$1.dump"
	chmod 700 "$work/$1.dump"
	printf '%s\n' "server ntp.nts.test nts iburst minpoll 1 maxpoll 1 ${3:-}" \
		"ntstrustedcerts $nts/ca.pem" "ntsdumpdir $work/$1.dump" 'user root' 'cmdport 0' \
		"bindcmdaddress $work/$1.dump/sock" "pidfile $work/$1.pid" >"$work/$1.conf"
	start "$1" "$2" "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/$1.conf"
}

# ntpsec_nts_client NAME X [WORDS]
ntpsec_nts_client() {
	need_peer ntpsec/usr/sbin/ntpd
	printf '%s\n' "server ntp.nts.test nts iburst minpoll 4 maxpoll 4 ca $nts/ca.pem ${3:-}" \
		"driftfile $work/$1.drift" 'restrict 127.0.0.1' 'restrict ::1' >"$work/$1.conf"
	start "$1" "$2" "$(peer ntpsec/usr/sbin/ntpd)" -n -c "$work/$1.conf"
}

# our_nts_client NAME X [WORDS [LINE...]]: strict, so that it does the same on a machine without a
# hardware clock, where keys are not kept before the dates of certificates can be checked.
our_nts_client() {
	local name=$1 x=$2 words=${3:-}
	shift $(($# < 3 ? $# : 3))
	our_ntpd "$name" "$x" "server ntp.nts.test nts iburst minpoll 4 maxpoll 4 ca $nts/ca.pem $words" \
		"nts state $work/$name.state" 'nts certtime strict' "$@"
}

# Whether the client NAME in namespace X follows ntp.nts.test.
chrony_nts_follows() {
	in_ns "$2" "$(peer chrony/usr/bin/chronyc)" -h "$work/$1.dump/sock" -n tracking |
		grep -q '^Leap status *: Normal'
}
ntpsec_nts_follows() { [ "$(nts_cookies_of "$2")" -ge 0 ] && peers_of "$2" | grep -q '^\*'; }
our_nts_follows() {
	peers_of "$2" | grep -q '^\*' && in_ns "$2" "$ntpq" -n -c 'rv &1' 127.0.0.1 | grep -q ', auth, '
}

# nts_cookies_of X: how many cookies the only source of the ntpd in X has; -1: it has no NTS.
nts_cookies_of() {
	local id
	id=$(in_ns "$1" "$ntpq" -n -c as 127.0.0.1 | awk '$3 ~ /^[0-9a-f]+$/ { print $2; exit }')
	in_ns "$1" "$ntpq" -n -c "rv $id ntscookies" 127.0.0.1 | sed -n 's/.*ntscookies=\(-*[0-9]*\).*/\1/p'
}

# nts_jar_full X, nts_jar_lacks X: it has all its cookies, or one less while a request is under way;
# it has fewer.
nts_jar_full() { [ "$(nts_cookies_of "$1")" -ge 7 ]; }
nts_jar_lacks() { [ "$(nts_cookies_of "$1")" -lt 7 ]; }

# ask OPTION...: nts_ask in namespace client asks $host; what it says is in asked, and its status is
# returned.
host=ntp.nts.test asked=
ask() {
	# shellcheck disable=SC2034 # for the tests
	asked=$(in_ns client "$top_builddir/tests/interop/nts_ask" -c "$nts/ca.pem" \
		-n ntp.nts.test "$@" "$host" 2>&1)
}

# --- what went over the wire -------------------------------------------------------------

# nts_capture NAME X: dumpcap in X takes down what goes to and from UDP port 123, or what $filter lets
# through, until it is stopped.
nts_capture() {
	need dumpcap python3
	start "$1" "$2" dumpcap -q -i eth0 -f "${filter:-udp port 123}" -w "$work/$1.pcapng"
	wait_log 60 "$1" Capturing || bail "dumpcap captures"
}

# nts_packets NAME [SERVER]: the datagrams of a capture in order, a line each: "request OCTETS",
# "answer OCTETS" of the server, in hex.
nts_packets() {
	python3 "$top_srcdir/tests/interop/packets.py" "$work/$1.pcapng" |
		awk -v server="${2:-192.0.2.1}" '{ print ($1 == server ? "answer" : "request"), $2 }'
}

# nts_caught NAME: true when the capture, which may go on, has a few packets by now.
nts_caught() { [ "$(nts_packets "$1" | grep -c answer)" -ge 3 ]; }

# nts_sizes NAME: what a capture came to: "228/228 232/232", with how often when more than once.
nts_sizes() {
	nts_packets "$1" | awk '{ n = length($2) / 2 } $1 == "request" { asked = n }
		$1 == "answer" { pairs[asked "/" n]++ }
		END { for (p in pairs) printf "%s x%d ", p, pairs[p] }'
}

# nts_pair CLIENT SERVER [WORDS [LINE...]]: the client in namespace client follows the server that
# runs in namespace server, with nothing in clear; the sizes of the packets go to the log.
nts_pair() {
	local client=$1 server=$2 what="$1 asks $2${3:+, $3}"
	shift 2
	nts_capture "cap-$client-$server" server
	"${client}_nts_client" client client "$@"
	wait_until 40 "${client}_nts_follows" client client
	ok $? "$what: follows"
	[ "$client" = chrony ] || note "$(peers_of client)"
	wait_until 15 nts_caught "cap-$client-$server"
	if [ "$client" != chrony ]; then
		nts_jar_full client
		ok $? "$what: with the cookies it was given, $(nts_cookies_of client)"
	fi
	stop client
	stop "cap-$client-$server"
	note "$what: octets there/back $(nts_sizes "cap-$client-$server")"
	like "$(nts_sizes "cap-$client-$server")" '^[0-9]{3,}/[0-9]{3,} ' "$what: packets"
	unlike "$(nts_packets "cap-$client-$server")" '^[a-z]* .{96,130}$' "$what: none in clear"
	rm -rf "$work/client.dump" "$work/client.log" "$work/client.state" "$work/cap-$client-$server.pcapng"
}
