#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sentences.sh - the lines of our programs that scripts and monitors of others match: each row of
# tests/data/sentences.txt, held against what the programs really print.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/system/table.sh
. "$top_srcdir/tests/system/table.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"

# The situations: the namespace of each, and what there is beside the command. In "followed" our
# daemon has three sources, one of them dead, and one by a pool; in "local" its own clock alone.
declare -A place=([followed]=host [local]=one [empty]=empty [unsynchronised]=fresh [none]=none
	[silent]=none [client]=none [ended]=gone)
ns_new one two host empty fresh none gone
ns_lan one two host empty fresh none gone
our_server one one
our_server two two
ns_hosts host '192.0.2.2 pool.example'
our_ntpd host host 'server 192.0.2.1 iburst prefer' 'pool pool.example iburst' 'server 192.0.2.99' \
	'restrict default nomodify' 'restrict 127.0.0.1' 'restrict ::1'
our_ntpd empty empty 'restrict default nomodify'
our_ntpd fresh fresh 'server 192.0.2.99 iburst'
our_ntpd gone gone 'restrict default nomodify'
two_agree() { [ "$(in_ns host "$ntpq" -pn | grep -c '^[*+-]')" = 2 ]; }
wait_until 60 two_agree || bail "our daemon follows two servers"
answers() { in_ns "$1" "$ntpq" -c 'rv 0 leap' 2>/dev/null | grep -q leap=; }
for x in empty fresh gone; do
	wait_until 10 answers "$x" || bail "our daemon in $x answers"
done
stop gone

read_table "$top_srcdir/tests/data/sentences.txt"
