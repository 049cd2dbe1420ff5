# tests/unit/ke
check_PROGRAMS += tests/unit/ke/test_exchange
TESTS += tests/unit/ke/test_exchange
tests_unit_ke_test_exchange_SOURCES = tests/unit/ke/test_exchange.c
tests_unit_ke_test_exchange_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_ke_test_exchange_LDADD = libke.a libwire.a libbase.a $(CMOCKA_LIBS)
