# tests/unit/client: where the time comes from, over simulated ports
client_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
client_test_LDADD = libclient.a libauth.a libjournal.a libsim.a libconfig.a librefclock.a $(JANSSON_LIBS) libcore.a libke.a libcrypto_ntp.a \
	libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/client/test_refclock
TESTS += tests/unit/client/test_refclock
tests_unit_client_test_refclock_SOURCES = tests/unit/client/test_refclock.c
tests_unit_client_test_refclock_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_refclock_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_votes
TESTS += tests/unit/client/test_votes
tests_unit_client_test_votes_SOURCES = tests/unit/client/test_votes.c
tests_unit_client_test_votes_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_votes_LDADD = $(client_test_LDADD)

client_rig = tests/unit/client/rig.h tests/unit/client/rig.c

check_PROGRAMS += tests/unit/client/test_association_io
TESTS += tests/unit/client/test_association_io
tests_unit_client_test_association_io_SOURCES = tests/unit/client/test_association_io.c $(client_rig)
tests_unit_client_test_association_io_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_association_io_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_sources
TESTS += tests/unit/client/test_sources
tests_unit_client_test_sources_SOURCES = tests/unit/client/test_sources.c $(client_rig)
tests_unit_client_test_sources_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_sources_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_asked
TESTS += tests/unit/client/test_asked
tests_unit_client_test_asked_SOURCES = tests/unit/client/test_asked.c $(client_rig)
tests_unit_client_test_asked_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_asked_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_protect
TESTS += tests/unit/client/test_protect
tests_unit_client_test_protect_SOURCES = tests/unit/client/test_protect.c $(client_rig)
tests_unit_client_test_protect_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_protect_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_peer_event
TESTS += tests/unit/client/test_peer_event
tests_unit_client_test_peer_event_SOURCES = tests/unit/client/test_peer_event.c $(client_rig)
tests_unit_client_test_peer_event_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_peer_event_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_peers
TESTS += tests/unit/client/test_peers
tests_unit_client_test_peers_SOURCES = tests/unit/client/test_peers.c $(client_rig)
tests_unit_client_test_peers_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_peers_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_fallback
TESTS += tests/unit/client/test_fallback
tests_unit_client_test_fallback_SOURCES = tests/unit/client/test_fallback.c $(client_rig)
tests_unit_client_test_fallback_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_fallback_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_refclock_shm
TESTS += tests/unit/client/test_refclock_shm
tests_unit_client_test_refclock_shm_SOURCES = tests/unit/client/test_refclock_shm.c $(client_rig)
tests_unit_client_test_refclock_shm_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_refclock_shm_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_nts
TESTS += tests/unit/client/test_nts
tests_unit_client_test_nts_SOURCES = tests/unit/client/test_nts.c $(client_rig)
tests_unit_client_test_nts_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_nts_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_refclock_nmea
TESTS += tests/unit/client/test_refclock_nmea
tests_unit_client_test_refclock_nmea_SOURCES = tests/unit/client/test_refclock_nmea.c $(client_rig)
tests_unit_client_test_refclock_nmea_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_refclock_nmea_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_shared
TESTS += tests/unit/client/test_shared
tests_unit_client_test_shared_SOURCES = tests/unit/client/test_shared.c $(client_rig)
tests_unit_client_test_shared_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_shared_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_refclock_state
TESTS += tests/unit/client/test_refclock_state
tests_unit_client_test_refclock_state_SOURCES = tests/unit/client/test_refclock_state.c $(client_rig)
tests_unit_client_test_refclock_state_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_refclock_state_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_refclock_hostile
TESTS += tests/unit/client/test_refclock_hostile
tests_unit_client_test_refclock_hostile_SOURCES = tests/unit/client/test_refclock_hostile.c $(client_rig)
tests_unit_client_test_refclock_hostile_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_refclock_hostile_LDADD = $(client_test_LDADD)

check_PROGRAMS += tests/unit/client/test_refclock_gpsd
TESTS += tests/unit/client/test_refclock_gpsd
tests_unit_client_test_refclock_gpsd_SOURCES = tests/unit/client/test_refclock_gpsd.c $(client_rig)
tests_unit_client_test_refclock_gpsd_CPPFLAGS = $(client_test_CPPFLAGS)
tests_unit_client_test_refclock_gpsd_LDADD = $(client_test_LDADD)
