#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# guides.sh - configurations and commands of common guides, as they stand in them: the files that
# CentOS 6, Ubuntu and FreeBSD shipped, a network without any other source, a virtual machine,
# clients by ntpdate and with Windows' kinds of request. See also tests/interop/howto.sh.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need netstat python3
chmod 755 "$work"
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
mkdir "$work/ntp"
chmod 777 "$work/ntp"

ns_new one two host client
ns_lan one two host client
for x in one two; do
	printf '%s\n' 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 1' 'tos orphanwait 1' \
		'restrict default nomodify' >"$work/$x.conf"
	start "$x" "$x" "$ntpd" -n -c "$work/$x.conf"
done
for name in 0.centos.pool.ntp.org 2.centos.pool.ntp.org 0.ubuntu.pool.ntp.org \
	0.freebsd.pool.ntp.org 0.vmware.pool.ntp.org; do
	hosts+=("192.0.2.1 $name")
done
for name in 1.centos.pool.ntp.org 3.centos.pool.ntp.org 1.ubuntu.pool.ntp.org ntp.ubuntu.com \
	0.freebsd.pool.ntp.org 1.vmware.pool.ntp.org; do
	hosts+=("192.0.2.2 $name")
done
ns_hosts host "${hosts[@]}"
for x in one two; do
	wait_until 20 in_ns "$x" "$top_builddir/ntpstat" || bail "the servers have time"
done

# guide NAME OPTION...: takes the file on standard input for NAME.conf, with folders that are
# here, checks it, and runs the daemon with it.
guide() {
	local name=$1 conf=$work/$1.conf
	shift
	sed -e "s|/var/lib/ntp/|$work/ntp/|" -e "s|/var/db/|$work/ntp/|" >"$conf"
	try "$name: no error" in_ns host "$ntpd" --check-config -c "$conf"
	start "$name" host "$ntpd" -n "$@" -c "$conf"
}

# synchronised NAME: in half a minute.
synchronised() {
	wait_until 30 in_ns host "$top_builddir/ntpstat"
	ok $? "$1: ntpstat says synchronised"
}

# --- CentOS 6 ------------------------------------------------------------------------

guide centos -u nobody:nogroup -p "$work/centos.pid" -g <<'END'
# For more information about this file, see the man pages
# ntp.conf(5), ntp_acc(5), ntp_auth(5), ntp_clock(5), ntp_misc(5), ntp_mon(5).

driftfile /var/lib/ntp/drift

# Permit time synchronization with our time source, but do not
# permit the source to query or modify the service on this system.
restrict default kod nomodify notrap nopeer noquery
restrict -6 default kod nomodify notrap nopeer noquery

# Permit all access over the loopback interface.
restrict 127.0.0.1
restrict -6 ::1

# Use public servers from the pool.ntp.org project.
server 0.centos.pool.ntp.org iburst
server 1.centos.pool.ntp.org iburst
server 2.centos.pool.ntp.org iburst
server 3.centos.pool.ntp.org iburst

includefile /etc/ntp/crypto/pw

# Key file containing the keys and key identifiers used when operating
# with symmetric key cryptography.
keys /etc/ntp/keys

# Disable the monitoring facility to prevent amplification attacks using ntpdc
# monlist command when default restrict does not include the noquery flag. See
# CVE-2013-5211 for more details.
# Note: Monitoring will not be disabled with the limited restriction flag.
disable monitor
END
synchronised centos
table=$(in_ns host "$ntpq" -p 2>&1)
is "$(grep -cE '^[*+-][01]\.centos\.pool\.n ' <<<"$table")" 2 "centos: ntpq -p has both" || note "$table"
# It is asked for after the two that give time, so that this may come later than the time.
wait_until 20 grep -q '2\.centos' "$work/centos.log"
is "$(grep -c '2\.centos' "$work/centos.log")" 1 "centos: a name that adds no server is told of once" ||
	note "$(cat "$work/centos.log")"
like "$(in_ns host netstat -nupl)" '^udp +0 +0 192\.0\.2\.3:123 .*/ntpd' "centos: netstat -nupl has its socket"
like "$(in_ns host netstat -nupl)" '^udp6 .*::1:123 .*/ntpd' "centos: of both families"
out=$(in_ns host "$top_builddir/ntpdate" 192.0.2.1 2>&1)
is "$?" 1 "centos: ntpdate beside it"
like "$out" 'ntpdate\[[0-9]+\]: the NTP socket is in use, exiting$' "centos: says why not, as ever"
out=$(in_ns client timeout 20 "$ntpq" -p 192.0.2.3 2>&1)
like "$out" '^192\.0\.2\.3: timed out, nothing received$' "centos: strangers may not look at it"
like "$(in_ns client "$top_builddir/ntpdate" -q 192.0.2.3)" '^server 192\.0\.2\.3, stratum 3, offset ' \
	"centos: but ask for the time"
stop centos

# --- Ubuntu --------------------------------------------------------------------------

guide ubuntu -g <<'END'
# /etc/ntp.conf, configuration for ntpd; see ntp.conf(5) for help
driftfile /var/lib/ntp/ntp.drift

