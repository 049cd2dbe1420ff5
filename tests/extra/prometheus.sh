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

# --- rules and board -----------------------------------------------------------------

cp "$top_srcdir/conf/ntp-alerts.yml" "$top_srcdir/tests/extra/alerts_test.yml" "$work"
try "promtool finds nothing in the alert rules" "$promtool" check rules "$work/ntp-alerts.yml"
try "hours that are well raise no alert, and hours that are not raise each" \
	"$promtool" test rules "$work/alerts_test.yml"
# Each metric that they name is one of ours, and each that is asked for is written right.
cat >"$work/board.py" <<'end'
import json, re, sys
page = set(re.findall(r"\.It Cm (ntp_[a-z0-9_]+)", open(sys.argv[1]).read()))
board = json.load(open(sys.argv[2]))
assert board["schemaVersion"] >= 36 and board["__inputs"][0]["pluginId"] == "prometheus"
ids = [p["id"] for p in board["panels"]]
assert len(ids) == len(set(ids))
exprs = [t["expr"] for p in board["panels"] for t in p.get("targets", [])]
named = {m for e in exprs + [open(sys.argv[3]).read()] for m in re.findall(r"\bntp_[a-z0-9_]+", e)}
named |= {m for v in board["templating"]["list"] for m in re.findall(r"\bntp_[a-z0-9_]+", v["definition"])}
assert len(exprs) > 20 and named <= page, named - page
values = {"$job": ".*", "$instance": ".*", "$source": ".*", "$__rate_interval": "5m"}
for e in exprs:
    for k, v in values.items():
        e = e.replace(k, v)
    print(e)
end
try "each metric that the board and the rules name is one of ours" python3 "$work/board.py" \
	"$top_srcdir/man/ntp-exporter.8" "$top_srcdir/conf/grafana-ntp.json" "$top_srcdir/conf/ntp-alerts.yml"
mv "$work/try.out" "$work/expressions"

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
wrong=
while read -r expression; do
	get -G http://127.0.0.1:9090/api/v1/query --data-urlencode "query=$expression" |
		grep -q '"status":"success"' || wrong+=$expression$'\n'
done <"$work/expressions"
is "$wrong" '' "it understands each question of the board"
