# tests/bench: built with the tests so that it stays sound, run by hand; its figures mean
# something on a quiet machine only.
check_PROGRAMS += tests/bench/bench_core
tests_bench_bench_core_SOURCES = tests/bench/bench_core.c
tests_bench_bench_core_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_bench_bench_core_LDADD = libcore.a libwire.a libbase.a

# Estimator, selection and adaptive loop closed over a model; a line per scenario.
check_PROGRAMS += tests/bench/accuracy_study
tests_bench_accuracy_study_SOURCES = tests/bench/accuracy_study.c tests/bench/accuracy_model.c \
	tests/bench/accuracy_bound.h tests/bench/accuracy_bound.c \
	tests/bench/accuracy_model.h tests/bench/accuracy_scenarios.h
tests_bench_accuracy_study_LDADD = libcore.a libwire.a libbase.a
