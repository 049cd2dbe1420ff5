#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_howto.sh - the way from nothing to a server with NTS and its clients that ntp.conf(5) has, word
# by word: what stands in the page is run as it stands there, with folders and a user that are here.
# A CA of one's own, its certificate, the lines of the server and of a client; then a renewal by the
# program for certbot, a client that does not trust the CA, a pair of ntp-keygen, and bad ones.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need openssl awk install
chmod 755 "$work"
page=$top_srcdir/man/ntp.conf.5
user=nobody:nogroup

# block NAME: what the page shows below the mark, as a reader sees it.
block() {
	awk -v mark=".\\\\\" howto: $1" '$0 == mark { below = 1; next }
		below && /^\.Bd / { inside = 1; next }
		inside && /^\.Ed/ { exit }
		inside' "$page" | sed 's/\\e/\\/g'
}

# here HOST: the text on standard input with the folders and the user of this test.
here() {
	sed -e "s|/etc/|$work/$1/etc/|g" -e 's/-g ntp /-g nogroup /' -e "s/ntp:ntp/$user/"
}

# follow NAME HOST FOLDER: runs what the page shows, in a folder, until a command fails.
follow() {
	block "$1" | sed 's/^# //' | here "$2" >"$work/$1.sh"
	[ -s "$work/$1.sh" ] || return 1
	(cd "$3" && PATH=$work/$2/bin:$PATH sh -e "$work/$1.sh")
}

# What systemctl is asked for is noted, and ntpd has the configuration of its host.
for host in server client stranger; do
	mkdir -p "$work/$host/etc" "$work/$host/lib" "$work/$host/bin"
	chown "$user" "$work/$host/lib"
	printf '#!/bin/sh\necho "$*" >>%s\n' "$work/$host/asked" >"$work/$host/bin/systemctl"
	printf '#!/bin/sh\nexec %s "$@" -c %s\n' "$top_builddir/ntpd" "$work/$host/etc/ntp.conf" \
		>"$work/$host/bin/ntpd"
	chmod 755 "$work/$host/bin/"*
done
for name in hook deploy ca sign install server check restart trust client; do
	is "$(block "$name" | grep -c .)" "$(block "$name" | wc -l)" "the page has a part '$name'"
	[ -n "$(block "$name")" ] || bail "there is something in it"
done

# --- the CA, and a certificate by it -------------------------------------------------

mkdir "$work/ca"
try "a CA is made" follow ca server "$work/ca"
try "it signs a certificate for the server" follow sign server "$work/ca"
try "which is good for a server of TLS of this name" openssl verify -x509_strict -purpose sslserver \
	-verify_hostname ntp.example.net -CAfile "$work/ca/ca.pem" "$work/ca/cert-chain.pem"
is "$(stat -c %a "$work/ca/ca-key.pem" "$work/ca/key.pem" | sort -u)" 600 "the keys are their owner's"

# --- the server ----------------------------------------------------------------------

mkdir "$work/sent"
cp "$work/ca/key.pem" "$work/ca/cert-chain.pem" "$work/sent"
try "both files come to their places" follow install server "$work/sent"
is "$(stat -c '%a %G' "$work/server/etc/ntp/key.pem")" "640 nogroup" "the key for the daemon's group"
{
	printf '%s\n' 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 1' 'tos orphanwait 1' \
		'restrict default nomodify' "driftfile $work/server/lib/drift" \
		"nts cookie $work/server/lib/nts-keys"
	block server | here server
} >"$work/server/etc/ntp.conf"
try "the configuration is right" follow check server /
like "$(cat "$work/try.out")" 'note: the certificate is for ntp\.example\.net, until 20' \
	"and what the certificate is for is told"
unlike "$(cat "$work/try.out")" 'error:|nts.* not in effect' "nothing is wrong with it"
try "the daemon is started again" follow restart server /
is "$(cat "$work/server/asked")" "restart ntpd" "by the service"

ns_new server client stranger
ns_lan server client stranger
for host in client stranger; do
	ns_hosts "$host" '192.0.2.1 ntp.example.net'
done
start server server "$top_builddir/ntpd" -n -u "$user" -c "$work/server/etc/ntp.conf"
try "the server has time" wait_until 20 in_ns server "$top_builddir/ntpstat"
try "and gives out keys" wait_until 10 in_ns client openssl s_client -connect 192.0.2.1:4460 \
	-tls1_3 -alpn ntske/1 -CAfile "$work/ca/ca.pem" -verify_return_error </dev/null

# --- its clients ---------------------------------------------------------------------

mkdir "$work/given"
cp "$work/ca/ca.pem" "$work/given"
try "a client gets the CA's certificate" follow trust client "$work/given"
{
	printf '%s\n' "driftfile $work/client/lib/drift" "nts state $work/client/lib/nts-client" \
		'restrict default nomodify'
	block client | here client
} >"$work/client/etc/ntp.conf"
try "its configuration is right" follow check client /
start client client "$top_builddir/ntpd" -n -u "$user" -c "$work/client/etc/ntp.conf"
try "the client has time" wait_until 30 in_ns client "$top_builddir/ntpstat"
like "$(cat "$work/client.log")" 'NTSc: Got 8 cookies' "by cookies that it got"
like "$(in_ns client "$top_builddir/ntpq" -pn)" '^\*192\.0\.2\.1 +[^ ]+ +[0-9]+ [78] ' \
	"and follows the server, with as many cookies as column t shows"

