# tests/unit/auth
check_PROGRAMS += tests/unit/auth/test_auth
TESTS += tests/unit/auth/test_auth
tests_unit_auth_test_auth_SOURCES = tests/unit/auth/test_auth.c
tests_unit_auth_test_auth_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_auth_test_auth_LDADD = libauth.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/auth/test_nts_peers
TESTS += tests/unit/auth/test_nts_peers
tests_unit_auth_test_nts_peers_SOURCES = tests/unit/auth/test_nts_peers.c
tests_unit_auth_test_nts_peers_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_auth_test_nts_peers_LDADD = libke.a libconfig.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/auth/test_auth_nts
TESTS += tests/unit/auth/test_auth_nts
tests_unit_auth_test_auth_nts_SOURCES = tests/unit/auth/test_auth_nts.c
tests_unit_auth_test_auth_nts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_auth_test_auth_nts_LDADD = libauth.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/auth/test_auth_nts_server
TESTS += tests/unit/auth/test_auth_nts_server
tests_unit_auth_test_auth_nts_server_SOURCES = tests/unit/auth/test_auth_nts_server.c
tests_unit_auth_test_auth_nts_server_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_auth_test_auth_nts_server_LDADD = libauth.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
