#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# tools.sh - ntpdate, sntp, ntp-wait, ntptrace, ntptime, ntp-keygen and ntpdc as they are
# installed: output, exit status and files. None of them may set the clock here.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
ntpdate=$top_builddir/ntpdate
sntp=$top_builddir/sntp

# status NAME EXPECTED X COMMAND...: runs it in namespace X; output in out, errors in err.
status() {
	local name=$1 expected=$2 x=$3 got=0
	shift 3
	out=$(in_ns "$x" "$@" 2>"$work/err") || got=$?
	err=$(cat "$work/err")
	is "$got" "$expected" "$name" || note "$out" "$err"
}

ns_new server client
ns_join server client
ns_hosts client '192.0.2.1 both.example' '2001:db8:2::1 both.example' \
	'192.0.2.77 half.example' '2001:db8:2::1 half.example'

# --- before any daemon runs

status "ntp-wait gives up when no daemon runs" 1 server "$top_builddir/ntp-wait" -n 2 -s 0.1 -v
is "$out" "$(printf 'Waiting for ntpd to synchronize.... No!\nntpd did not synchronize.')" \
	"and says so with -v"
status "ntptrace fails when no daemon runs" 1 server "$top_builddir/ntptrace" -n
like "$err" '^localhost: timed out, nothing received$' "and says so"
status "ntpdate fails when no server answers" 1 client "$ntpdate" -q -p 1 -t 0.4 192.0.2.1
like "$err" 'ntpdate\[[0-9]+\]: no server suitable for synchronization found$' "and says so"
like "$err" '192\.0\.2\.1: Connection refused$' "and why"

in_ns server "$top_builddir/ntp-wait" -n 60 -s 0.5 &
waiting=$!
our_server server server
wait "$waiting"
is $? 0 "ntp-wait that began before the daemon ends with 0"

# --- ntpdate

line='server %s, stratum 6, offset -?0\.0[0-9]{5}, delay 0\.0[0-9]{4}'
for address in 192.0.2.1 2001:db8:2::1; do
	status "ntpdate -q asks $address" 0 client "$ntpdate" -q -p 2 "$address"
	# shellcheck disable=SC2059 # the format is above
	like "$out" "^$(printf "$line" "$address")\$" "a line for $address"
	like "$out" "^[ 1-3][0-9] [A-Z][a-z]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} ntpdate\\[[0-9]+\\]: adjust time server $address offset -?0\\.0[0-9]{5} sec\$" \
		"the verdict for $address"
	is "$err" '' "no error for $address"
done
status "ntpdate asks every address of a name" 0 client "$ntpdate" -q -p 1 both.example
is "$(grep -c '^server .*, stratum 6,' <<<"$out")" 2 "both families answer"
status "a dead address of a name does no harm" 0 client "$ntpdate" -q -p 1 -t 1 half.example
like "$out" '^server 192\.0\.2\.77, stratum 0, offset 0\.000000, delay 0\.00000$' "it is shown as dead"
like "$out" 'adjust time server 2001:db8:2::1 ' "the other one counts"
status "a family alone" 0 client "$ntpdate" -4 -q -p 1 both.example
unlike "$out" 2001: "-4 leaves out the other"
status "a name that does not exist" 1 client "$ntpdate" -q no.example
like "$err" "Can't find host no\\.example: " "is named"
like "$err" 'no servers can be used, exiting$' "and nothing is left"

status "without the right to it the clock is not set" 1 client "$ntpdate" -p 1 192.0.2.1
like "$err" "Can't adjust the time of day: Operation not permitted; it needs root" "and that is said"
status "beside a daemon it does not start" 1 server "$ntpdate" -b 192.0.2.1
like "$err" 'ntpdate\[[0-9]+\]: the NTP socket is in use, exiting$' "as it always said"
status "but -q does" 0 server "$ntpdate" -q -p 1 192.0.2.1
status "-d shows each datagram" 0 client "$ntpdate" -d -p 1 192.0.2.1
like "$out" '^transmit\(192\.0\.2\.1\)$' "what is sent"
like "$out" '^receive\(192\.0\.2\.1\)$' "what is received"
like "$out" '^stratum 6, precision -[0-9]+, leap 00$' "the server"
like "$out" '^reference time: +[0-9a-f]{8}\.[0-9a-f]{8}  ' "when its clock was last right"
status "wrong use" 2 client "$ntpdate" -p 99 192.0.2.1
status "nobody else's rights are needed to ask" 0 client setpriv --reuid=65534 --regid=65534 \
	--clear-groups "$ntpdate" -q -p 1 192.0.2.1
status "port 123 is not for everybody" 1 client setpriv --reuid=65534 --regid=65534 \
	--clear-groups --inh-caps=-all --bounding-set=-all "$ntpdate" -p 1 192.0.2.1
