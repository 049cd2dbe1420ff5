# tests/unit/snmp: a snapshot as the objects and notifications of the NTPv4-MIB
check_PROGRAMS += tests/unit/snmp/test_objects tests/unit/snmp/test_notices tests/unit/snmp/test_settings
TESTS += tests/unit/snmp/test_objects tests/unit/snmp/test_notices tests/unit/snmp/test_settings
snmp_test_libs = libntpsnmp.a libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) \
	$(CMOCKA_LIBS) -lm
tests_unit_snmp_test_objects_SOURCES = tests/unit/snmp/test_objects.c
tests_unit_snmp_test_objects_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_snmp_test_objects_LDADD = $(snmp_test_libs)
tests_unit_snmp_test_notices_SOURCES = tests/unit/snmp/test_notices.c
tests_unit_snmp_test_notices_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_snmp_test_notices_LDADD = $(snmp_test_libs)
tests_unit_snmp_test_settings_SOURCES = tests/unit/snmp/test_settings.c
tests_unit_snmp_test_settings_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_snmp_test_settings_LDADD = $(snmp_test_libs)
