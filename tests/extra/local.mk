# tests/extra: what people see, with programs that a newcomer need not have
EXTRA_TESTS += tests/extra/page.sh tests/extra/prometheus.sh tests/extra/snmp.sh
EXTRA_DIST += tests/extra/browser.js tests/extra/fetch-node tests/extra/fetch-prometheus \
	tests/extra/alerts_test.yml tests/extra/make_history.py tests/extra/played.py
