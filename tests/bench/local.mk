# tests/bench: built with the tests so that it stays sound, run by hand; its figures mean
# something on a quiet machine only.
check_PROGRAMS += tests/bench/bench_core
tests_bench_bench_core_SOURCES = tests/bench/bench_core.c
tests_bench_bench_core_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_bench_bench_core_LDADD = libcore.a libwire.a libbase.a
