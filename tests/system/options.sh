#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# options.sh - each option and each exit status of ntpd, ntpdate, sntp, ntpq and ntpstat: the table
# tests/data/options.txt.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/system/table.sh
. "$top_srcdir/tests/system/table.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need ss ps

declare -A place=([server]=server [daemon]=daemon [client]=client [none]=client)
ns_new server daemon client
ns_lan server daemon client
ns_hosts client '192.0.2.1 both.example' '2001:db8:2::1 both.example'
ip -n "$(ns_name daemon)" addr add 198.51.100.9/24 dev lo
ip -n "$(ns_name daemon)" addr add 203.0.113.9/24 dev eth0 label eth0:1
chmod 755 "$work"
mkdir "$work/bin" "$work/jail" "$work/stats" "$work/stats2" "$work/saved"
printf '%s\n' '1 MD5 topsecret' | tee "$work/open.keys" >"$work/opt.keys"
chmod 600 "$work/opt.keys"
chmod 644 "$work/open.keys"
our_ntpd server server 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'tos orphanwait 1' \
	"keys $work/opt.keys" 'trustedkey 1' 'controlkey 1' 'restrict default nomodify' \
	"saveconfigdir $work/saved" 'restrict 127.0.0.1' 'restrict ::1'
wait_until 15 our_synchronised server || bail "the server has time"

# What the commands of the table use.
echo much >"$work/opt.drift"
echo 'server 192.0.2.1 iburst' >"$work/opt.conf"
echo 'server 192.0.2.77' >"$work/dead.conf"
echo 'servr 192.0.2.1' >"$work/wrong.conf"
printf '%s\n' 'server 192.0.2.1 iburst' 'statistics protostats' >"$work/stats.conf"
printf '%s\n' "keys $work/open.keys" 'trustedkey 1' 'server 192.0.2.1 iburst key 1' >"$work/open.conf"
export CONF=$work/opt.conf
export NOBODY='setpriv --reuid=65534 --regid=65534 --clear-groups'
cat >"$work/bin/with-ntpd" <<'END'
#!/bin/sh
probe=$1
shift
ntpd -n "$@" >"$WORK/with.log" 2>&1 </dev/null &
pid=$!
tries=60
until ntpq -c 'timeout 200' -c 'rv 0 leap' 2>/dev/null | grep -q leap= || [ "$tries" = 0 ]; do
	kill -0 "$pid" 2>/dev/null || break
	tries=$((tries - 1))
	sleep 0.1
done
sh -c "$probe"
kill "$pid" 2>/dev/null
wait "$pid"
cat "$WORK/with.log"
END
chmod +x "$work/bin/with-ntpd"
PATH=$work/bin:$PATH

read_table "$top_srcdir/tests/data/options.txt"

# What goes wrong: the cause, and what to do.
read_table "$top_srcdir/tests/data/causes.txt"