like "$err" "192\.0\.2\.1: Permission denied; port 123 is root's: run as root, or with -u from a free port\$" \
	"and that is said, with what to do"

# --- sntp

status "sntp prints one line" 0 client "$sntp" both.example
like "$out" '^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} \([+-][0-9]{4}\) [+-]0\.0[0-9]{5} \+/- 0\.0[0-9]{5} both\.example (192\.0\.2\.1|2001:db8:2::1) s6 no-leap$' \
	"of the known form"
status "sntp -j prints JSON" 0 client "$sntp" -j 192.0.2.1
like "$out" '^\{"time": "20.*", "offset": -?[0-9.e-]+, "precision": [0-9.e-]+, "host": "192\.0\.2\.1", "ip": "192\.0\.2\.1", "stratum": 6, "leap": "no-leap", "adjusted": false\}$' \
	"of the known form"
status "sntp -S may not set the clock here" 1 client "$sntp" -S 192.0.2.1
like "$err" '^sntp: the clock cannot be set: Operation not permitted; it needs root or CAP_SYS_TIME' "and says so"
status "sntp without an answer" 1 client "$sntp" -t 0.3 192.0.2.77
like "$err" '^sntp: 192\.0\.2\.77: (No route to host|no answer)$' "says why"
like "$err" '^sntp: no eligible servers$' "and so"
status "sntp -l writes to a file" 0 client "$sntp" -l "$work/sntp.log" 192.0.2.1
is "$out" '' "and not to standard output"
like "$(cat "$work/sntp.log")" ' 192\.0\.2\.1 s6 no-leap$' "the file has the line"

# --- keys

umask 000
mkdir "$work/keys"
status "ntp-keygen makes keys" 0 client env -C "$work/keys" "$top_builddir/ntp-keygen" -M
umask 022
link=$(find "$work/keys" -type l -name 'ntpkey_md5_*')
file=$(find "$work/keys" -type f -name 'ntpkey_MD5key_*')
is "$(stat -c %a "$file")" 600 "only the owner may read them"
is "$(readlink "$link")" "${file##*/}" "the link leads to them"
is "$(grep -cE '^ *[0-9]+ (MD5|SHA1|AES128CMAC) [0-9a-f]{32,40}$' "$file")" 30 "there are thirty"
status "ntp-keygen replaces the link" 0 client sh -c "sleep 1.1; cd $work/keys && $top_builddir/ntp-keygen"
[ "$(readlink "$link")" != "${file##*/}" ]
ok $? "by one to the new file"
status "no file is written over" 1 client "$top_builddir/ntp-keygen" "--output=$file"
status "Autokey is not made" 1 client "$top_builddir/ntp-keygen" -H
status "a type that is none" 1 client "$top_builddir/ntp-keygen" --type=MD4 --output=-
like "$err" "^ntp-keygen: 'MD4' is no type of key$" "is named"
status "a letter that is no option" 1 client "$top_builddir/ntp-keygen" -z
unlike "$err" "' is no " "is not taken for a value"
status "more keys than there are numbers" 1 client "$top_builddir/ntp-keygen" --first=4294967290 --output=-
is "$err" "ntp-keygen: keys have numbers from 1 to 4294967295" "are refused in words"
status "one key goes to standard output" 0 client "$top_builddir/ntp-keygen" --type=SHA256 --count=1 \
	--first=9 --output=-
like "$out" '^ 9 SHA256 [0-9a-f]{64}$' "as it is wanted"

stop server
our_ntpd signed server 'server 127.127.1.0' 'tos orphanwait 1' 'restrict default nomodify' \
	"keys $file" 'trustedkey 1 11 21'
wait_until 15 our_synchronised server
ok $? "our daemon reads the keys"
for key in 1 11 21; do
	status "key $key signs" 0 client "$ntpdate" -q -p 1 -a "$key" -k "$file" 192.0.2.1
	like "$out" '^server 192\.0\.2\.1, stratum 6, ' "and the signed answer counts"
done
status "a key that the server does not trust" 1 client "$ntpdate" -q -p 1 -a 2 -k "$file" 192.0.2.1
like "$err" '192\.0\.2\.1: its answer is not used: ' "the answer is not used"
status "a key that is not there" 1 client "$sntp" -a 99 -k "$file" 192.0.2.1
is "$err" "sntp: key 99 is not in $file" "is named"

# --- the others