# Who has no copy of ca.pem has no server: nothing is asked unprotected.
printf '%s\n' "driftfile $work/stranger/lib/drift" "nts state $work/stranger/lib/nts-client" \
	"$(block client | sed 's/ ca .*//')" >"$work/stranger/etc/ntp.conf"
start stranger stranger "$top_builddir/ntpd" -n -u "$user" -c "$work/stranger/etc/ntp.conf"
try "a client that does not trust the CA says so" wait_log 20 stranger 'ntp\.example\.net.*trust'
in_ns stranger "$top_builddir/ntpstat" >/dev/null 2>&1
is $? 1 "and has no time"

# --- a renewal, as by certbot --------------------------------------------------------

# shown: the serial number of the certificate that the server shows.
shown() {
	in_ns client openssl s_client -connect 192.0.2.1:4460 -tls1_3 -alpn ntske/1 </dev/null \
		2>/dev/null | openssl x509 -noout -serial
}

before=$(shown)
live=$work/server/etc/letsencrypt/live/ntp.example.net
hook=$work/server/etc/letsencrypt/renewal-hooks/deploy/ntpd
mkdir -p "$live" "${hook%/*}" "$work/renewed"
cp "$work/ca/ca.pem" "$work/ca/ca-key.pem" "$work/renewed"
try "the certificate is renewed" follow sign server "$work/renewed"
mv "$work/renewed/cert-chain.pem" "$live/fullchain.pem"
mv "$work/renewed/key.pem" "$live/privkey.pem"
block hook | here server >"$hook"
try "the program for certbot puts it into its place" follow deploy server /
is "$(tail -n 1 "$work/server/asked")" "try-reload-or-restart ntpd" "and tells ntpd"
is "$(stat -c '%a %G' "$work/server/etc/ntp/key.pem")" "640 nogroup" "with the same rights as before"
try "which is a pair" follow check server /
kill -HUP "${daemon_pid[server]}"
now=$(openssl x509 -noout -serial -in "$work/server/etc/ntp/cert-chain.pem")
[ "$now" != "$before" ]
ok $? "it is another one"
is_shown() { [ "$(shown)" = "$now" ]; }
try "the new one is shown from then on" wait_until 10 is_shown
try "the client still has time" in_ns client "$top_builddir/ntpstat"

# --- a pair of ntp-keygen, by what it prints ------------------------------------------

# printed WORD: the line for a configuration that begins so.
printed() { sed -n "s/^\t\($1 .*\)/\1/p" "$work/printed"; }

stop stranger
mkdir -p "$work/server/etc/try" "$work/stranger/etc/ntp"
"$top_builddir/ntp-keygen" --nts "--output=$work/server/etc/try" ntp.example.net >"$work/printed"
ok $? "ntp-keygen makes a pair to try with"
chown "$user" "$work/server/etc/try/key.pem"
sed -i '/^nts [ek]/d; /^nts cert/d' "$work/server/etc/ntp.conf"
printed nts >>"$work/server/etc/ntp.conf"
try "the server takes its line" follow check server /
kill -HUP "${daemon_pid[server]}"
cp "$work/server/etc/try/cert-chain.pem" "$work/stranger/etc/ntp"
printf '%s\n' "driftfile $work/stranger/lib/drift" "nts state $work/stranger/lib/nts-client" \
	"$(printed server | here stranger) iburst" >"$work/stranger/etc/ntp.conf"
start follower stranger "$top_builddir/ntpd" -n -u "$user" -c "$work/stranger/etc/ntp.conf"
try "a client that has a copy gets time by it" wait_until 30 in_ns stranger "$top_builddir/ntpstat"
like "$(cat "$work/follower.log")" 'NTSc: Got 8 cookies' "with NTS"

# --- what is wrong is told where it stands, and what was good stays --------------------

before=$(shown)
chmod 644 "$work/server/etc/try/key.pem"
kill -HUP "${daemon_pid[server]}"
try "a key that everybody may read is told of at its line" wait_log 10 server \
	'ntp\.conf:7:[0-9]+: every user of this host may read the private key .*; the certificate of before stays'
is "$(shown)" "$before" "and the pair of before is shown on"
chmod 600 "$work/server/etc/try/key.pem"
"$top_builddir/ntp-keygen" --nts "--output=$work/sent" ntp.example.net >/dev/null 2>&1
is $? 1 "ntp-keygen writes over no pair"
cp "$work/ca/key.pem" "$work/server/etc/try/key.pem"
kill -HUP "${daemon_pid[server]}"
try "so is the key of another certificate" wait_log 10 server \
	'ntp\.conf:7:[0-9]+: nts key: .* has the key of another certificate: .*; the certificate of before stays'
is "$(shown)" "$before" "and the pair of before is shown on"
test_end
