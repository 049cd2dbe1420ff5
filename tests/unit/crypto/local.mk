# tests/unit/crypto
check_PROGRAMS += tests/unit/crypto/test_keyring
TESTS += tests/unit/crypto/test_keyring
tests_unit_crypto_test_keyring_SOURCES = tests/unit/crypto/test_keyring.c
tests_unit_crypto_test_keyring_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) -I$(top_srcdir)/tests
tests_unit_crypto_test_keyring_LDADD = libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/crypto/test_mac
TESTS += tests/unit/crypto/test_mac
tests_unit_crypto_test_mac_SOURCES = tests/unit/crypto/test_mac.c
tests_unit_crypto_test_mac_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) -I$(top_srcdir)/tests
tests_unit_crypto_test_mac_LDADD = libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/crypto/test_siv
TESTS += tests/unit/crypto/test_siv
tests_unit_crypto_test_siv_SOURCES = tests/unit/crypto/test_siv.c
tests_unit_crypto_test_siv_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_crypto_test_siv_LDADD = libcrypto_ntp.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/crypto/test_aead
TESTS += tests/unit/crypto/test_aead
tests_unit_crypto_test_aead_SOURCES = tests/unit/crypto/test_aead.c
tests_unit_crypto_test_aead_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_crypto_test_aead_LDADD = libcrypto_ntp.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/crypto/test_cookie
TESTS += tests/unit/crypto/test_cookie
tests_unit_crypto_test_cookie_SOURCES = tests/unit/crypto/test_cookie.c
tests_unit_crypto_test_cookie_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_crypto_test_cookie_LDADD = libcrypto_ntp.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/crypto/test_nts
TESTS += tests/unit/crypto/test_nts
tests_unit_crypto_test_nts_SOURCES = tests/unit/crypto/test_nts.c
tests_unit_crypto_test_nts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_crypto_test_nts_LDADD = libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/crypto/test_certificate
TESTS += tests/unit/crypto/test_certificate
tests_unit_crypto_test_certificate_SOURCES = tests/unit/crypto/test_certificate.c
tests_unit_crypto_test_certificate_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_crypto_test_certificate_LDADD = libcrypto_ntp.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
