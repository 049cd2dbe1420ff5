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

# Key establishments of NTS a second, and what one costs the server.
check_PROGRAMS += tests/bench/bench_ke
tests_bench_bench_ke_SOURCES = tests/bench/bench_ke.c
tests_bench_bench_ke_LDADD = $(KE_LIBS)

# Whole daemons in simulated time: both loops side by side and against the bound.
check_PROGRAMS += tests/bench/bench_accuracy
tests_bench_bench_accuracy_SOURCES = tests/bench/bench_accuracy.c \
	tests/bench/accuracy_bound.h tests/bench/accuracy_bound.c \
	tests/bench/accuracy_run.h tests/bench/accuracy_run.c tests/bench/accuracy_cases.c \
	tests/bench/accuracy_drawn.c
tests_bench_bench_accuracy_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_bench_bench_accuracy_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm
EXTRA_DIST += tests/bench/accuracy.gp

# How soon a cold host on a LAN is right.
check_PROGRAMS += tests/bench/bench_start
tests_bench_bench_start_SOURCES = tests/bench/bench_start.c
tests_bench_bench_start_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_bench_bench_start_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

# What interleaved mode takes out of a server's delay in sending.
check_PROGRAMS += tests/bench/bench_interleaved
tests_bench_bench_interleaved_SOURCES = tests/bench/bench_interleaved.c \
	tests/bench/bench_seeds.h tests/bench/bench_seeds.c
tests_bench_bench_interleaved_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_bench_bench_interleaved_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

# What the stamps of network cards are worth between two peers.
check_PROGRAMS += tests/bench/bench_cards
tests_bench_bench_cards_SOURCES = tests/bench/bench_cards.c \
	tests/bench/bench_seeds.h tests/bench/bench_seeds.c \
	tests/bench/accuracy_bound.h tests/bench/accuracy_bound.c
tests_bench_bench_cards_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_bench_bench_cards_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm

# The table; pictures of the error over time where gnuplot is.
ACCURACY_PICTURES = wan_wander_1e-8 temperature frequency_step_near
.PHONY: bench-accuracy bench-accuracy-short
bench-accuracy: tests/bench/bench_accuracy$(EXEEXT) tests/bench/bench_interleaved$(EXEEXT) \
		tests/bench/bench_cards$(EXEEXT) tests/bench/bench_start$(EXEEXT)
	tests/bench/bench_accuracy$(EXEEXT)
	tests/bench/bench_start$(EXEEXT) -c
	tests/bench/bench_interleaved$(EXEEXT)
	tests/bench/bench_cards$(EXEEXT)
	@if command -v gnuplot >/dev/null; then \
		for c in $(ACCURACY_PICTURES); do \
			tests/bench/bench_accuracy$(EXEEXT) -n 1 -f $$c -o accuracy-$$c.txt >/dev/null && \
			gnuplot -e "name='$$c'; from='accuracy-$$c.txt'; to='accuracy-$$c.png'" \
				$(srcdir)/tests/bench/accuracy.gp && echo "accuracy-$$c.png" || exit 1; \
		done; \
	else \
		echo "no gnuplot here: no pictures"; \
	fi
bench-accuracy-short: tests/bench/bench_accuracy$(EXEEXT)
	tests/bench/bench_accuracy$(EXEEXT) -c -n 1 -f lan_wander_1e-8 -f wan_wander_1e-9 -f half_lost \
		-f frequency_step_near -f 4_servers_1_false_1_bad

# What an answer costs, next to chronyd, and the time under floods. As root, five minutes on two
# processors; BENCH_SERVE='-r 1 -s 1 WORD...' for less, '-o NTPD' against another build.
EXTRA_DIST += tests/bench/serve.sh tests/bench/scrape.sh
.PHONY: bench-serve
bench-serve: ntpd$(EXEEXT) ntpq$(EXEEXT) ntpstat$(EXEEXT) tests/system/load$(EXEEXT)
	$(srcdir)/tests/interop/fetch-peers
	top_srcdir=$(srcdir) top_builddir=. $(srcdir)/tests/bench/serve.sh $(BENCH_SERVE)

# What ntp-exporter costs the daemon, and itself.
.PHONY: bench-scrape
bench-scrape: ntpd$(EXEEXT) ntpq$(EXEEXT) ntpstat$(EXEEXT) ntp-exporter$(EXEEXT)
	@[ -e ntpd ] || { echo "make bench-scrape runs in a build folder" >&2; exit 1; }
	top_srcdir=$(srcdir) top_builddir=. $(srcdir)/tests/bench/scrape.sh $(BENCH_SCRAPE)

# What a sensor of temperature is worth, and costs.
check_PROGRAMS += tests/bench/bench_tempcomp
tests_bench_bench_tempcomp_SOURCES = tests/bench/bench_tempcomp.c \
	tests/bench/accuracy_bound.h tests/bench/accuracy_bound.c \
	tests/bench/accuracy_run.h tests/bench/accuracy_run.c tests/bench/accuracy_drawn.c
tests_bench_bench_tempcomp_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_bench_bench_tempcomp_LDADD = libsim.a $(NTPD_LIBS) $(CRYPTO_LIBS) -lm
.PHONY: bench-tempcomp
bench-tempcomp: tests/bench/bench_tempcomp$(EXEEXT)
	tests/bench/bench_tempcomp$(EXEEXT) -c
