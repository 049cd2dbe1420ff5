# tests/interop: against other people's programs, unpacked by fetch-peers
# Those that wait longest are begun first.
INTEROP_TESTS += \
	tests/interop/nts_server.sh \
	tests/interop/nts_client.sh \
	tests/interop/real_clients.sh \
	tests/interop/symmetric.sh \
	tests/interop/nts_self.sh \
	tests/interop/nts_times.sh \
	tests/interop/client_openntpd.sh \
	tests/interop/refclocks.sh \
	tests/interop/start_times.sh \
	tests/interop/interleaved.sh \
	tests/interop/monitor.sh \
	tests/interop/howto.sh \
	tests/interop/matrix.sh \
	tests/interop/nts_tools.sh \
	tests/interop/nts_control.sh \
	tests/interop/mssntp.sh \
	tests/interop/broadcast.sh \
	tests/interop/keys.sh \
	tests/interop/tools.sh \
	tests/interop/client_ntpsec.sh \
	tests/interop/ecosystem.sh \
	tests/interop/control.sh \
	tests/interop/client_chrony.sh \
	tests/interop/server.sh \
	tests/interop/clients.sh \
	tests/interop/logs.sh \
	tests/interop/ntpviz.sh \
	tests/interop/ntpq-ntpsec.sh
EXTRA_DIST += tests/interop/fetch-peers tests/interop/noclock.c tests/interop/peers.sh
EXTRA_DIST += tests/interop/lynis.sh
EXTRA_DIST += tests/interop/fake-servers.py tests/interop/many-clients.py tests/interop/nmea_tcp.py \
	tests/interop/packets.py \
	tests/interop/real-clients.py
INTEROP_HELPERS += tests/sim/sim_stats

# NTS
EXTRA_PROGRAMS += tests/interop/nts_ask
INTEROP_HELPERS += tests/interop/nts_ask
tests_interop_nts_ask_SOURCES = tests/interop/nts_ask.c tests/system/nts_packet.c tests/system/nts_packet.h
tests_interop_nts_ask_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) -I$(top_srcdir)/tests
tests_interop_nts_ask_LDADD = libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) -lssl
EXTRA_DIST += tests/interop/nts_rig.sh tests/interop/nts_fixtures.sh
EXTRA_DIST += tests/interop/nts_crowd.py
