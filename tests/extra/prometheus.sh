#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# prometheus.sh - what Debian's Prometheus has to say: of the metrics, as promtool reads them and as
# a server scrapes them.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need curl python3
promtool=$top_builddir/prometheus/usr/bin/promtool
prometheus=$top_builddir/prometheus/usr/bin/prometheus
[ -x "$promtool" ] || bail "tests/extra/fetch-prometheus has fetched promtool"
state=$(mktemp -d /tmp/exporter.XXXXXX)
chown nobody "$state"
trap 'rm -rf "$state"; test_end' EXIT

ns_new a
start played a python3 "$top_srcdir/tests/extra/played.py" synchronised
start exporter a "$top_builddir/ntp-exporter" -s "$state"
get() { in_ns a curl -s -m 5 "$@"; }
wait_until 10 get -f http://127.0.0.1:10123/healthz

# --- metrics -------------------------------------------------------------------------

get http://127.0.0.1:10123/metrics >"$work/metrics"
is "$("$promtool" check metrics <"$work/metrics" 2>&1)" '' "promtool finds nothing in the metrics"
like "$(echo 'Bad_metric_milliseconds 1' | "$promtool" check metrics 2>&1)" . "and would"

# --- a server that scrapes -----------------------------------------------------------

cat >"$work/prometheus.yml" <<'end'
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: ntpd
    static_configs: [{ targets: ['127.0.0.1:10123'] }]
end
start prometheus a "$prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
	--web.listen-address=127.0.0.1:9090
# query EXPRESSION: the number of its first result.
query() {
	get -G http://127.0.0.1:9090/api/v1/query --data-urlencode "query=$1" | python3 -c '
import json, sys
print(*[r["value"][1] for r in json.load(sys.stdin)["data"]["result"]][:1])'
}
answers() { [ "$(query "$1")" = "$2" ]; }
wait_until 30 answers up 1
ok $? "it scrapes OpenMetrics"
is "$(query ntp_up)" 1 "and finds ntpd up"
is "$(query 'count(ntp_source_state == 1)')" 5 "with five sources"
like "$(query 'ntp_server_packets_total{verdict="kod"}')" '^90$' "and its counters"
