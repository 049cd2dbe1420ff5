/* SPDX-License-Identifier: BSD-2-Clause */
/* state - the state of a daemon in three lines. */
#include "ntpstat/state.h"
#include "mode6/vars.h"
#include "mode6/words.h"

enum { SYNC_NTP = 6, LEAP_ALARM = 3, EVENT_STARTING = 1 };

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

bool
state_read(struct session *s, struct state *out)
{
	struct state got = { .poll_s = 0 }, *st = &got;
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
	*out = got;
	return true;
}

static void
tell_synced(const struct state *st, FILE *out)
{
	fprintf(out, "synchronised to %s", source_words(st->source));
	if (st->source == SYNC_NTP) {
		fprintf(out, " (%s)", st->address[0] == '\0' ? "<IP unknown>" : st->address);
	}
	if (st->has_stratum) {
		fprintf(out, " at stratum %d \n", (int)st->stratum);
	} else {
		fprintf(out, ", stratum unknown\n");
	}
}

/* False when the error is over the bound. */
static bool
tell_error(const struct state *st, double max_ms, FILE *out)
{
	bool over = max_ms >= 0 && st->error_ms > max_ms;

	if (!st->has_error) {
		fprintf(out, "accuracy unknown\n");
		return max_ms < 0;
	}
	fprintf(out, "   time correct to within %.0f ms", st->error_ms);
	if (over) {
		fprintf(out, " (exceeded maximum of %.0f ms)", max_ms);
	}
	putc('\n', out);
	return !over;
}

int
state_tell(const struct state *st, double max_ms, FILE *out)
{
	int code = SYNCED;

	if (st->leap != LEAP_ALARM) {
		tell_synced(st, out);
		code = tell_error(st, max_ms, out) ? SYNCED : NOT_SYNCED;
	} else {
		code = NOT_SYNCED;
		fprintf(out, "unsynchronised\n");
		if (st->event == EVENT_STARTING) {
			fprintf(out, "  time server re-starting\n");
		}
	}
	if (st->has_poll) {
		fprintf(out, "   polling server every %d s\n", (int)st->poll_s);
	} else {
		fprintf(out, "poll interval unknown\n");
		code = NOT_SYNCED;
	}
	return code;
}
