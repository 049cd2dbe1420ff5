#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_tools.sh - ntpdate and sntp with --nts, as they are installed, against our ntpd with a
# certificate of a private CA: what they print, what fails and why, and what goes over the wire.
# A clock of 1970 is simulated in tests/unit/tools.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
# shellcheck source=tests/interop/nts_rig.sh
. "$top_srcdir/tests/interop/nts_rig.sh"
ntpdate=$top_builddir/ntpdate
sntp=$top_builddir/sntp
chmod 755 "$work"

# status NAME EXPECTED COMMAND...: runs it in namespace client; output in out, errors in err.
status() {
	local name=$1 expected=$2 got=0
	shift 2
	out=$(in_ns client "$@" 2>"$work/err") || got=$?
	err=$(cat "$work/err")
	is "$got" "$expected" "$name" || note "$out" "$err"
}

nts_certificates
ns_new server client
ns_join server client
ns_hosts client '192.0.2.1 ntp.nts.test' '192.0.2.1 other.nts.test' '192.0.2.77 dead.nts.test'
our_nts_server server server
nts_capture wire server

line='server 192\.0\.2\.1, stratum 6, offset -?0\.0[0-9]{5}, delay 0\.0[0-9]{4}, NTS AES_SIV_CMAC_256'
status "ntpdate -q --nts asks" 0 "$ntpdate" -q --nts-ca "$nts/ca.pem" --nts ntp.nts.test
like "$out" "^$line\$" "and tells by what it was authenticated"
like "$out" 'adjust time server 192\.0\.2\.1 offset -?0\.0[0-9]{5} sec$' "the verdict is as ever"
is "$err" '' "no error"
status "ntpdate -d --nts tells more" 0 "$ntpdate" -d -p 1 --nts-ca "$nts/ca.pem" --nts ntp.nts.test:4460
like "$out" '^keys\(192\.0\.2\.1\): NTS AES_SIV_CMAC_256, keys from 192\.0\.2\.1:4460: TLSv1\.3, [A-Z0-9_]+ \([0-9]+\), 8 cookies of 104 octets, in 0\.[0-9]{3} s$' \
	"of the keys"
like "$out" '^authenticated by NTS AES_SIV_CMAC_256' "of the server"
status "ntpdate --nts may not set the clock here" 1 "$ntpdate" -p 1 --nts-ca "$nts/ca.pem" --nts ntp.nts.test
like "$err" "Can't adjust the time of day: Operation not permitted" "and says so"
status "sntp --nts asks" 0 "$sntp" --nts-ca "$nts/ca.pem" --nts ntp.nts.test
like "$out" ' ntp\.nts\.test 192\.0\.2\.1 s6 no-leap NTS AES_SIV_CMAC_256$' "and tells by what"
status "so it does in JSON" 0 "$sntp" -j --nts-ca "$nts/ca.pem" --nts ntp.nts.test
like "$out" '"adjusted": false, "nts": "AES_SIV_CMAC_256"\}$' "and tells by what"
status "a file is found from the folder of the caller" 0 env -C "$nts" "$sntp" --nts-ca ca.pem --nts ntp.nts.test
ln -s ca.pem "$nts/$(openssl x509 -hash -noout -in "$nts/ca.pem").0"
status "a folder of certificates" 0 "$sntp" --nts-ca "$nts" --nts ntp.nts.test
status "beside another host" 0 "$sntp" --nts-ca "$nts/ca.pem" --nts ntp.nts.test --nts other.nts.test
like "$err" '^sntp: other\.nts\.test: no NTS keys from 192\.0\.2\.1:4460: certificate for another name: its certificate is for ntp\.nts\.test, not for other\.nts\.test;' \
	"which fails, with its cause"
status "nobody's rights are enough" 0 setpriv --reuid=65534 --regid=65534 --clear-groups \
	"$sntp" --nts-ca "$nts/ca.pem" --nts ntp.nts.test

# causes CAUSE EXPECTED OPTION...: both tools end with 1 and name the cause.
causes() {
	local cause=$1 pattern=$2
	shift 2
	status "ntpdate fails: $cause" 1 "$ntpdate" -q -p 1 -t 0.4 "$@"
	like "$err" "ntpdate\\[[0-9]+\\]: [a-z.0-9:]+: no NTS keys from $pattern" "and says why"
	like "$err" 'no server suitable for synchronization found$' "and what it means"
	status "sntp fails: $cause" 1 "$sntp" -t 0.4 "$@"
	like "$err" "^sntp: [a-z.0-9:]+: no NTS keys from $pattern" "and says why"
	is "$(grep -c . <<<"$err")" 2 "once"
}
causes "a CA that is not the system's" '192\.0\.2\.1:4460: untrusted certificate: .*; a private CA is named by --nts-ca$' \
	--nts ntp.nts.test
causes "a CA that is not there" "192\\.0\\.2\\.1:4460: trusted certificates: /none/ca.pem: No such file or directory; --nts-ca " \
	--nts-ca /none/ca.pem --nts ntp.nts.test
causes "a port where nobody is" '192\.0\.2\.1:4461: no route: Connection refused; is TCP' \
	--nts-ca "$nts/ca.pem" --nts ntp.nts.test:4461
causes "a host that is dead" '192\.0\.2\.77:4460: no ' --nts-ca "$nts/ca.pem" --nts dead.nts.test
status "a name that leads nowhere" 1 "$ntpdate" -q --nts no.nts.test
like "$err" "Can't find host no\\.nts\\.test: " "is told of"

stop wire
note "octets there/back $(nts_sizes wire)"
like "$(nts_sizes wire)" '^232/232 x[0-9]+ $' "all packets have NTS, and answers are no longer than requests"

for cert in expired early; do
	stop server
	our_nts_server server server
	case $cert in
	expired) causes "a certificate that has ended" '192\.0\.2\.1:4460: expired certificate: .* ended on 20' \
		--nts-ca "$nts/ca.pem" --nts ntp.nts.test ;;
	early) causes "a certificate that is not valid yet" '192\.0\.2\.1:4460: certificate not valid yet: .* begins on 20' \
		--nts-ca "$nts/ca.pem" --nts ntp.nts.test ;;
	esac
	status "its dates are held against the server's time" 1 "$sntp" --nts-no-time-check \
		--nts-ca "$nts/ca.pem" --nts ntp.nts.test
	like "$err" 'its time lies outside of the dates of its certificate|it ended before this program was built' \
		"by which it is not valid either"
done
test_end