status "ntptrace ends at a local clock" 0 server "$top_builddir/ntptrace" -n
like "$out" '^127\.0\.0\.1: stratum 6, offset -?0\.000000, synch distance 0\.0[0-9]{5}$' "with one line"
status "ntptime reads" 0 client "$top_builddir/ntptime"
like "$out" '^ntp_gettime\(\) returns code [0-5] \((OK|ERROR|INS|DEL|OOP|WAIT)\)$' "the state of the clock"
like "$out" '^  modes 0x0 \(\),$' "and changes nothing"
status "ntptime refuses a rate of 600 ppm" 2 client "$top_builddir/ntptime" -f 600
like "$err" '^ntptime: -f 600: no number, or out of range$' "and says which option it was"
status "ntptime may not change anything here" 1 client "$top_builddir/ntptime" -m 1000000
like "$err" "^ntptime: the kernel's clock cannot be changed: Operation not permitted; it needs root" "and says so"

# --- ntpdc, in its own forms and units

ntpdc=$top_builddir/ntpdc
status "ntpdc -c kerninfo" 0 server "$ntpdc" -c kerninfo
g='-?[0-9.]+(e-[0-9]+)? s'
for line in "pll offset:           $g" 'pll frequency:        -?[0-9]+\.[0-9]{3} ppm' \
	"maximum error:        $g" "estimated error:      $g" 'status: +.+' \
	'pll time constant:    [0-9]+' "precision:            $g" 'frequency tolerance:  [0-9]+\.[0-9]{3} ppm'; do
	like "$out" "^$line\$" "has ${line%%:*}"
done
# What munin does when it takes ntpq for one without kerninfo: the same value as ntpq's, in seconds.
theirs=$(awk '/^estimated error:/ { printf("%.9f", $3) }' <<<"$out")
ours=$(in_ns server "$top_builddir/ntpq" -c kerninfo | awk '/^estimated error:/ { printf("%.9f", $3 / 1000) }')
is "$theirs" "$ours" "the estimated error is that of ntpq"
status "ntpdc -c sysinfo" 0 server "$ntpdc" -n -c sysinfo
for line in 'system peer:          LOCAL\(0\)' 'system peer mode:     client' 'leap indicator:       00' \
	'stratum:              6' 'precision:            -[0-9]+' 'root distance:        0\.[0-9]{5} s' \
	'root dispersion:      0\.[0-9]{5} s' 'reference ID:         \[[A-Z0-9().]+\]' \
	'reference time:       [0-9a-f]{8}\.[0-9a-f]{8}  [A-Z][a-z]{2}, .*' 'jitter:               0\.[0-9]{6} s' \
	'stability:            [0-9]+\.[0-9]{3} ppm'; do
	like "$out" "^$line\$" "has ${line%%:*}"
done
status "ntpdc -c loopinfo" 0 server "$ntpdc" -c loopinfo
like "$out" '^offset:               -?0\.[0-9]{6} s$' "has the offset"
like "$out" '^frequency:            -?[0-9]+\.[0-9]{3} ppm$' "and the frequency"
like "$out" '^watchdog timer:       [0-9]+ s$' "and how long ago the clock was set"
status "ntpdc -c sysstats" 0 server "$ntpdc" -c sysstats
like "$out" '^packets received:     [1-9][0-9]*$' "has the packets"
like "$out" '^rate exceeded:        [0-9]+$' "and those refused"
status "ntpdc -l" 0 server "$ntpdc" -l
is "$out" 'client    LOCAL(0)' "has each source"
row='LOCAL\(0\) +0\.0\.0\.0 +5 +64  [0-7 ]{3} 0\.00000 +-?0\.[0-9]{6} 0\.[0-9]{5}'
for way in "-n -c peers" -np "-c dmpeers" -s "-c pe"; do
	# shellcheck disable=SC2086 # several words
	status "ntpdc $way" 0 server "$ntpdc" $way
	is "$(head -1 <<<"$out")" '     remote           local      st poll reach  delay   offset    disp' "has the head"
	like "$out" "^\*$row\$" "and the row"
done
status "ntpdc -nc monlist asks by ntpq" 0 server "$ntpdc" -nc monlist localhost
like "$out" '^lstint avgint rstr r m v  count rport remote address$' "and has its table"
like "$out" ' 192\.0\.2\.2$' "and the clients"
status "two commands" 0 server "$ntpdc" -c iostats -c timerstats 127.0.0.1
like "$out" '^received packets: +[1-9]' "of one"
like "$out" '^calls to transmit: +[0-9]' "and the other"
status "ntpdc without a daemon" 1 client "$ntpdc" -c peers
is "$out$err" 'ntpdc: read: Connection refused' "says so"
status "ntpdc for a host that is not there" 1 client "$ntpdc" -c sysinfo no-such-host.example
like "$err" "^\\*\\*\\*Can't find host no-such-host\\.example: ." "says so"
status "what changes the daemon is ntpq's" 1 server "$ntpdc" -c 'addserver 192.0.2.9'
like "$err" "ntpq -c ':config server HOST'\$" "as it says"
status "no command" 1 server "$ntpdc"
like "$err" 'name a command by -c' "is told"

