#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# samples.sh - the files of conf/ that packages and users put into their places: each is right for
# the program that reads it.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need xmllint logrotate python3 augtool
chmod 755 "$work"
conf=$top_srcdir/conf
ntpd=$top_builddir/ntpd
mkdir -p "$work/lib" "$work/stats"

# --- ntp.conf ------------------------------------------------------------------------

# check FILE: what --check-config says of it where its folders are there.
check() {
	"$ntpd" --check-config -c "$1" -f "$work/lib/ntp.drift" -s "$work/stats/" 2>&1
}

# Words of a later version, and the folder that a DHCP hook makes when there is something for it.
expected='is recognised, not in effect|: the folder does not exist yet$'
for file in ntp.conf ntp-lan.conf ntp-pool.conf ntp-stratum1.conf ntp-vm-phc.conf; do
	said=$(check "$conf/$file")
	is "$?" 0 "$file is read without an error"
	like "$said" '0 errors, 0 warnings, [0-9]+ notes?$' "$file: nothing to warn of"
	unlike "$(grep 'note: ' <<<"$said" | grep -Ev "$expected")" . "$file: nothing to remark"
	unlike "$said" 'recognised' "$file: every word acts"
	text=$(cat "$conf/$file")
	like "$text" '^restrict default limited kod nomodify notrap nopeer noquery$' \
		"$file: strangers get time at a measured pace, and nothing else"
	like "$text" '^driftfile /var/lib/ntp/ntp.drift$' "$file keeps the drift"
	[ "$(grep -cE '^(server|pool) [^ ]+ ' <<<"$text")" -ge 4 ]
	ok $? "$file: four sources, so that one may fail and one may lie"
	is "$(grep -E '^server [^1]' <<<"$text" | grep -vc ' iburst$')" 0 "$file: each starts at once"
done

# For hosts of a network among themselves; also with what stands in their comments, which begins
# without a space.
sed 's/^#1 .*/5 AES128 0123456789abcdef0123456789abcdef/' "$conf/ntp.keys" >"$work/ntp.keys"
chmod 600 "$work/ntp.keys"
mkdir -p "$work/ntp_signd"
for file in ntp-broadcast.conf ntp-exact.conf ntp-peers.conf ntp-samba.conf; do
	sed -e "s#/etc/ntp.keys#$work/ntp.keys#; s#/var/lib/samba/ntp_signd#$work/ntp_signd#" \
		"$conf/$file" >"$work/$file"
	sed -E 's/^#([a-z])/\1/' "$work/$file" >"$work/all-$file"
	for which in "$file" "all-$file"; do
		said=$(check "$work/$which")
		is "$?" 0 "$which is read without an error"
		like "$said" '0 errors, 0 warnings, 0 notes$' "$which: nothing to remark"
	done
done
like "$("$ntpd" --check-config -c "$conf/ntp.conf" -f /nowhere/drift 2>&1)" \
	"warning: driftfile: '/nowhere/drift' cannot be written" "it is the option's path that is looked at"

# It asks for the user that the daemon becomes, not for root who asks.
printf '%s\n' 'server 192.0.2.1' "driftfile $work/lib/drift" "keys $work/keys" \
	>"$work/user.conf"
echo '1 MD5 secret' >"$work/keys"
chmod 600 "$work/keys"
said=$("$ntpd" --check-config -u nobody:nogroup -c "$work/user.conf" 2>&1)
like "$said" "warning: driftfile: .* cannot be written by the run user: Permission denied" \
	"--check-config -u: a folder that is not that user's"
like "$said" "warning: keys: .* cannot be read by the run user: Permission denied" "nor a key file"
chown nobody "$work/lib" "$work/keys"
said=$("$ntpd" --check-config -u nobody:nogroup -c "$work/user.conf" 2>&1)
unlike "$said" 'run user' "what is that user's is fine"
said=$("$ntpd" --check-config -u no-such-user -c "$work/user.conf" 2>&1)
is $? 1 "a user that does not exist is an error"
like "$said" '^ntpd: -u no-such-user: .*no such user or group$' "told by name"

# --- a certificate ---------------------------------------------------------------------

mkdir "$work/nts"
try "ntp-keygen makes a pair" "$top_builddir/ntp-keygen" --nts --days=90 "--output=$work/nts" ntp.example.net 192.0.2.1
cat >"$work/nts.conf" <<END
server 192.0.2.1
nts enable
nts cert $work/nts/cert-chain.pem
nts key $work/nts/key.pem cookie $work/lib/nts-keys
END
said=$("$ntpd" --check-config -c "$work/nts.conf" 2>&1)
is $? 0 "which --check-config takes"
like "$said" 'nts.conf:3:10: note: the certificate is for ntp\.example\.net, 192\.0\.2\.1, until 20' \
	"and tells for whom it is"
said=$("$ntpd" --check-config -u nobody:nogroup -c "$work/nts.conf" 2>&1)
like "$said" "nts.conf:4:9: warning: nts key: .* cannot be read by the run user: Permission denied" \
	"with -u, that the key is root's alone"
chmod 644 "$work/nts/key.pem"
said=$("$ntpd" --check-config -c "$work/nts.conf" 2>&1)
is $? 1 "a key that everybody may read is an error"
like "$said" 'nts.conf:4:9: error: every user of this host may read the private key' "at its line"
chmod 600 "$work/nts/key.pem"
mkdir "$work/nts/other"
"$top_builddir/ntp-keygen" --nts "--output=$work/nts/other" ntp.example.net >"$work/try.out"
sed -i "s|nts/cert-chain|nts/other/cert-chain|" "$work/nts.conf"
said=$("$ntpd" --check-config -c "$work/nts.conf" 2>&1)
is $? 1 "the key of another certificate is an error"
like "$said" 'nts.conf:4:9: error: nts key: .* has the key of another certificate: cert and key must be' \
	"which says so"

