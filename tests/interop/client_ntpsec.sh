#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# client_ntpsec.sh - our daemon as the client of NTPsec, over v4 and v6, with versions
# 4 and 3.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"

ns_new server client
ns_join server client
ntpsec_server server
follows ntpsec 192.0.2.1 5
follows ntpsec 2001:db8:2::1 5
follows ntpsec 192.0.2.1 5 version 3
