# tests/sim: whole daemons in simulated time
check_LIBRARIES += libsim.a
libsim_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) -I$(top_srcdir)/tests
libsim_a_SOURCES = \
	tests/sim/world.h tests/sim/world.c \
	tests/sim/oracle.h tests/sim/oracle.c \
	tests/sim/sim.h tests/sim/sim.c \
	tests/sim/scenario.h tests/sim/scenario.c \
	tests/sim/mode6.h tests/sim/mode6.c \
	tests/sim/osc.h tests/sim/osc.c \
	tests/sim/sim_rng.h tests/sim/sim_rng.c \
	tests/sim/sim_clock.h tests/sim/sim_clock.c \
	tests/sim/sim_loop.h tests/sim/sim_loop.c \
	tests/sim/sim_device.h tests/sim/sim_device.c \
	tests/sim/sim_path.h tests/sim/sim_path.c \
	tests/sim/sim_signd.h tests/sim/sim_signd.c \
	tests/sim/sim_phc.h tests/sim/sim_phc.c \
	tests/sim/sim_net.h tests/sim/sim_net.c tests/sim/sim_socket.c \
	tests/sim/sim_sensor.h tests/sim/sim_sensor.c \
	tests/sim/sim_store.h tests/sim/sim_store.c \
	tests/sim/sim_log.h tests/sim/sim_log.c \
	tests/sim/sim_resolver.h tests/sim/sim_resolver.c \
	tests/sim/sim_ke.h tests/sim/sim_ke.c \
	tests/sim/sim_nts.h tests/sim/sim_nts.c \
	tests/sim/sim_server.h tests/sim/sim_server.c

check_PROGRAMS += tests/sim/test_sim
TESTS += tests/sim/test_sim
tests_sim_test_sim_SOURCES = tests/sim/test_sim.c
tests_sim_test_sim_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_sim_test_sim_LDADD = libsim.a libke.a libcore.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

# The scenarios: whole daemons.
check_PROGRAMS += tests/sim/sim_scenarios
TESTS += tests/sim/sim_scenarios
# What "SIM_LONG=" leaves out: under sanitizers quickstart's check does, its check-deep does not.
SIM_LONG = tests/sim/scenarios_classic.sh tests/sim/known_seeds.sh
TESTS += $(SIM_LONG)
EXTRA_DIST += $(SIM_LONG) tests/sim/digests.sh
tests_sim_sim_scenarios_SOURCES = tests/sim/forger.h tests/sim/forger.c \
	tests/sim/stranger.h tests/sim/stranger.c \
	tests/sim/scenarios_access.c \
	tests/sim/scenarios_attack.c \
	tests/sim/scenarios_broadcast.c \
	tests/sim/scenarios_certtime.c \
	tests/sim/scenarios_clock.c \
	tests/sim/scenarios_refclock.c tests/sim/scenarios_refclock_kinds.c \
	tests/sim/scenarios_conf.c \
	tests/sim/scenarios_explain.c \
	tests/sim/scenarios_fault.c \
	tests/sim/scenarios_fields.c \
	tests/sim/scenarios_fleet.c \
	tests/sim/boot.h tests/sim/boot.c \
	tests/sim/scenarios_hwstamp.c \
	tests/sim/scenarios_leap.c \
	tests/sim/scenarios_manycast.c \
	tests/sim/scenarios_liars.c \
	tests/sim/scenarios_latch.c \
	tests/sim/scenarios_interleaved.c \
	tests/sim/scenarios_nts.c \
	tests/sim/scenarios_mssntp.c \
	tests/sim/scenarios_network.c \
	tests/sim/scenarios_nts_server.c \
	tests/sim/scenarios_pool.c \
	tests/sim/scenarios_quorum.c \
	tests/sim/scenarios_protect.c \
	tests/sim/scenarios_reload.c \
	tests/sim/scenarios_serve.c \
	tests/sim/scenarios_source.c \
	tests/sim/scenarios_start.c \
	tests/sim/scenarios_first_slew.c \
	tests/sim/scenarios_symmetric.c \
	tests/sim/scenarios_tempcomp.c \
	tests/sim/scenarios_trust.c \
	tests/sim/scenarios_wire.c \
	tests/sim/sim_scenarios.c
tests_sim_sim_scenarios_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_sim_sim_scenarios_LDADD = libsim.a libmode6.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

# How long the first decision takes.
check_PROGRAMS += tests/sim/sim_boot
tests_sim_sim_boot_SOURCES = tests/sim/boot.h tests/sim/boot.c tests/sim/sim_boot.c
tests_sim_sim_boot_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_sim_sim_boot_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

# Random scenarios.
check_PROGRAMS += tests/sim/sim_soak
TESTS += tests/sim/sim_soak
tests_sim_sim_soak_SOURCES = tests/sim/soak.h tests/sim/soak.c tests/sim/soak_wide.h tests/sim/soak_wide.c \
	tests/sim/soak_cast.h tests/sim/soak_cast.c \
	tests/sim/soak_nts.h tests/sim/soak_nts.c \
	tests/sim/soak_peers.h tests/sim/soak_peers.c \
	tests/sim/soak_temp.h tests/sim/soak_temp.c \
	tests/sim/soak_record.h tests/sim/soak_record.c tests/sim/sim_soak.c
tests_sim_sim_soak_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_sim_sim_soak_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm
EXTRA_DIST += tests/sim/seeds.txt

# Mode 6 of a whole daemon.
check_PROGRAMS += tests/sim/test_control
TESTS += tests/sim/test_control
tests_sim_test_control_SOURCES = tests/sim/test_control.c
tests_sim_test_control_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(CMOCKA_CFLAGS) \
	-I$(top_srcdir)/tests
tests_sim_test_control_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

# Its statistics.
check_PROGRAMS += tests/sim/test_stats
TESTS += tests/sim/test_stats
tests_sim_test_stats_SOURCES = tests/sim/test_stats.c
tests_sim_test_stats_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(CMOCKA_CFLAGS) \
	-I$(top_srcdir)/tests
tests_sim_test_stats_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

# Writes statistics for programs that draw them.
check_PROGRAMS += tests/sim/sim_stats
tests_sim_sim_stats_SOURCES = tests/sim/sim_stats.c
tests_sim_sim_stats_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_sim_sim_stats_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

# What an operator reads.
check_PROGRAMS += tests/sim/test_journal
TESTS += tests/sim/test_journal
tests_sim_test_journal_SOURCES = tests/sim/test_journal.c
tests_sim_test_journal_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_sim_test_journal_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm
