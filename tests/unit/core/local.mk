# tests/unit/core
check_PROGRAMS += tests/unit/core/test_event
TESTS += tests/unit/core/test_event
tests_unit_core_test_event_SOURCES = tests/unit/core/test_event.c tests/unit/core/check.h
tests_unit_core_test_event_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_event_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_certtime
TESTS += tests/unit/core/test_certtime
tests_unit_core_test_certtime_SOURCES = tests/unit/core/test_certtime.c tests/unit/core/check.h
tests_unit_core_test_certtime_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_certtime_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_interleave
TESTS += tests/unit/core/test_interleave
tests_unit_core_test_interleave_SOURCES = tests/unit/core/test_interleave.c tests/unit/core/check.h
tests_unit_core_test_interleave_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_interleave_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_onwire_client
TESTS += tests/unit/core/test_onwire_client
tests_unit_core_test_onwire_client_SOURCES = tests/unit/core/test_onwire_client.c \
	tests/unit/core/check.h
tests_unit_core_test_onwire_client_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_onwire_client_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/core/test_filter
TESTS += tests/unit/core/test_filter
tests_unit_core_test_filter_SOURCES = tests/unit/core/test_filter.c tests/unit/core/check.h
tests_unit_core_test_filter_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_filter_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_select
TESTS += tests/unit/core/test_select
tests_unit_core_test_select_SOURCES = tests/unit/core/test_select.c tests/unit/core/check.h
tests_unit_core_test_select_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_select_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_spike
TESTS += tests/unit/core/test_spike
tests_unit_core_test_spike_SOURCES = tests/unit/core/test_spike.c tests/unit/core/check.h
tests_unit_core_test_spike_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_spike_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_estimator
TESTS += tests/unit/core/test_estimator
tests_unit_core_test_estimator_SOURCES = tests/unit/core/test_estimator.c tests/unit/core/check.h
tests_unit_core_test_estimator_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_estimator_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_loop_adaptive
TESTS += tests/unit/core/test_loop_adaptive
tests_unit_core_test_loop_adaptive_SOURCES = tests/unit/core/test_loop_adaptive.c tests/unit/core/check.h
tests_unit_core_test_loop_adaptive_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_loop_adaptive_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_roundtrip
TESTS += tests/unit/core/test_roundtrip
tests_unit_core_test_roundtrip_SOURCES = tests/unit/core/test_roundtrip.c tests/unit/core/check.h
tests_unit_core_test_roundtrip_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_roundtrip_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_discipline
TESTS += tests/unit/core/test_discipline
tests_unit_core_test_discipline_SOURCES = tests/unit/core/test_discipline.c tests/unit/core/check.h
tests_unit_core_test_discipline_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_discipline_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_steplimit
TESTS += tests/unit/core/test_steplimit
tests_unit_core_test_steplimit_SOURCES = tests/unit/core/test_steplimit.c tests/unit/core/check.h
tests_unit_core_test_steplimit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_steplimit_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_mru
TESTS += tests/unit/core/test_mru
tests_unit_core_test_mru_SOURCES = tests/unit/core/test_mru.c
tests_unit_core_test_mru_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_core_test_mru_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_restrict
TESTS += tests/unit/core/test_restrict
tests_unit_core_test_restrict_SOURCES = tests/unit/core/test_restrict.c
tests_unit_core_test_restrict_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_core_test_restrict_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_serve
TESTS += tests/unit/core/test_serve
tests_unit_core_test_serve_SOURCES = tests/unit/core/test_serve.c
tests_unit_core_test_serve_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_core_test_serve_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_verdict
TESTS += tests/unit/core/test_verdict
tests_unit_core_test_verdict_SOURCES = tests/unit/core/test_verdict.c
tests_unit_core_test_verdict_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_core_test_verdict_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_loop_classic
TESTS += tests/unit/core/test_loop_classic
tests_unit_core_test_loop_classic_SOURCES = tests/unit/core/test_loop_classic.c tests/unit/core/check.h
tests_unit_core_test_loop_classic_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_loop_classic_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_assoc
TESTS += tests/unit/core/test_assoc
tests_unit_core_test_assoc_SOURCES = tests/unit/core/test_assoc.c
tests_unit_core_test_assoc_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_assoc_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/core/test_leap
TESTS += tests/unit/core/test_leap
tests_unit_core_test_leap_SOURCES = tests/unit/core/test_leap.c tests/unit/core/check.h
tests_unit_core_test_leap_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_leap_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_orphan
TESTS += tests/unit/core/test_orphan
tests_unit_core_test_orphan_SOURCES = tests/unit/core/test_orphan.c tests/unit/core/check.h
tests_unit_core_test_orphan_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_orphan_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_phcmap
TESTS += tests/unit/core/test_phcmap
tests_unit_core_test_phcmap_SOURCES = tests/unit/core/test_phcmap.c tests/unit/core/check.h
tests_unit_core_test_phcmap_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_core_test_phcmap_LDADD = libsim.a libcore.a libbase.a $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/core/test_refsample
TESTS += tests/unit/core/test_refsample
tests_unit_core_test_refsample_SOURCES = tests/unit/core/test_refsample.c tests/unit/core/check.h
tests_unit_core_test_refsample_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_refsample_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_corridor
TESTS += tests/unit/core/test_corridor
tests_unit_core_test_corridor_SOURCES = tests/unit/core/test_corridor.c tests/unit/core/check.h
tests_unit_core_test_corridor_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_corridor_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_bank
TESTS += tests/unit/core/test_bank
tests_unit_core_test_bank_SOURCES = tests/unit/core/test_bank.c tests/unit/core/check.h
tests_unit_core_test_bank_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_bank_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_joint
TESTS += tests/unit/core/test_joint
tests_unit_core_test_joint_SOURCES = tests/unit/core/test_joint.c tests/unit/core/check.h
tests_unit_core_test_joint_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_joint_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_witness
TESTS += tests/unit/core/test_witness
tests_unit_core_test_witness_SOURCES = tests/unit/core/test_witness.c tests/unit/core/check.h
tests_unit_core_test_witness_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_witness_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_overlap
TESTS += tests/unit/core/test_overlap
tests_unit_core_test_overlap_SOURCES = tests/unit/core/test_overlap.c tests/unit/core/check.h
tests_unit_core_test_overlap_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_overlap_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_quorum
TESTS += tests/unit/core/test_quorum
tests_unit_core_test_quorum_SOURCES = tests/unit/core/test_quorum.c tests/unit/core/check.h
tests_unit_core_test_quorum_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_quorum_LDADD = libcore.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_nts_client
TESTS += tests/unit/core/test_nts_client
tests_unit_core_test_nts_client_SOURCES = tests/unit/core/test_nts_client.c tests/unit/core/check.h
tests_unit_core_test_nts_client_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_nts_client_LDADD = libcore.a libbase.a $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/core/test_bclient
TESTS += tests/unit/core/test_bclient
tests_unit_core_test_bclient_SOURCES = tests/unit/core/test_bclient.c tests/unit/core/check.h
tests_unit_core_test_bclient_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_bclient_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_manycast
TESTS += tests/unit/core/test_manycast
tests_unit_core_test_manycast_SOURCES = tests/unit/core/test_manycast.c tests/unit/core/check.h
tests_unit_core_test_manycast_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_manycast_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_onwire
TESTS += tests/unit/core/test_onwire
tests_unit_core_test_onwire_SOURCES = tests/unit/core/test_onwire.c
tests_unit_core_test_onwire_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_onwire_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/core/test_symmetric
TESTS += tests/unit/core/test_symmetric
tests_unit_core_test_symmetric_SOURCES = tests/unit/core/test_symmetric.c
tests_unit_core_test_symmetric_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_symmetric_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/core/test_assoc_broadcast
TESTS += tests/unit/core/test_assoc_broadcast
tests_unit_core_test_assoc_broadcast_SOURCES = tests/unit/core/test_assoc_broadcast.c tests/unit/core/check.h
tests_unit_core_test_assoc_broadcast_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_assoc_broadcast_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/core/test_tempsensor
TESTS += tests/unit/core/test_tempsensor
tests_unit_core_test_tempsensor_SOURCES = tests/unit/core/test_tempsensor.c tests/unit/core/check.h
tests_unit_core_test_tempsensor_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_tempsensor_LDADD = libcore.a libbase.a $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/core/test_tempcomp
TESTS += tests/unit/core/test_tempcomp
tests_unit_core_test_tempcomp_SOURCES = tests/unit/core/test_tempcomp.c tests/unit/core/check.h
tests_unit_core_test_tempcomp_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_tempcomp_LDADD = libcore.a libbase.a $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/core/test_assoc_fit
TESTS += tests/unit/core/test_assoc_fit
tests_unit_core_test_assoc_fit_SOURCES = tests/unit/core/test_assoc_fit.c tests/unit/core/check.h
tests_unit_core_test_assoc_fit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_core_test_assoc_fit_LDADD = libcore.a libwire.a libbase.a $(CMOCKA_LIBS)
