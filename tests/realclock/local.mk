# tests/realclock: what moves the machine's clock; see run.sh and box.sh. Built with the others, run by hand.
check_PROGRAMS += tests/realclock/guard tests/realclock/rawserver
tests_realclock_guard_SOURCES = tests/realclock/guard.c
tests_realclock_guard_LDADD = -lm
tests_realclock_rawserver_SOURCES = tests/realclock/rawserver.c
tests_realclock_rawserver_LDADD = libwire.a libbase.a -lm
EXTRA_DIST += tests/realclock/run.sh tests/realclock/box.sh
