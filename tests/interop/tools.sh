#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# tools.sh - our small tools against NTPsec's daemon, chronyd and ours; their output beside
# that of NTPsec's tools; keys of ours for their daemons, and keys of theirs for ours.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer ntpsec/usr/bin/ntpdig ntpsec/usr/bin/ntptrace ntpsec/usr/sbin/ntpwait \
	ntpsec/usr/sbin/ntptime ntpsec/usr/sbin/ntpkeygen ntpsec/usr/sbin/ntpd chrony/usr/sbin/chronyd
theirs() { echo "$PEERS/ntpsec/usr/$1"; }
ntpdate=$top_builddir/ntpdate
sntp=$top_builddir/sntp

# shape TEXT: digits become N, signs of numbers go: what remains is the form.
shape() {
	sed -E 's/[+-]?[0-9]+/N/g; s/(N\.)+N/N/g' <<<"$1"
}

# keys_of FILE: "id secret type" of a key file.
keys_of() {
	awk '!/^#/ && NF >= 3 { print $1, $3, $2 }' "$1"
}

ns_new client ours ntpsec chrony
ns_lan client ours ntpsec chrony

# --- keys first, for the daemons that are to use them

mkdir "$work/keys"
try "ntp-keygen makes keys" env -C "$work/keys" "$top_builddir/ntp-keygen"
keys=$(find "$work/keys" -type f -name 'ntpkey_MD5key_*')
try "NTPsec's ntpkeygen makes keys" env -C "$work/keys" "${ntpsec_python[@]}" "$(theirs sbin/ntpkeygen)"
their_keys=$(find "$work/keys" -type f -name 'ntpkey_AES_*')
keys_of "$keys" | sed -E 's/AES128CMAC/AES128/; s/^([0-9]+) ([0-9a-f]+) (.*)/\1 \3 HEX:\2/' >"$work/chrony.keys"

our_ntpd ours ours 'server 192.0.2.3 iburst minpoll 4' 'restrict default nomodify notrap nopeer' \
	'restrict 127.0.0.1' 'restrict ::1' "keys $their_keys" 'trustedkey 1 (11...20)'
cat >"$work/ntpsec.conf" <<-EOF
	tos orphan 5 orphanwait 1
	driftfile $work/ntpsec.drift
	keys $keys
	trustedkey 1 11 21
	restrict 127.0.0.1
	restrict 192.0.2.0 mask 255.255.255.0
	restrict 2001:db8:2:: mask ffff:ffff:ffff:ffff::
EOF
start ntpsec ntpsec "$(theirs sbin/ntpd)" -n -c "$work/ntpsec.conf"
cat >"$work/chrony.conf" <<-EOF
	local stratum 3
	allow all
	user root
	cmdport 0
	bindcmdaddress /
	pidfile $work/chrony.pid
	keyfile $work/chrony.keys
EOF
start chronyd chrony "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/chrony.conf"

# --- ntp-wait

in_ns ntpsec "$top_builddir/ntp-wait" -n 60 -s 0.5
is $? 0 "our ntp-wait waits for NTPsec's daemon"
in_ns ours "${ntpsec_python[@]}" "$(theirs sbin/ntpwait)" -n 40 -s 1
is $? 0 "NTPsec's ntpwait waits for our daemon"
in_ns ours "$top_builddir/ntp-wait" -n 40 -s 0.5
is $? 0 "our ntp-wait waits for our daemon"

# --- ntpdate and sntp

i=1
for server in ours:6 ntpsec:5 chrony:3; do
	i=$((i + 1))
	for address in "192.0.2.$i" "2001:db8:2::$i"; do
		out=$(in_ns client "$ntpdate" -q -p 1 "$address" 2>&1)
		is $? 0 "ntpdate -q asks ${server%:*} at $address" || note "$out"
		like "$out" "^server $address, stratum ${server#*:}, offset -?0\\.00[0-9]{4}, delay 0\\.0[0-9]{4}\$" \
			"its line"
		mine=$(in_ns client "$sntp" "$address" 2>&1)
		is $? 0 "sntp asks ${server%:*} at $address"
		out=$(in_ns client "${ntpsec_python[@]}" "$(theirs bin/ntpdig)" "$address" 2>&1)
		is "$(shape "$mine")" "$(shape "$out")" "its line has the form of ntpdig's" ||
			note "$mine" "$out"
	done