# --- versions, as munin's plug-ins and others read them

cat >"$work/munin" <<'END'
ntpq_name=$(ntpq -c version | sed 's/[^[:alpha:]].*//')
ntpq_version=$(ntpq -c version | grep --extended-regexp --only-matching '[[:digit:]]\.[[:digit:]]\.[[:digit:]]')
if [ "$ntpq_name" = "ntpq" ] && [ "$(echo "$ntpq_version" | tr -d '.')" -lt 427 ]; then
	echo ntpdc
else
	echo ntpq
fi
END
status "munin's choice of a program" 0 server env PATH="$top_builddir:$PATH" sh "$work/munin"
is "$out$err" ntpq "is ntpq"
for way in --version -V "-c version"; do
	# shellcheck disable=SC2086 # several words
	status "ntpq $way" 0 server "$top_builddir/ntpq" $way
	is "$(grep -oE '[0-9]+\.[0-9]+\.[0-9]+' <<<"$out" | head -1)" 4.2.8 "the first number is that of ntp.org's ntpq whose forms it has"
	like "$out" "\\(ntpd $("$top_builddir/ntpd" --version | cut -d ' ' -f 2)\\)\$" "and it says whose it is"
	is "$(wc -l <<<"$out")" 1 "in one line"
done

# --- ntpstat

status "ntpstat is content" 0 server "$top_builddir/ntpstat"
like "$out" '^synchronised to local net at stratum 6 $' "with the local clock"
like "$out" '^   time correct to within [0-9]+ ms$' "within a bound"
like "$out" '^   polling server every [0-9]+ s$' "and tells how often it is looked at"
status "-m sets a limit" 1 server "$top_builddir/ntpstat" -m 0
like "$out" ' ms \(exceeded maximum of 0 ms\)$' "that is told"
status "no daemon is status 2" 2 client "$top_builddir/ntpstat"
is "$err" 'Unable to talk to NTP daemon. Is it running?' "in the known words"

# --- help, version and wrong use of each

for tool in ntpd:2 ntpq:2 ntpstat:3 ntpdate:2 sntp:1 ntp-wait:1 ntptime:2 ntptrace:1 ntp-keygen:1 ntpdc:1; do
	name=${tool%:*}
	status "$name --help" 0 client "$top_builddir/$name" --help
	like "$out" "^usage: $name" "is on standard output"
	is "$err" '' "and nothing on the other"
	status "$name --version" 0 client "$top_builddir/$name" --version
	like "$out" "^$name [0-9]+\\.[0-9]+" "is one line"
	status "$name with an option that is not there" "${tool#*:}" client "$top_builddir/$name" --no-such-option
	is "$out" '' "prints nothing on standard output"
	[ -n "$err" ]
	ok $? "and something on standard error"
done

# --- a chain of three

ns_new a b c
ns_lan a b c
our_server first a
follow=('restrict default nomodify notrap nopeer' 'restrict 127.0.0.1' 'restrict ::1')
our_ntpd second b 'server 192.0.2.1 iburst minpoll 3' "${follow[@]}"
wait_until 20 our_synchronised b
ok $? "the second follows the first"
our_ntpd third c 'server 192.0.2.2 iburst minpoll 3' "${follow[@]}"
wait_until 20 our_synchronised c
ok $? "the third follows the second"
line='offset -?0\.0[0-9]{5}, synch distance 0\.[0-9]{6}$'
status "ntptrace shows the chain" 0 c "$top_builddir/ntptrace" -n
is "$(wc -l <<<"$out")" 3 "of three"
like "$(sed -n 1p <<<"$out")" "^127\\.0\\.0\\.1: stratum 8, $line" "from here"
like "$(sed -n 2p <<<"$out")" "^192\\.0\\.2\\.2: stratum 7, $line" "over the second"
like "$(sed -n 3p <<<"$out")" "^192\\.0\\.2\\.1: stratum 6, $line" "to the first"
status "-m bounds it" 0 c "$top_builddir/ntptrace" -n -m 2
is "$(wc -l <<<"$out")" 2 "to so many"
status "-r begins elsewhere" 0 c "$top_builddir/ntptrace" -n -r 192.0.2.2
is "$(cut -d: -f1 <<<"$out" | xargs)" '192.0.2.2 192.0.2.1' "and goes on from there"
stop first
status "a server that is gone ends the chain" 0 c "$top_builddir/ntptrace" -n
is "$(wc -l <<<"$out")" 2 "where it is"
like "$err" '^192\.0\.2\.1: timed out, nothing received$' "and that is said"

