/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntpstat - says in three lines whether the clock is synchronised, and by its exit status:
 * 0 synchronised, 1 not, 2 no daemon to ask, 3 wrong use.
 */
#include "config.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "mode6/form.h"
#include "mode6/session.h"
#include "mode6/udp.h"
#include "mode6/vars.h"
#include "mode6/words.h"

enum { SYNCED = 0, NOT_SYNCED = 1, NO_DAEMON = 2, WRONG_USE = 3 };
enum { SOURCE_NTP = 6, LEAP_ALARM = 3, EVENT_STARTING = 1 };

static const double timeout_s = 1.0;

/* All that is told. */
struct state {
	unsigned source, leap, event;
	char address[UDP_NAME_MAX];     /* "" when unknown */
	bool has_stratum, has_error, has_poll;
	int64_t stratum, poll_s;
	double error_ms;
};

static const char *
source_words(unsigned source)
{
	static const char *const words[] = {
		"unspecified",
		"atomic clock",
		"VLF radio",
		"HF radio",
		"UHF radio",
		"local net",
		"NTP server",
		"UDP/TIME",
		"wristwatch",
		"modem",
	};

	return source < sizeof words / sizeof *words ? words[source] : "unknown source";
}

static bool
read_vars(struct session *s, uint16_t assoc, uint16_t *status, struct vars *out)
{
	struct request r = { .op = CONTROL_READVAR, .assoc = assoc };
	struct answer got;

	if (session_ask(s, &r, &got) != SESSION_OK) {
		return false;
	}
	*status = got.status;
	return vars_parse(out, got.data, got.len);
}

static bool
poll_of(const struct vars *v, const char *name, int64_t *poll_s)
{
	int64_t log2s;

	if (!vars_i64(v, name, &log2s) || log2s < 0 || log2s > 31) {
		return false;
	}
	*poll_s = (int64_t)1 << log2s;
	return true;
}

static void
put_address(struct state *st, const char *address)
{
	struct text t = text_over(st->address, sizeof st->address);

	text_put(&t, address == NULL ? "" : address);
}

/*
 * The system peer knows the address and the poll interval better: a reference id of IPv6 is only a
 * hash.
 */
static void
add_peer(struct session *s, const struct vars *system, struct state *st)
{
	uint16_t status;
	int64_t id;
	struct vars v;

	if (!vars_i64(system, "peer", &id) || id < 1 || id > UINT16_MAX ||
	    !read_vars(s, (uint16_t)id, &status, &v)) {
		return;
	}
	if (vars_get(&v, "srcadr") != NULL) {
		put_address(st, vars_get(&v, "srcadr"));
	}
	st->has_poll = poll_of(&v, "hpoll", &st->poll_s) || st->has_poll;
	vars_free(&v);
}

static bool
read_state(struct session *s, struct state *st)
{
	double delay_ms, disp_ms;
	uint16_t status;
	struct vars v;

	if (!read_vars(s, 0, &status, &v)) {
		return false;
	}
	st->leap = status_leap(status);
	st->source = status_source(status);
	st->event = status_event(status);
	st->has_stratum = vars_i64(&v, "stratum", &st->stratum);
	st->has_poll = poll_of(&v, "tc", &st->poll_s);
	st->has_error = vars_double(&v, "rootdelay", &delay_ms) &&
	    (vars_double(&v, "rootdisp", &disp_ms) || vars_double(&v, "rootdispersion", &disp_ms));
	if (st->has_error) {
		st->error_ms = delay_ms / 2 + disp_ms;
	}
	put_address(st, vars_get(&v, "refid"));
	add_peer(s, &v, st);
	vars_free(&v);
	return true;
}

/* max_ms < 0: no bound. */
static int
tell(const struct state *st, double max_ms)
{
	int code = st->leap == LEAP_ALARM ? NOT_SYNCED : SYNCED;

	if (code == SYNCED) {
		printf("synchronised to %s", source_words(st->source));
		if (st->source == SOURCE_NTP) {
			printf(" (%s)", st->address[0] == '\0' ? "<IP unknown>" : st->address);
		}
		if (st->has_stratum) {
			printf(" at stratum %d \n", (int)st->stratum);
		} else {
			printf(", stratum unknown\n");
		}
		if (st->has_error) {
			bool over = max_ms >= 0 && st->error_ms > max_ms;

			printf("   time correct to within %.0f ms", st->error_ms);
			if (over) {
				printf(" (exceeded maximum of %.0f ms)", max_ms);
				code = NOT_SYNCED;
			}
			putchar('\n');
		} else {
			printf("accuracy unknown\n");
		}
	} else {
		printf("unsynchronised\n");
		if (st->event == EVENT_STARTING) {
			printf("  time server re-starting\n");
		}
	}
	if (st->has_poll) {
		printf("   polling server every %d s\n", (int)st->poll_s);
	} else {
		printf("poll interval unknown\n");
		code = NOT_SYNCED;
	}
	return code;
}

static bool
ask(const char *host, struct state *st)
{
	char name[UDP_NAME_MAX], why[128];
	struct transport *t = udp_open(host, ADDR_NONE, name, why, sizeof why);
	struct session *s;
	struct timespec now;
	bool ok;

	if (t == NULL) {
		return false;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	s = session_new(t, (uint16_t)(now.tv_nsec / 1000 + getpid()));
	if (s == NULL) {
		t->ops->close(t);
		return false;
	}
	session_set_timeout(s, timeout_s);
	ok = read_state(s, st);
	session_free(s);
	return ok;
}

static int
usage(FILE *to, int code)
{
	fputs("usage: ntpstat [-h] [-m MAXERR] [host]\n"
	    "  -m MAXERR  not synchronised when the error may be more than MAXERR milliseconds\n"
	    "exit status: 0 synchronised, 1 not synchronised, 2 no daemon, 3 wrong use\n", to);
	return code;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct state st = { .poll_s = 0 };
	double max_ms = -1;
	bool answered;
	int option;

	while ((option = getopt_long(argc, argv, "hm:V", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			return usage(stdout, SYNCED);
		case 'V':
			printf("ntpstat %s\n", PACKAGE_VERSION);
			return SYNCED;
		case 'm':
			if (!text_to_double(optarg, &max_ms) || max_ms < 0) {
				return usage(stderr, WRONG_USE);
			}
			break;
		default:
			return usage(stderr, WRONG_USE);
		}
	}
	if (argc - optind > 1) {
		return usage(stderr, WRONG_USE);
	}
	answered =
	    optind < argc ? ask(argv[optind], &st) : ask("127.0.0.1", &st) || ask("::1", &st);
	if (!answered) {
		fputs("Unable to talk to NTP daemon. Is it running?\n", stderr);
		return NO_DAEMON;
	}
	return tell(&st, max_ms);
}
