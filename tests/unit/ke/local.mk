# tests/unit/ke
check_PROGRAMS += tests/unit/ke/test_exchange
TESTS += tests/unit/ke/test_exchange
tests_unit_ke_test_exchange_SOURCES = tests/unit/ke/test_exchange.c
tests_unit_ke_test_exchange_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_ke_test_exchange_LDADD = libke.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/ke/test_crowd
TESTS += tests/unit/ke/test_crowd
tests_unit_ke_test_crowd_SOURCES = tests/unit/ke/test_crowd.c
tests_unit_ke_test_crowd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_ke_test_crowd_LDADD = libke.a libbase.a $(CMOCKA_LIBS)

# What runs the processes of key establishment links this.
KE_LIBS = libke.a libsys.a libcrypto_ntp.a libwire.a libbase.a $(SYS_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS)

check_PROGRAMS += tests/unit/ke/test_message
TESTS += tests/unit/ke/test_message
tests_unit_ke_test_message_SOURCES = tests/unit/ke/test_message.c
tests_unit_ke_test_message_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_ke_test_message_LDADD = $(KE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/ke/test_ke
TESTS += tests/unit/ke/test_ke
tests_unit_ke_test_ke_SOURCES = tests/unit/ke/test_ke.c
tests_unit_ke_test_ke_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(SSL_CFLAGS)
tests_unit_ke_test_ke_LDADD = $(KE_LIBS) $(CMOCKA_LIBS)
