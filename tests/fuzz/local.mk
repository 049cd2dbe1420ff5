# tests/fuzz: targets of libFuzzer (configure --enable-fuzzers, make check-fuzz). Without it each
# is an ordinary test that replays its seeds, tests/data/fuzz/NAME, and mutations of them.
FUZZ_TARGETS += \
	tests/fuzz/fuzz_packet \
	tests/fuzz/fuzz_ntske \
	tests/fuzz/fuzz_ke_exchange \
	tests/fuzz/fuzz_ke_message \
	tests/fuzz/fuzz_nts \
	tests/fuzz/fuzz_nts_server \
	tests/fuzz/fuzz_ntsd \
	tests/fuzz/fuzz_cookie \
	tests/fuzz/fuzz_broadcast \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_confdiff \
	tests/fuzz/fuzz_keys \
	tests/fuzz/fuzz_ntskeys \
	tests/fuzz/fuzz_ntsstate \
	tests/fuzz/fuzz_leap \
	tests/fuzz/fuzz_control \
	tests/fuzz/fuzz_mode6 \
	tests/fuzz/fuzz_reload \
	tests/fuzz/fuzz_mru \
	tests/fuzz/fuzz_interleave \
	tests/fuzz/fuzz_exporter \
	tests/fuzz/fuzz_ntpmon \
	tests/fuzz/fuzz_snmp \
	tests/fuzz/fuzz_response \
	tests/fuzz/fuzz_resolver \
	tests/fuzz/fuzz_nmea \
	tests/fuzz/fuzz_onwire \
	tests/fuzz/fuzz_gpsd \
	tests/fuzz/fuzz_shm \
	tests/fuzz/fuzz_signd \
	tests/fuzz/fuzz_sock \
	tests/fuzz/fuzz_starter \
	tests/fuzz/fuzz_tempcomp \
	tests/fuzz/fuzz_vmclock
fuzz_ldflags = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
if FUZZERS
fuzz_main =
else
fuzz_main = tests/fuzz/replay.c
TESTS += $(FUZZ_TARGETS)
endif
check_PROGRAMS += $(FUZZ_TARGETS)
EXTRA_DIST += tests/fuzz/replay.c tests/fuzz/run.sh

tests_fuzz_fuzz_packet_SOURCES = tests/fuzz/fuzz_packet.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_packet_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_packet_LDADD = libwire.a libbase.a

tests_fuzz_fuzz_ntske_SOURCES = tests/fuzz/fuzz_ntske.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_ntske_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ntske_LDADD = libwire.a libbase.a

tests_fuzz_fuzz_nts_SOURCES = tests/fuzz/fuzz_nts.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_nts_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_nts_LDADD = libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)

tests_fuzz_fuzz_nts_server_SOURCES = tests/fuzz/fuzz_nts_server.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_nts_server_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_nts_server_LDADD = libauth.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)

tests_fuzz_fuzz_cookie_SOURCES = tests/fuzz/fuzz_cookie.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_cookie_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_cookie_LDADD = libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)

tests_fuzz_fuzz_ke_exchange_SOURCES = tests/fuzz/fuzz_ke_exchange.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_ke_exchange_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ke_exchange_LDADD = libke.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)

tests_fuzz_fuzz_ke_message_SOURCES = tests/fuzz/fuzz_ke_message.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_ke_message_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ke_message_LDADD = libke.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)

tests_fuzz_fuzz_control_SOURCES = tests/fuzz/fuzz_control.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_control_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_control_LDADD = libwire.a libbase.a

tests_fuzz_fuzz_resolver_SOURCES = tests/fuzz/fuzz_resolver.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_resolver_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_resolver_LDADD = libsys.a libbase.a $(SYS_LIBS)

tests_fuzz_fuzz_starter_SOURCES = tests/fuzz/fuzz_starter.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_starter_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_starter_LDADD = libsys.a libbase.a $(SYS_LIBS)

tests_fuzz_fuzz_response_SOURCES = tests/fuzz/fuzz_response.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_response_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_fuzz_fuzz_response_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_response_LDADD = libntpq.a libmode6.a libconfig.a libcrypto_ntp.a libwire.a \
	libbase.a $(CRYPTO_LIBS) $(EDIT_LIBS)

tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_conf_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_conf_LDADD = libconfig.a libbase.a

tests_fuzz_fuzz_confdiff_SOURCES = tests/fuzz/fuzz_confdiff.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_confdiff_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_confdiff_LDADD = libconfig.a libbase.a

tests_fuzz_fuzz_keys_SOURCES = tests/fuzz/fuzz_keys.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_keys_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_keys_LDADD = libconfig.a libbase.a

tests_fuzz_fuzz_ntsstate_SOURCES = tests/fuzz/fuzz_ntsstate.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_ntsstate_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ntsstate_LDADD = libconfig.a libbase.a

tests_fuzz_fuzz_ntskeys_SOURCES = tests/fuzz/fuzz_ntskeys.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_ntskeys_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ntskeys_LDADD = libconfig.a libbase.a