done
keys_in() { python3 -c 'import json, sys; print(*json.load(sys.stdin))'; }
is "$(in_ns client "$sntp" -j 192.0.2.4 | keys_in)" \
	"$(in_ns client "${ntpsec_python[@]}" "$(theirs bin/ntpdig)" -j 192.0.2.4 | keys_in)" \
	"sntp -j has the members of ntpdig -j"
out=$(in_ns client "$ntpdate" -q 192.0.2.2 192.0.2.3 192.0.2.4 2>&1)
is "$(grep -c '^server ' <<<"$out")" 3 "three servers at once"
like "$out" 'adjust time server 192\.0\.2\.[234] offset -?0\.00[0-9]{4} sec$' "one verdict"

in_ns client "$sntp" -t 1 192.0.2.99 >/dev/null 2>"$work/err"
mine=$?
in_ns client "${ntpsec_python[@]}" "$(theirs bin/ntpdig)" -t 1 192.0.2.99 >/dev/null 2>"$work/err2"
is "$mine" $? "a dead server gives the exit status of ntpdig"
is "$(tail -n 1 "$work/err" | sed 's/^sntp/ntpdig/')" "$(cat "$work/err2")" "and its words, last"
like "$(head -n 1 "$work/err")" '192\.0\.2\.99.*(no answer|not answer|timed out|silent)' \
	"after the server and what it did"

# --- keys

for key in 1 11 21; do
	for address in 192.0.2.3 192.0.2.4; do
		out=$(in_ns client "$ntpdate" -q -p 1 -a "$key" -k "$keys" "$address" 2>&1)
		like "$out" "^server $address, stratum [35], " "key $key of ours works with $address" || note "$out"
	done
done
for key in 1 11; do
	out=$(in_ns client "$ntpdate" -q -p 1 -a "$key" -k "$their_keys" 192.0.2.2 2>&1)
	like "$out" '^server 192\.0\.2\.2, stratum 6, ' "key $key of NTPsec's works with our daemon" ||
		note "$out"
done
out=$(in_ns client "$ntpdate" -q -p 1 -a 2 -k "$keys" 192.0.2.3 2>&1)
is $? 1 "a key that NTPsec does not trust is of no use" || note "$out"

# --- ntptrace

out=$(in_ns client "$top_builddir/ntptrace" -n 192.0.2.2 2>&1)
like "$out" '^192\.0\.2\.2: stratum 6, offset -?0\.00[0-9]{4}, synch distance [0-9]\.[0-9]{6}$' \
	"our ntptrace begins at our daemon"
like "$out" '^192\.0\.2\.3: stratum 5, offset -?0\.0[0-9]{5}, synch distance [0-9]\.[0-9]{6}$' \
	"and goes on to NTPsec's"
mine=$out
out=$(in_ns client env "PATH=$top_builddir:$PATH" "${ntpsec_python[@]}" "$(theirs bin/ntptrace)" \
	-n 192.0.2.2 2>&1)
is "$(shape "$(head -n 2 <<<"$mine")")" "$(shape "$(head -n 2 <<<"$out")")" \
	"NTPsec's ntptrace shows the same, through our ntpq" || note "$out"

# --- ntptime

mine=$(in_ns client "$top_builddir/ntptime" | tail -n 6)
out=$(in_ns client "$(theirs sbin/ntptime)" | tail -n 6)
is "$(shape "$mine")" "$(shape "$out")" "ntptime shows what NTPsec's does"
mine=$(in_ns client "$top_builddir/ntptime" -j | keys_in)
out=$(in_ns client "$(theirs sbin/ntptime)" -j | keys_in)
is "$mine" "${out% version}" "so does ntptime -j"
