# tests/unit/tools: the small programs, those that use the network in the simulator
tools_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tools_lab = tests/unit/query/lab.c tests/unit/query/lab.h
tools_lab_LIBS = libquery.a libmode6.a libsim.a libke.a $(QUERY_LIBS) libsys.a libbase.a $(SYS_LIBS) \
	$(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/tools/test_ntpdate
TESTS += tests/unit/tools/test_ntpdate
tests_unit_tools_test_ntpdate_SOURCES = tests/unit/tools/test_ntpdate.c $(tools_lab)
tests_unit_tools_test_ntpdate_CPPFLAGS = $(tools_test_CPPFLAGS)
tests_unit_tools_test_ntpdate_LDADD = libntpdate.a $(tools_lab_LIBS)

check_PROGRAMS += tests/unit/tools/test_sntp
TESTS += tests/unit/tools/test_sntp
tests_unit_tools_test_sntp_SOURCES = tests/unit/tools/test_sntp.c $(tools_lab)
tests_unit_tools_test_sntp_CPPFLAGS = $(tools_test_CPPFLAGS)
tests_unit_tools_test_sntp_LDADD = libsntp.a $(tools_lab_LIBS)

check_PROGRAMS += tests/unit/tools/test_ntp_wait
TESTS += tests/unit/tools/test_ntp_wait
tests_unit_tools_test_ntp_wait_SOURCES = tests/unit/tools/test_ntp_wait.c tests/unit/mode6/script.h
tests_unit_tools_test_ntp_wait_CPPFLAGS = $(tools_test_CPPFLAGS)
tests_unit_tools_test_ntp_wait_LDADD = libntpwait.a $(mode6_test_LDADD)

check_PROGRAMS += tests/unit/tools/test_ntptrace
TESTS += tests/unit/tools/test_ntptrace
tests_unit_tools_test_ntptrace_SOURCES = tests/unit/tools/test_ntptrace.c tests/unit/mode6/script.h
tests_unit_tools_test_ntptrace_CPPFLAGS = $(tools_test_CPPFLAGS)
tests_unit_tools_test_ntptrace_LDADD = libntptrace.a $(mode6_test_LDADD)

check_PROGRAMS += tests/unit/tools/test_ntptime
TESTS += tests/unit/tools/test_ntptime
tests_unit_tools_test_ntptime_SOURCES = tests/unit/tools/test_ntptime.c
tests_unit_tools_test_ntptime_CPPFLAGS = $(tools_test_CPPFLAGS)
tests_unit_tools_test_ntptime_LDADD = libntptime.a libmode6.a libwire.a libsys.a libbase.a \
	$(SYS_LIBS) $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/tools/test_ntp_keygen
TESTS += tests/unit/tools/test_ntp_keygen
tests_unit_tools_test_ntp_keygen_SOURCES = tests/unit/tools/test_ntp_keygen.c
tests_unit_tools_test_ntp_keygen_CPPFLAGS = $(tools_test_CPPFLAGS)
tests_unit_tools_test_ntp_keygen_LDADD = libntpkeygen.a libsim.a libconfig.a libke.a libcrypto_ntp.a \
	libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/tools/test_ntpstat
TESTS += tests/unit/tools/test_ntpstat
tests_unit_tools_test_ntpstat_SOURCES = tests/unit/tools/test_ntpstat.c tests/unit/mode6/script.h
tests_unit_tools_test_ntpstat_CPPFLAGS = $(tools_test_CPPFLAGS)
tests_unit_tools_test_ntpstat_LDADD = libntpstat.a $(mode6_test_LDADD)
