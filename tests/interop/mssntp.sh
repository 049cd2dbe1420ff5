#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# mssntp.sh - members of a Windows domain: our daemon, confined as with -u, and chronyd, before one
# played ntp_signd and one played Windows. What chronyd answers, ours answers.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need setpriv python3
need_peer chrony/usr/sbin/chronyd
system=$top_srcdir/tests/system
key=machine-password-hash

ns_new ours chrony windows
ns_lan ours chrony windows

chmod 755 "$work"
# As Samba makes it: of root, and a group that may enter.
install -d -m 2750 -g daemon "$work/signd"
samba() {
	umask 007 # the socket is for the group, too
	start "$1" ours "$system/fake_signd.py" "$work/signd" "$key"
	umask 022
	wait_log 10 "$1" ready || bail "the played ntp_signd starts"
}
samba signd
install -d -o daemon "$work/lib"

cat >"$work/ours.conf" <<-EOF
	driftfile $work/lib/drift
	server 127.127.1.0
	fudge 127.127.1.0 stratum 5
	tos orphanwait 1
	ntpsigndsocket $work/signd
	restrict default mssntp nomodify
EOF
start ours ours "$ntpd" -n -u daemon:daemon -c "$work/ours.conf"
install -d -m 750 "$work/signd.chrony"
start signd.chrony chrony "$system/fake_signd.py" "$work/signd.chrony" "$key"
cat >"$work/chrony.conf" <<-EOF
	local stratum 3
	allow all
	user root
	cmdport 0
	bindcmdaddress /
	pidfile $work/chrony.pid
	ntpsigndsocket $work/signd.chrony
EOF
start chronyd chrony "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/chrony.conf"
wait_until 15 our_synchronised ours || bail "our server has the time of its own clock"
wait_log 10 chronyd 'chronyd version' || bail "chronyd starts"

# windows ADDRESS [RID [MODE [VERSION]]]: what a member of the domain gets.
windows() {
	local address=$1
	shift
	in_ns windows "$system/ask_mssntp.py" "$address" "$key" "$@" 2>&1
}
others_are_served() {
	in_ns windows "$top_builddir/sntp" 192.0.2.1 >"$work/other" 2>&1
}

is "$(windows 192.0.2.2)" 'signed 68 mode 4 stratum 3' "chronyd's answer is signed"
is "$(windows 192.0.2.1)" 'signed 68 mode 4 stratum 6' "and ours, with -u"
is "$(windows 192.0.2.1 77 1)" 'signed 68 mode 2 stratum 6' "ours answers mode 1 in mode 2"
is "$(windows 192.0.2.1 2147483653)" 'signed 68 mode 4 stratum 6' "the older password, by its bit"
like "$(cat "$work/signd.log")" 'question 0 0 2147483653 sign' "which ntp_signd hears of"
unlike "$(windows 192.0.2.1 5 3 4)" '^signed' "version 4 is not signed"
unlike "$(windows 192.0.2.2 5 3 4)" '^signed' "nor by chronyd"
unlike "$(cat "$work/ours.log")" 'ntpsigndsocket' "there is nothing to be said of it"

# --- whatever it does, others are served, and members again when it mends its ways
for way in refuse lie babble end hang; do
	echo "$way" >"$work/signd/way"
	is "$(windows 192.0.2.1)" 'no answer' "$way: no answer"
	others_are_served
	ok $? "$way: others are served" || note "$(cat "$work/other")"
	rm "$work/signd/way"
	wait_until 10 eval '[ "$(windows 192.0.2.1)" = "signed 68 mode 4 stratum 6" ]'
	ok $? "$way: and members again after it"
done
like "$(cat "$work/ours.log")" 'ntp_signd signs nothing for account 1105 \(its RID\)' "who was refused is named"
like "$(cat "$work/ours.log")" 'ntp_signd changes what it is to sign' "that it lied is told"
like "$(cat "$work/ours.log")" 'what answers at its socket is no ntp_signd' "and that it babbled"
like "$(cat "$work/ours.log")" 'ntp_signd is silent; members of the domain get no time' "and that it hung"
is "$(grep -c 'ntp_signd signs now' "$work/ours.log")" 4 "and each time that it signs now"

# --- what is in the way is named
stop signd
is "$(windows 192.0.2.1)" 'no answer' "ntp_signd has ended"
wait_log 5 ours 'Connection refused; Samba is not running'
ok $? "it is not running, is said"
samba samba
wait_until 15 eval '[ "$(windows 192.0.2.1)" = "signed 68 mode 4 stratum 6" ]'
ok $? "and found again when it runs"
chgrp root "$work/signd"
ln -s signd "$work/link"
sed -i "s|^ntpsigndsocket.*|ntpsigndsocket $work/link/|" "$work/ours.conf"
kill -HUP "${daemon_pid[ours]}"
wait_log 5 ours 'reload: succeeded' || note "no reload"
is "$(windows 192.0.2.1)" 'no answer' "a folder of another group"
wait_log 5 ours 'has mode 2750, owner root, group root: .*chgrp daemon '
ok $? "mode and group in the way are named, and what mends it"
chgrp daemon "$work/signd"
sed -i "s|^ntpsigndsocket.*|ntpsigndsocket $work/nosuch|" "$work/ours.conf"
kill -HUP "${daemon_pid[ours]}"
wait_until 5 grep -q 'reload: succeeded, 1 change.*' "$work/ours.log"
wait_until 5 eval '[ "$(grep -c "reload: succeeded" "$work/ours.log")" -ge 2 ]'
is "$(windows 192.0.2.1)" 'no answer' "no folder"
wait_log 5 ours "nosuch is not there: Samba makes it when it is a domain controller"
ok $? "is named, with who makes it"
others_are_served
ok $? "others are served all the time"
running ours
ok $? "and the daemon lives"
