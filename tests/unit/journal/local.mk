# tests/unit/journal: log, statistics and counters over simulated ports
journal_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
journal_test_LDADD = libjournal.a libsim.a libconfig.a libcore.a libke.a libcrypto_ntp.a libwire.a libbase.a \
	$(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/journal/test_counters
TESTS += tests/unit/journal/test_counters
tests_unit_journal_test_counters_SOURCES = tests/unit/journal/test_counters.c
tests_unit_journal_test_counters_CPPFLAGS = $(journal_test_CPPFLAGS)
tests_unit_journal_test_counters_LDADD = $(journal_test_LDADD)

check_PROGRAMS += tests/unit/journal/test_filegen
TESTS += tests/unit/journal/test_filegen
tests_unit_journal_test_filegen_SOURCES = tests/unit/journal/test_filegen.c
tests_unit_journal_test_filegen_CPPFLAGS = $(journal_test_CPPFLAGS)
tests_unit_journal_test_filegen_LDADD = $(journal_test_LDADD)

check_PROGRAMS += tests/unit/journal/test_journal
TESTS += tests/unit/journal/test_journal
tests_unit_journal_test_journal_SOURCES = tests/unit/journal/test_journal.c
tests_unit_journal_test_journal_CPPFLAGS = $(journal_test_CPPFLAGS)
tests_unit_journal_test_journal_LDADD = $(journal_test_LDADD)
