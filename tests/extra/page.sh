#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# page.sh - the page of ntp-exporter in a real browser, in each state of the daemon: no error, nothing
# from elsewhere, as wide as the window at 320 px, by keyboard, without JavaScript, and axe-core
# finds nothing. The pictures stay in the build folder, page-pictures, to be looked at.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need curl python3 node chromium
pictures=$top_builddir/page-pictures
mkdir -p "$pictures"
rm -f "$pictures"/*.png
export NODE_PATH=$top_builddir/node/node_modules
[ -d "$NODE_PATH/axe-core" ] && [ -d "$NODE_PATH/puppeteer-core" ] ||
	bail "tests/extra/fetch-node has fetched axe-core and puppeteer-core"

state=$(mktemp -d /tmp/exporter.XXXXXX)
trap 'rm -rf "$state"; test_end' EXIT
get() { in_ns a curl -s -m 5 "http://127.0.0.1:10123$1"; }
ns_new a

# play STATE: the exporter, a month of history behind it, before a daemon in that state.
play() {
	[ "$1" = gone ] || start played a python3 "$top_srcdir/tests/extra/played.py" "$1"
	python3 "$top_srcdir/tests/extra/make_history.py" "$state/history" ntp1.example=192.0.2.1 \
		ntp2.example=192.0.2.2 ntp3.example=2001:db8::3
	chown -R nobody "$state"
	start exporter a "$top_builddir/ntp-exporter" -s "$state"
	wait_until 10 get /healthz -f
}
# stop: both.
stop() {
	local name
	for name in exporter played; do
		kill "${daemon_pid[$name]}" 2>/dev/null
		wait "${daemon_pid[$name]}" 2>/dev/null
	done
}

for name in starting synchronised falseticker unsynchronised hostile gone; do
	play "$name"
	while read -r word number rest; do
		case $word$number in
		ok-) pass "$rest" ;;
		not*) fail "${rest#- }" ;;
		*) note "$word $number $rest" ;;
		esac
	done < <(in_ns a env NODE_PATH="$NODE_PATH" node "$top_srcdir/tests/extra/browser.js" \
		"$pictures" "$name" http://127.0.0.1:10123/ 2>&1)
	get '/?span=7d' >"$work/$name.html"
	kib=$(awk '/^VmRSS/ { print $2 }' "/proc/${daemon_pid[exporter]}/status")
	[ "$kib" -lt 15000 ]
	ok $? "$name: with a month of history it takes $kib KiB, less than 15 MB"
	stop
done

# --- what it says --------------------------------------------------------------------

# headline STATE: as a browser without a script shows it.
headline() { sed -n 's|.*<p id="headline"[^>]*><span[^>]*>[^<]*</span> \(.*\)</p>.*|\1|; T; s|</p>.*||; s|<[^>]*>||g; p' "$work/$1.html"; }
like "$(headline starting)" '^Starting: not yet synchronised: ' "starting"
is "$(headline synchronised)" 'Synchronised to PPS(0), within 31.0 us; leap second: none announced.' "synchronised"
like "$(headline unsynchronised)" '^Not synchronised: none of its 2 sources answers' "unsynchronised"
like "$(headline falseticker)" '^Synchronised to .*\. To do: ' "of what is amber it says why"
is "$(headline gone)" 'No word from ntpd: ntpd does not answer.' "gone"
like "$(cat "$work/falseticker.html")" 'its time disagrees with the majority' "of a falseticker it says why"
like "$(cat "$work/synchronised.html")" \
	'<tr><th scope="row">ntp3.example</th><td>expired: certificate has expired</td><td>3</td></tr>' \
	"of a source with NTS it says how that does"
like "$(cat "$work/synchronised.html")" 'The certificate ends on [0-9-]{10}, in 40 days' "and of our certificate"
unlike "$(cat "$work/hostile.html")" '<script>alert|<img|<b>[^A-Z]' "what the network says is text"
try "the page is well-formed enough for a strict reader" python3 - "$work"/*.html <<'end'
import html.parser, sys
EMPTY = {"meta", "link"}
class Reader(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        if tag not in EMPTY: self.open.append(tag)
        ids = [v for k, v in attrs if k == "id"]
        assert not any(i in self.ids for i in ids), ids
        self.ids.update(ids)
        assert not any(k.startswith("on") or k == "style" for k, v in attrs), attrs
    def handle_startendtag(self, tag, attrs): pass
    def handle_endtag(self, tag): assert self.open and self.open.pop() == tag, tag
for name in sys.argv[1:]:
    r = Reader(); r.open, r.ids = [], set()
    r.feed(open(name).read()); assert r.open == [], (name, r.open)
end
note "$(find "$pictures" -name '*.png' | wc -l) pictures are in $pictures"
