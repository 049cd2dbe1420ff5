# tests/unit/query: what asks servers once, in the simulator
check_PROGRAMS += tests/unit/query/test_query
TESTS += tests/unit/query/test_query
tests_unit_query_test_query_SOURCES = tests/unit/query/test_query.c \
	tests/unit/query/lab.c tests/unit/query/lab.h
tests_unit_query_test_query_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_query_test_query_LDADD = libquery.a libsim.a libke.a $(QUERY_LIBS) libsys.a libbase.a \
	$(SYS_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm
