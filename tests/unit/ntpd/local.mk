# tests/unit/ntpd: parts of the daemon that can be had without the rest of it
ntpd_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
ntpd_test_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/ntpd/test_leaptable
TESTS += tests/unit/ntpd/test_leaptable
tests_unit_ntpd_test_leaptable_SOURCES = tests/unit/ntpd/test_leaptable.c
tests_unit_ntpd_test_leaptable_CPPFLAGS = $(ntpd_test_CPPFLAGS)
tests_unit_ntpd_test_leaptable_LDADD = $(ntpd_test_LDADD)

check_PROGRAMS += tests/unit/ntpd/test_checknts
TESTS += tests/unit/ntpd/test_checknts
tests_unit_ntpd_test_checknts_SOURCES = tests/unit/ntpd/test_checknts.c
tests_unit_ntpd_test_checknts_CPPFLAGS = $(ntpd_test_CPPFLAGS)
tests_unit_ntpd_test_checknts_LDADD = $(ntpd_test_LDADD)

check_PROGRAMS += tests/unit/ntpd/test_nts_rotation
TESTS += tests/unit/ntpd/test_nts_rotation
tests_unit_ntpd_test_nts_rotation_SOURCES = tests/unit/ntpd/test_nts_rotation.c
tests_unit_ntpd_test_nts_rotation_CPPFLAGS = $(ntpd_test_CPPFLAGS)
tests_unit_ntpd_test_nts_rotation_LDADD = $(ntpd_test_LDADD)

check_PROGRAMS += tests/unit/ntpd/test_nts_serve
TESTS += tests/unit/ntpd/test_nts_serve
tests_unit_ntpd_test_nts_serve_SOURCES = tests/unit/ntpd/test_nts_serve.c
tests_unit_ntpd_test_nts_serve_CPPFLAGS = $(ntpd_test_CPPFLAGS)
tests_unit_ntpd_test_nts_serve_LDADD = $(ntpd_test_LDADD)
