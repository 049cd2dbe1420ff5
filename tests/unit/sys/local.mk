# tests/unit/sys

check_PROGRAMS += tests/unit/sys/test_clock_linux
TESTS += tests/unit/sys/test_clock_linux
tests_unit_sys_test_clock_linux_SOURCES = tests/unit/sys/test_clock_linux.c
tests_unit_sys_test_clock_linux_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_clock_linux_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_clockwatch
TESTS += tests/unit/sys/test_clockwatch
tests_unit_sys_test_clockwatch_SOURCES = tests/unit/sys/test_clockwatch.c
tests_unit_sys_test_clockwatch_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_clockwatch_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_file_access
TESTS += tests/unit/sys/test_file_access
tests_unit_sys_test_file_access_SOURCES = tests/unit/sys/test_file_access.c
tests_unit_sys_test_file_access_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_file_access_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_log_system
TESTS += tests/unit/sys/test_log_system
tests_unit_sys_test_log_system_SOURCES = tests/unit/sys/test_log_system.c
tests_unit_sys_test_log_system_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_log_system_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_loop_event
TESTS += tests/unit/sys/test_loop_event
tests_unit_sys_test_loop_event_SOURCES = tests/unit/sys/test_loop_event.c
tests_unit_sys_test_loop_event_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_loop_event_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_net_udp
TESTS += tests/unit/sys/test_net_udp
tests_unit_sys_test_net_udp_SOURCES = tests/unit/sys/test_net_udp.c
tests_unit_sys_test_net_udp_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_net_udp_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_netlink
TESTS += tests/unit/sys/test_netlink
tests_unit_sys_test_netlink_SOURCES = tests/unit/sys/test_netlink.c
tests_unit_sys_test_netlink_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_netlink_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_notify
TESTS += tests/unit/sys/test_notify
tests_unit_sys_test_notify_SOURCES = tests/unit/sys/test_notify.c
tests_unit_sys_test_notify_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_notify_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_proc
TESTS += tests/unit/sys/test_proc
tests_unit_sys_test_proc_SOURCES = tests/unit/sys/test_proc.c
tests_unit_sys_test_proc_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_proc_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_resolver_proc
TESTS += tests/unit/sys/test_resolver_proc
tests_unit_sys_test_resolver_proc_SOURCES = tests/unit/sys/test_resolver_proc.c
tests_unit_sys_test_resolver_proc_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_resolver_proc_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_rng_system
TESTS += tests/unit/sys/test_rng_system
tests_unit_sys_test_rng_system_SOURCES = tests/unit/sys/test_rng_system.c
tests_unit_sys_test_rng_system_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_rng_system_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_stamps
TESTS += tests/unit/sys/test_stamps
tests_unit_sys_test_stamps_SOURCES = tests/unit/sys/test_stamps.c
tests_unit_sys_test_stamps_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_stamps_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_store_posix
TESTS += tests/unit/sys/test_store_posix
tests_unit_sys_test_store_posix_SOURCES = tests/unit/sys/test_store_posix.c
tests_unit_sys_test_store_posix_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_store_posix_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_sandbox
TESTS += tests/unit/sys/test_sandbox
tests_unit_sys_test_sandbox_SOURCES = tests/unit/sys/test_sandbox.c
tests_unit_sys_test_sandbox_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_sandbox_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_bare_kernel
TESTS += tests/unit/sys/test_bare_kernel
tests_unit_sys_test_bare_kernel_SOURCES = tests/unit/sys/test_bare_kernel.c
tests_unit_sys_test_bare_kernel_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(SECCOMP_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_bare_kernel_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_fence
TESTS += tests/unit/sys/test_fence
tests_unit_sys_test_fence_SOURCES = tests/unit/sys/test_fence.c
tests_unit_sys_test_fence_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_sys_test_fence_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_phc_linux
TESTS += tests/unit/sys/test_phc_linux
tests_unit_sys_test_phc_linux_SOURCES = tests/unit/sys/test_phc_linux.c
tests_unit_sys_test_phc_linux_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_phc_linux_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_net_stamps
TESTS += tests/unit/sys/test_net_stamps
tests_unit_sys_test_net_stamps_SOURCES = tests/unit/sys/test_net_stamps.c
tests_unit_sys_test_net_stamps_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_sys_test_net_stamps_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/sys/test_devices
TESTS += tests/unit/sys/test_devices
tests_unit_sys_test_devices_SOURCES = tests/unit/sys/test_devices.c
tests_unit_sys_test_devices_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_sys_test_devices_LDADD = librefclock.a $(JANSSON_LIBS) libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)
