/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntptime - shows the kernel's clock variables, and changes them when told to. Exit status: 0 done,
 * 1 not done, 2 wrong use.
 */
#include "config.h"
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <time.h>
#include "base/text.h"
#include "ntptime/show.h"
#include "port/clock.h"

enum { TIMED_CALLS = 20, EXIT_OK = 0, EXIT_FAILED = 1, EXIT_WRONG = 2 };

struct wishes {
	struct clock_raw_change change;
	bool raw, json, timed;
};

static int
usage(FILE *to, int status)
{
	fputs("usage: ntptime [-cjMNr] [-e us] [-f ppm] [-m us] [-o us] [-s status] [-T tai] [-t "
	      "tc]\n"
	      "  -r  also show the time in bare numbers\n"
	      "  -j  answer in JSON\n"
	      "  -c  show how long asking the kernel takes\n"
	      "These change the kernel's variables, as root:\n"
	      "  -e  estimated error, us\n"
	      "  -f  frequency, ppm, -500 to 500\n"
	      "  -m  maximum error, us\n"
	      "  -o  offset to be slewed in, us\n"
	      "  -s  status bits\n"
	      "  -T  TAI - UTC, s\n"
	      "  -t  time constant, 0 to 10\n"
	      "  -M, -N  count in microseconds, nanoseconds\n",
	    to);
	return status;
}

static bool
read_whole(const char *text, int64_t lo, int64_t hi, int64_t *out)
{
	return text_to_i64(text, out) && *out >= lo && *out <= hi;
}

static bool
read_number(const char *text, double limit, double *out)
{
	return text_to_double(text, out) && *out >= -limit && *out <= limit;
}

static bool
take_value(struct clock_raw_change *c, int option, const char *text)
{
	int64_t status = 0;
	bool good = false;

	switch (option) {
	case 'e':
		c->modes |= CLOCK_RAW_ESTERROR;
		return read_whole(text, 0, INT32_MAX, &c->esterror_us);
	case 'f':
		c->modes |= CLOCK_RAW_FREQUENCY;
		return read_number(text, 500, &c->freq_ppm);
	case 'm':
		c->modes |= CLOCK_RAW_MAXERROR;
		return read_whole(text, 0, INT32_MAX, &c->maxerror_us);
	case 'o':
		c->modes |= CLOCK_RAW_OFFSET;
		return read_number(text, 500000, &c->offset_us);
	case 's':
		c->modes |= CLOCK_RAW_STATUS;
		good = read_whole(text, 0, UINT16_MAX, &status);
		c->status = (unsigned)status;
		return good;
	case 'T':
		c->modes |= CLOCK_RAW_TAI;
		return read_whole(text, 0, 1000, &c->tai_s);
	case 't':
		c->modes |= CLOCK_RAW_TIMECONST;
		return read_whole(text, 0, 10, &c->time_constant);
	default:
		return false;
	}
}

static bool
take_switch(struct wishes *w, int option)
{
	switch (option) {
	case 'c':
		w->timed = true;
		return true;
	case 'j':
		w->json = true;
		return true;
	case 'M':
		w->change.modes |= CLOCK_RAW_MICRO;
		return true;
	case 'N':
		w->change.modes |= CLOCK_RAW_NANO;
		return true;
	case 'r':
		w->raw = true;
		return true;
	default:
		return false;
	}
}

/* Nanoseconds between neighbouring readings of the kernel's variables. */
static void
show_cost(void)
{
	struct timespec at[TIMED_CALLS + 1];
	struct clock_raw c;

	clock_gettime(CLOCK_MONOTONIC, &at[0]);
	for (int i = 0; i < TIMED_CALLS; i++) {
		(void)clock_raw_read(&c);
		clock_gettime(CLOCK_MONOTONIC, &at[i + 1]);
	}
	fputs("[ ns", stdout);
	for (int i = 0; i < TIMED_CALLS; i++) {
		printf(" %ld",
		    (long)(at[i + 1].tv_sec - at[i].tv_sec) * NS_PER_S + at[i + 1].tv_nsec -
			at[i].tv_nsec);
	}
	fputs(" ]\n", stdout);
}

static int
run(const struct wishes *w)
{
	struct clock_raw c;
	int error = w->change.modes != 0 ? clock_raw_change(&w->change) : 0;

	if (error == 0) {
		error = clock_raw_read(&c);
	}
	if (error != 0) {
		(void)fprintf(stderr, "ntptime: the kernel's clock cannot be %s: %s%s\n",
		    w->change.modes != 0 ? "changed" : "read", strerror(-error),
		    error == -EPERM ? CLOCK_DENIED_ADVICE : "");
		return EXIT_FAILED;
	}
	if (w->timed) {
		show_cost();
	}
	if (w->json) {
		show_json(&c, w->change.modes, stdout);
	} else {
		show_clock(&c, w->change.modes, w->raw, stdout);
	}
	return EXIT_OK;
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct wishes w = { .raw = false };
	int option;

	while ((option = getopt_long(argc, argv, "ce:f:hjMm:No:rs:T:t:V", names, NULL)) != -1) {
		if (option == 'h') {
			return usage(stdout, EXIT_OK);
		}
		if (option == 'V') {
			printf("ntptime %s\n", PACKAGE_VERSION);
			return EXIT_OK;
		}
		if (optarg != NULL && !take_value(&w.change, option, optarg)) {
			(void)fprintf(stderr, "ntptime: -%c %s: no number, or out of range\n",
			    option, optarg);
			return usage(stderr, EXIT_WRONG);
		}
		if (optarg == NULL && !take_switch(&w, option)) {
			return usage(stderr, EXIT_WRONG);
		}
	}
	if (optind < argc ||
	    (w.change.modes & (CLOCK_RAW_MICRO | CLOCK_RAW_NANO)) ==
		(CLOCK_RAW_MICRO | CLOCK_RAW_NANO)) {
		return usage(stderr, EXIT_WRONG);
	}
	return run(&w);
}