tests_fuzz_fuzz_leap_SOURCES = tests/fuzz/fuzz_leap.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_leap_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_leap_LDADD = libconfig.a libbase.a

tests_fuzz_fuzz_mode6_SOURCES = tests/fuzz/fuzz_mode6.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_mode6_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) -I$(top_srcdir)/tests \
	-DREPLAY_MUTATIONS=3000
tests_fuzz_fuzz_mode6_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_mode6_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

tests_fuzz_fuzz_ntsd_SOURCES = tests/sim/stranger.h tests/sim/stranger.c \
	tests/fuzz/fuzz_ntsd.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_ntsd_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -DREPLAY_MUTATIONS=2000
tests_fuzz_fuzz_ntsd_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ntsd_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

tests_fuzz_fuzz_reload_SOURCES = tests/fuzz/fuzz_reload.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_reload_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -DREPLAY_MUTATIONS=2000
tests_fuzz_fuzz_reload_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_reload_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

tests_fuzz_fuzz_mru_SOURCES = tests/fuzz/fuzz_mru.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_mru_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) -I$(top_srcdir)/tests \
	-DREPLAY_MUTATIONS=10000
tests_fuzz_fuzz_mru_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_mru_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

tests_fuzz_fuzz_interleave_SOURCES = tests/fuzz/fuzz_interleave.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_interleave_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_interleave_LDADD = libcore.a libwire.a libbase.a -lm

tests_fuzz_fuzz_exporter_SOURCES = tests/fuzz/fuzz_exporter.c tests/fuzz/answers.h \
	tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_exporter_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -DREPLAY_MUTATIONS=2000
tests_fuzz_fuzz_exporter_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_exporter_LDADD = libexporter.a libmode6.a libcrypto_ntp.a libwire.a libbase.a \
	$(CRYPTO_LIBS)

tests_fuzz_fuzz_ntpmon_SOURCES = tests/fuzz/fuzz_ntpmon.c tests/fuzz/answers.h \
	tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_ntpmon_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -DREPLAY_MUTATIONS=2000
tests_fuzz_fuzz_ntpmon_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ntpmon_LDADD = libntpmon.a libmode6.a libcrypto_ntp.a libwire.a libbase.a \
	$(CRYPTO_LIBS)

tests_fuzz_fuzz_snmp_SOURCES = tests/fuzz/fuzz_snmp.c tests/fuzz/answers.h tests/fuzz/fuzz.h \
	$(fuzz_main)
tests_fuzz_fuzz_snmp_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -DREPLAY_MUTATIONS=2000
tests_fuzz_fuzz_snmp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_snmp_LDADD = libntpsnmp.a libmode6.a libcrypto_ntp.a libwire.a libbase.a \
	$(CRYPTO_LIBS) -lm

tests_fuzz_fuzz_shm_SOURCES = tests/fuzz/fuzz_shm.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_shm_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_shm_LDADD = librefclock.a $(JANSSON_LIBS) libbase.a

tests_fuzz_fuzz_nmea_SOURCES = tests/fuzz/fuzz_nmea.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_nmea_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_nmea_LDADD = librefclock.a $(JANSSON_LIBS) libbase.a

tests_fuzz_fuzz_gpsd_SOURCES = tests/fuzz/fuzz_gpsd.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_gpsd_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_gpsd_LDADD = librefclock.a $(JANSSON_LIBS) libbase.a

tests_fuzz_fuzz_sock_SOURCES = tests/fuzz/fuzz_sock.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_sock_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_sock_LDADD = librefclock.a $(JANSSON_LIBS) libbase.a

tests_fuzz_fuzz_vmclock_SOURCES = tests/fuzz/fuzz_vmclock.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_vmclock_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_vmclock_LDADD = librefclock.a libbase.a

tests_fuzz_fuzz_signd_SOURCES = tests/fuzz/fuzz_signd.c tests/fuzz/fuzz.h tests/unit/server/lab.c \
	tests/unit/server/lab.h $(fuzz_main)
tests_fuzz_fuzz_signd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_fuzz_fuzz_signd_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_signd_LDADD = libserver.a libauth.a libjournal.a libconfig.a libcore.a \
	libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

tests_fuzz_fuzz_onwire_SOURCES = tests/fuzz/fuzz_onwire.c tests/fuzz/fuzz.h $(fuzz_main)
# Each input is a talk of thirty rounds.
tests_fuzz_fuzz_onwire_CPPFLAGS = $(AM_CPPFLAGS) -DREPLAY_MUTATIONS=3000
tests_fuzz_fuzz_onwire_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_onwire_LDADD = libcore.a libwire.a libbase.a -lm

tests_fuzz_fuzz_broadcast_SOURCES = tests/fuzz/fuzz_broadcast.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_broadcast_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_broadcast_LDADD = libcore.a libwire.a libbase.a -lm

tests_fuzz_fuzz_tempcomp_SOURCES = tests/fuzz/fuzz_tempcomp.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_tempcomp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_tempcomp_LDADD = libcore.a libbase.a -lm