# --- Augeas ---------------------------------------------------------------------------

# augeas FILE COMMAND...: as puppet and ansible change an ntp.conf.
augeas() {
	local file=$1
	shift
	mkdir -p "$work/augeas/etc"
	cp "$file" "$work/augeas/etc/ntp.conf"
	printf '%s\n' "$@" | augtool -r "$work/augeas" --noautoload -t 'Ntp incl /etc/ntp.conf' 2>&1
}
for file in ntp.conf ntp-lan.conf ntp-pool.conf ntp-stratum1.conf; do
	is "$(augeas "$conf/$file" 'print /augeas/files/etc/ntp.conf/error')" '' "$file: Augeas reads it"
done
for file in ntp.conf ntp-lan.conf; do
	like "$(augeas "$conf/$file" 'match /files/etc/ntp.conf/server')" 'server\[4\] = 3.pool' \
		"$file: with its servers"
	like "$(augeas "$conf/$file" 'set /files/etc/ntp.conf/server[1] time.example' \
		'set /files/etc/ntp.conf/server[5] more.example' save)" 'Saved 1 file' "$file: and writes it"
	like "$(cat "$work/augeas/etc/ntp.conf")" '^server more.example$' "$file: with another server"
	unlike "$(check "$work/augeas/etc/ntp.conf")" 'error:' "$file: which ntpd then takes"
done

# --- ntp.keys ------------------------------------------------------------------------

# With the marks of comment taken away its lines are keys, and those below lines of ntp.conf.
sed -n 's/^#\([0-9] .*\)/\1/p' "$conf/ntp.keys" >"$work/keys"
chmod 600 "$work/keys"
sed -n 's/^#	//p' "$conf/ntp.keys" | sed "s|/etc/ntp.keys|$work/keys|" >"$work/keys.conf"
is "$(wc -l <"$work/keys") $(wc -l <"$work/keys.conf")" "2 5" "ntp.keys shows keys, and how they are used"
said=$(check "$work/keys.conf")
is "$? $(grep -c 'error:' <<<"$said")" "0 0" "ntp.keys: both are right" || note "$said"
unlike "$said" 'trusted|keys:' "ntp.keys: each key is found"
is "$(grep -vc '^#' "$conf/ntp.keys")" 0 "ntp.keys: as shipped, none of the published keys counts"

# --- options -------------------------------------------------------------------------

# options FILE VARIABLE: its value as a shell has it, and as systemd has it, which takes no
# shell's words.
options() {
	local shell
	# shellcheck disable=SC1090
	shell=$(. "$1" && eval "echo \$$2")
	is "$(sed -n "s/^$2=[\"']\(.*\)[\"']$/\1/p" "$1")" "$shell" "${1##*/}: systemd and the shell agree"
	# shellcheck disable=SC2086 # words of a command line
	try "${1##*/}: ntpd takes them" "$ntpd" --check-config -c "$conf/ntp.conf" $shell
}
options "$conf/ntpd.sysconfig" OPTIONS
options "$conf/ntp.default" NTPD_OPTS

# --- firewalls -----------------------------------------------------------------------

try "the file for firewalld is XML" xmllint --noout --nonet "$conf/firewalld-ntp.xml"
is "$(xmllint --xpath 'concat(count(/service/port), " ", /service/port/@protocol, " ", /service/port/@port)' \
	"$conf/firewalld-ntp.xml")" "1 udp 123" "it opens UDP port 123 and nothing else"
is "$(python3 - "$conf/ufw-ntpd" <<'END'
import configparser, sys
profile = configparser.ConfigParser()
profile.read(sys.argv[1])
print(profile.sections(), sorted(profile["NTP"]), profile["NTP"]["ports"], profile["NTS"]["ports"])
END
)" "['NTP', 'NTS'] ['description', 'ports', 'title'] 123/udp 4460/tcp" "as does the one for ufw, and what NTS needs by itself"

# --- logrotate -----------------------------------------------------------------------

try "logrotate takes its file" logrotate -d <(sed 's/ ntp ntp$/ root root/' "$conf/ntpd.logrotate")
# The same file, with folders and a user that are here, for a daemon that stays root no longer.
ns_new one
mkdir "$work/log"
printf '%s\n' 'server 127.127.1.0' "driftfile $work/lib/drift" "logfile $work/log/ntp.log" \
	>"$work/log.conf"
start ntpd one "$ntpd" -n -u nobody:nogroup -c "$work/log.conf"
wait_until 10 grep -q 'Listen normally' "$work/log/ntp.log"
ok $? "a log of its own"
in_ns one kill -HUP "${daemon_pid[ntpd]}"
try "a reload" wait_until 10 grep -q 'reload: succeeded' "$work/log/ntp.log"
unlike "$(cat "$work/log/ntp.log")" 'Cannot open' "needs no right to open it again"
sed -e "s|/var/log/|$work/log/|g" -e "s|pkill -HUP -x ntpd|kill -HUP ${daemon_pid[ntpd]}|" \
	-e 's/create 0644 ntp ntp/create 0644 nobody nogroup/' -e 's/su ntp ntp/su root root/' \
	"$conf/ntpd.logrotate" >"$work/rotate"
try "logrotate turns it" logrotate -f -s "$work/rotate.state" "$work/rotate"
try "after that the daemon writes to the new one" wait_until 10 grep -q 'reload: succeeded' \
	"$work/log/ntp.log"
stop ntpd
like "$(cat "$work/log/ntp.log")" 'exiting on signal 15' "up to its last line"
like "$(cat "$work/log/ntp.log.1")" 'Listen normally' "and the old one has the old lines"
