#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# keys.sh - files of symmetric keys as chrony and NTPsec have them, and one that all three daemons
# read: each type of key, with ours as server and as client.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer ntpsec/usr/bin/ntpdig ntpsec/usr/sbin/ntpd chrony/usr/sbin/chronyd
sntp=$top_builddir/sntp

# What all read.
cat >"$work/all.keys" <<-'EOF'
	# of three daemons
	1 MD5 tulip
	2 SHA1 twenty-characters-20
	3 SHA256 a-secret-of-text
	4 SHA384 a-secret-of-text
	5 SHA512 a-secret-of-text
	6 SHA3-256 a-secret-of-text
	7 SHA3-512 a-secret-of-text
EOF
# As chrony's manual has it.
cat >"$work/chrony.keys" <<-'EOF'
	! chrony's own
	20 tulip
	21 MD5 ASCII:tulip
	22 SHA1 HEX:B028F91EA5C38D06C2E140B26C7F41EC
	23 SHA256 HEX:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567
	24 SHA384 ASCII:text-of-more-than-twenty-characters
	25 SHA512 HEX:00
	26 SHA3-224 HEX:0123456789ABCDEF
	27 SHA3-384 HEX:0123456789ABCDEF
	28 AES128 HEX:000102030405060708090A0B0C0D0E0F
	29 AES256 HEX:000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F
	30 AES128 sixteen-octets16
	70000 SHA1 ASCII:an-id-beyond-65535
	4294967295 AES128 HEX:0f0e0d0c0b0a09080706050403020100
EOF
# As NTPsec's.
cat >"$work/ntpsec.keys" <<-'EOF'
	40 AES 000102030405060708090a0b0c0d0e0f
	41 AES-128 000102030405060708090a0b0c0d0e0f
	42 AES128CMAC 000102030405060708090a0b0c0d0e0f
	43 AES-192 000102030405060708090a0b0c0d0e0f1011121314151617
	44 AES-256 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
	45 AES-128 sixteen-octets16
	46 M tulip
	47 SHA-1 0123456789abcdef0123456789abcdef01234567
	48 SHA512-256 0123456789abcdef0123456789abcdef
	49 CAMELLIA-128 000102030405060708090a0b0c0d0e0f
	50 RIPEMD160 tulip
EOF
cat "$work/all.keys" "$work/chrony.keys" "$work/ntpsec.keys" >"$work/our.keys"
chmod 600 "$work"/*.keys

# ids FILE: the ids in it.
ids() {
	awk '/^[0-9]/ { print $1 }' "$@"
}

# type_of ID: its type, for the names of cases.
type_of() {
	awk -v id="$1" '$1 == id { print NF == 2 ? "without a type" : $2 }' "$work/our.keys"
}

echo "keys $work/our.keys" >"$work/check.conf"
like "$("$ntpd" --check-config -c "$work/check.conf" 2>&1)" ': 0 errors' \
	"one file of all their forms is read without an error"

ns_new ours chrony ntpsec
ns_lan ours chrony ntpsec

our_ntpd ours ours 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'tos orphanwait 1' \
	'restrict default nomodify' "keys $work/our.keys" 'trustedkey (1 ... 4294967295)'

# chrony: its own keys and those of all.
cat "$work/all.keys" "$work/chrony.keys" >"$work/chronyd.keys"
cat >"$work/chrony.conf" <<-EOF
	local stratum 3
	allow all
	user root
	cmdport 0
	bindcmdaddress /
	pidfile $work/chrony.pid
	keyfile $work/chronyd.keys
EOF
start chronyd chrony "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/chrony.conf"
cat "$work/all.keys" "$work/ntpsec.keys" >"$work/ntpsecd.keys"
cat >"$work/ntpsec.conf" <<-EOF
	tos orphan 5 orphanwait 1
	driftfile $work/ntpsec.drift
	keys $work/ntpsecd.keys
	trustedkey $(ids "$work/ntpsecd.keys" | xargs)
	restrict default nomodify
EOF
start ntpsec ntpsec "$(peer ntpsec/usr/sbin/ntpd)" -n -c "$work/ntpsec.conf"
wait_until 15 our_synchronised ours || bail "our server has the time of its own clock"
wait_log 10 chronyd 'chronyd version' || bail "chronyd starts"
unlike "$(cat "$work/chronyd.log")" 'Could not parse|Invalid key|nvalid length' \
	"chronyd reads its keys and those of all"
unlike "$(cat "$work/ours.log")" '\.keys:' "and ours all of them"

# --- ours is the server

jobs=()
for id in $(ids "$work/chronyd.keys"); do
	in_ns chrony timeout 30 "$(peer chrony/usr/sbin/chronyd)" -x -Q -t 20 'user root' 'cmdport 0' \
		'bindcmdaddress /' "pidfile $work/chronyd.$id" "keyfile $work/chronyd.keys" \
		"server 192.0.2.1 iburst key $id" >"$work/of.$id" 2>&1 &
	jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job"; done
for id in $(ids "$work/chronyd.keys"); do
	like "$(cat "$work/of.$id")" 'System clock wrong by' "chronyd asks ours: key $id, $(type_of "$id")"
done
dig=("${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpdig)")
for id in $(ids "$work/ntpsecd.keys" | grep -vx 46); do # M is known to its daemon only
	like "$(in_ns ntpsec "${dig[@]}" -a "$id" -k "$work/ntpsecd.keys" 192.0.2.1 2>&1)" \
		'192\.0\.2\.1 s6' "NTPsec's ntpdig asks ours: key $id, $(type_of "$id")"
done

# --- ours is the client

for id in $(ids "$work/chronyd.keys"); do
	like "$(in_ns ours "$sntp" -a "$id" -k "$work/our.keys" 192.0.2.2 2>&1)" '192\.0\.2\.2 s3' \
		"ours asks chronyd: key $id, $(type_of "$id")"
done
wait_until 20 in_ns ours "$sntp" 192.0.2.3 >/dev/null 2>&1
for id in $(ids "$work/ntpsecd.keys"); do
	like "$(in_ns ours "$sntp" -a "$id" -k "$work/our.keys" 192.0.2.3 2>&1)" '192\.0\.2\.3 s5' \
		"ours asks NTPsec: key $id, $(type_of "$id")"
done

# A wrong secret of the same type is found out: what was seen above is no accident.
sed 's/tulip/narcissus/' "$work/our.keys" >"$work/wrong.keys"
unlike "$(in_ns ours "$sntp" -a 1 -k "$work/wrong.keys" 192.0.2.2 2>&1)" '192\.0\.2\.2 s3' \
	"another secret is refused by chronyd's answer"

# --- a key of a cipher has its length

printf '%s\n' '1 AES128CMAC short' '  2 AES256 HEX:0001' '3 MD5 good' >"$work/bad.keys"
echo "keys $work/bad.keys" >"$work/check.conf"
out=$("$ntpd" --check-config -c "$work/check.conf" 2>&1)
like "$out" "bad.keys:1:14: .*has 16 octets, which are 32 hex digits, but this one has 5 octets" \
	"the length that is wanted, with file, line and column"
like "$out" "bad.keys:2:12: .*has 32 octets, which are 64 hex digits, but this one has 2 octets" \
	"and of the longer cipher"
