# tests/unit/client: where the time comes from
client_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
client_test_LDADD = libclient.a libauth.a libjournal.a libconfig.a libcore.a libcrypto_ntp.a \
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