# Leap seconds definition provided by tzdata
leapfile /usr/share/zoneinfo/leap-seconds.list

# Enable this if you want statistics to be logged.
#statsdir /var/log/ntpstats/

statistics loopstats peerstats clockstats
filegen loopstats file loopstats type day enable
filegen peerstats file peerstats type day enable
filegen clockstats file clockstats type day enable

# Use servers from the NTP Pool Project. Approved by Ubuntu Technical Board
# on 2011-02-08 (LP: #104525). See http://www.pool.ntp.org/join.html for
# more information.
pool 0.ubuntu.pool.ntp.org iburst
pool 1.ubuntu.pool.ntp.org iburst

# Use Ubuntu's ntp server as a fallback.
pool ntp.ubuntu.com

# By default, exchange time with everybody, but don't allow configuration.
restrict -4 default kod notrap nomodify nopeer noquery limited
restrict -6 default kod notrap nomodify nopeer noquery limited

# Local users may interrogate the ntp server more closely.
restrict 127.0.0.1
restrict ::1

# Needed for adding pool entries
restrict source notrap nomodify noquery
END
synchronised ubuntu
table=$(in_ns host "$ntpq" -p 2>&1)
is "$(grep -cE '^ [^ ]+ +\.POOL\. +16 p +- +64 +0 +0\.000 ' <<<"$table")" 3 "ubuntu: a row for each pool"
# By the names that their addresses lead to, for that of the pool is one for all.
is "$(sed -n 's/^[*+-]\([^ ]*\) .* u .*/\1/p' <<<"$table" | sort | xargs)" \
	'0.centos.pool.n 1.centos.pool.n' "ubuntu: and one for each server, told apart" || note "$table"
stop ubuntu

# --- FreeBSD -------------------------------------------------------------------------

guide freebsd -g <<'END'
tos minclock 3 maxclock 6
pool 0.freebsd.pool.ntp.org iburst
#server time.my-internal.org iburst
restrict default limited kod nomodify notrap noquery nopeer
restrict source  limited kod nomodify notrap noquery
restrict 127.0.0.1
restrict ::1
leapfile "/var/db/ntpd.leap-seconds.list"
leapsmearinterval 0
END
synchronised freebsd
like "$(in_ns host "$ntpq" -pn)" '^\*192\.0\.2\.' "freebsd: the name's two addresses are a pool"
stop freebsd

# --- a network of its own ------------------------------------------------------------

guide isolated -g <<'END'
driftfile /var/lib/ntp/drift
server 127.127.1.0
fudge  127.127.1.0 stratum 10
tos orphanwait 0
restrict default nomodify notrap noquery
restrict 192.0.2.0 mask 255.255.255.0 nomodify notrap
restrict 127.0.0.1
broadcastdelay 0.008
END
synchronised isolated
like "$(in_ns host "$ntpq" -p)" '^\*LOCAL\(0\) +\.LOCL\. +10 l ' "isolated: by its own clock"
like "$(in_ns host "$top_builddir/ntpstat")" '^synchronised to local net at stratum 11' \
	"isolated: ntpstat says local net"
like "$(in_ns client "$ntpq" -p 192.0.2.3)" '^\*LOCAL\(0\)' "isolated: the network may look"
# What cron runs, quietly; the clock cannot be set here, and that is all it has to say.
out=$(in_ns client "$top_builddir/ntpdate" -u 192.0.2.3 2>&1)
is $? 1 "isolated: a client by ntpdate from cron, without the right to set the clock"
like "$out" "192\.0\.2\.3 offset|[Oo]peration not permitted|[Cc]an't|cannot" "isolated: is told so"
# A Windows client asks as a client (0x9) or as a peer (0x1), in versions 3 and 1.
python=$(cat <<'END'
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 123))
s.settimeout(5)
sent = struct.pack(">II", 0xeeac0000, 5)
s.sendto(bytes([int(sys.argv[1], 16), 0, 10, 0xe9]) + bytes(36) + sent, ("192.0.2.3", 123))
got = s.recv(100)
print(len(got), got[0] & 7, got[1], got[24:32] == sent)
END
)
is "$(in_ns client python3 -c "$python" db)" '48 4 11 True' "isolated: Windows as a client is answered"
is "$(in_ns client python3 -c "$python" d9)" '48 2 11 True' "isolated: Windows as a peer, too"
stop isolated

# --- a virtual machine ---------------------------------------------------------------

guide vmware -g <<'END'
tinker panic 0
restrict 127.0.0.1
restrict default kod nomodify notrap
server 0.vmware.pool.ntp.org iburst
server 1.vmware.pool.ntp.org iburst
driftfile /var/lib/ntp/drift
# server 127.127.1.0
# fudge 127.127.1.0 stratum 10
END
synchronised vmware
like "$(in_ns host "$ntpq" -c 'rv 0 offset')" '^offset=-?0\.[0-9]+$' "vmware: ntpq -c 'rv 0 offset'"
stop vmware

# --- an old server, its commands -----------------------------------------------------

out=$(in_ns host "$top_builddir/ntpdc" -c addserver 2>&1)
like "$out" "ntpq -c ':config server HOST'" "ntpdc names the command of ntpq"
