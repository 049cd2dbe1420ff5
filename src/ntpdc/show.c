/* SPDX-License-Identifier: BSD-2-Clause */
/* show - asks for variables and writes them under ntpdc's labels. */
#include "ntpdc/show.h"
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "base/text.h"
#include "mode6/form.h"
#include "mode6/vars.h"
#include "mode6/words.h"

enum { LABEL_WIDTH = 22, LINES_MAX = 16, ASSOCS_MAX = CONTROL_TEXT_MAX / 4, HOST_TEXT_MAX = 256 };

/* How the value of mode 6, in milliseconds where it is a time, is shown. */
enum form {
	FORM_PLAIN,
	FORM_SECONDS, /* "0.000123 s" */
	FORM_SHORT,   /* "0.00123 s" */
	FORM_G,       /* "1.23e-07 s" */
	FORM_PPM,
	FORM_HOST,
	FORM_MODE,
	FORM_LEAP,
	FORM_REFID,
	FORM_STAMP,
	FORM_SINCE, /* seconds from the stamp to the server's clock */
};

struct line {
	const char *label, *variable;
	enum form form;
};

struct display {
	const char *name;
	struct line lines[LINES_MAX];
};

static const struct display displays[] = {
	{ "kerninfo",
	    {
		{ "pll offset:", "koffset", FORM_G },
		{ "pll frequency:", "kfreq", FORM_PPM },
		{ "maximum error:", "kmaxerr", FORM_G },
		{ "estimated error:", "kesterr", FORM_G },
		{ "status:", "kstflags", FORM_PLAIN },
		{ "pll time constant:", "ktimeconst", FORM_PLAIN },
		{ "precision:", "kprecis", FORM_G },
		{ "frequency tolerance:", "kfreqtol", FORM_PPM },
		{ NULL, NULL, FORM_PLAIN },
	    } },
	{ "loopinfo",
	    {
		{ "offset:", "offset", FORM_SECONDS },
		{ "frequency:", "frequency", FORM_PPM },
		{ "watchdog timer:", "reftime", FORM_SINCE },
		{ NULL, NULL, FORM_PLAIN },
	    } },
	{ "sysinfo",
	    {
		{ "system peer:", "peeradr", FORM_HOST },
		{ "system peer mode:", "peermode", FORM_MODE },
		{ "leap indicator:", "leap", FORM_LEAP },
		{ "stratum:", "stratum", FORM_PLAIN },
		{ "precision:", "precision", FORM_PLAIN },
		{ "root distance:", "rootdelay", FORM_SHORT },
		{ "root dispersion:", "rootdisp", FORM_SHORT },
		{ "reference ID:", "refid", FORM_REFID },
		{ "reference time:", "reftime", FORM_STAMP },
		{ "jitter:", "sys_jitter", FORM_SECONDS },
		{ "stability:", "clk_wander", FORM_PPM },
		{ "broadcastdelay:", "bcastdelay", FORM_SECONDS },
		{ "authdelay:", "authdelay", FORM_SECONDS },
		{ NULL, NULL, FORM_PLAIN },
	    } },
	{ "sysstats",
	    {
		{ "time since restart:", "ss_uptime", FORM_PLAIN },
		{ "time since reset:", "ss_reset", FORM_PLAIN },
		{ "packets received:", "ss_received", FORM_PLAIN },
		{ "packets processed:", "ss_processed", FORM_PLAIN },
		{ "current version:", "ss_thisver", FORM_PLAIN },
		{ "previous version:", "ss_oldver", FORM_PLAIN },
		{ "declined:", "ss_declined", FORM_PLAIN },
		{ "access denied:", "ss_restricted", FORM_PLAIN },
		{ "bad length or format:", "ss_badformat", FORM_PLAIN },
		{ "bad authentication:", "ss_badauth", FORM_PLAIN },
		{ "rate exceeded:", "ss_limited", FORM_PLAIN },
		{ NULL, NULL, FORM_PLAIN },
	    } },
	{ "listpeers", { { NULL, NULL, FORM_PLAIN } } },
	{ "peers", { { NULL, NULL, FORM_PLAIN } } },
	{ "dmpeers", { { NULL, NULL, FORM_PLAIN } } },
};

static const struct display *
find(const char *command)
{
	const struct display *found = NULL;
	size_t len = strcspn(command, " ");

	for (size_t i = 0; len > 0 && i < sizeof displays / sizeof *displays; i++) {
		if (strncmp(displays[i].name, command, len) != 0) {
			continue;
		}
		if (displays[i].name[len] == '\0') {
			return &displays[i];
		}
		if (found != NULL) {
			return NULL;
		}
		found = &displays[i];
	}
	return found;
}

bool
show_knows(const char *command)
{
	return find(command) != NULL;
}

/* ---- questions ---- */

static bool
failed(struct show *s, enum session_result result, enum control_error error)
{
	if (result == SESSION_ERROR) {
		fprintf(s->err, "***%s\n", session_error_text(error));
	} else if (result == SESSION_REFUSED) {
		fputs("ntpdc: read: Connection refused\n", s->err);
	} else {
		fprintf(s->err, "%s: timed out, nothing received\n***Request timed out\n", s->host);
	}
	return false;
}

static bool
ask(struct show *s, enum control_op op, uint16_t assoc, const char *names, struct answer *got)
{
	struct request r = { .op = op, .assoc = assoc, .data = names, .len = strlen(names) };
	enum session_result result;

	*got = (struct answer){ .error = CONTROL_ERR_UNSPEC };
	result = session_ask(s->session, &r, got);
	return result == SESSION_OK ? true : failed(s, result, got->error);
}

static bool
read_vars(struct show *s, uint16_t assoc, const char *names, struct vars *out)
{
	struct answer got;

	if (!ask(s, CONTROL_READVAR, assoc, names, &got)) {
		return false;
	}
	if (!vars_parse(out, got.data, got.len)) {
		fputs("ntpdc: no memory\n", s->err);
		return false;
	}
	return true;
}

/* ---- values ---- */

/* The name of a source: a reference clock's, or by reverse look-up, or its address. */
static void
put_host(const struct show *s, struct text *t, const char *address)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list = NULL;
	char name[NI_MAXHOST];
	struct addr a;

	if (addr_parse(address, &a) && words_refclock(t, &a)) {
		return;
	}
	if (!s->numeric && getaddrinfo(address, NULL, &hints, &list) == 0 &&
	    getnameinfo(list->ai_addr, list->ai_addrlen, name, sizeof name, NULL, 0, NI_NAMEREQD) ==
		0) {
		text_put_safe(t, name, strlen(name));
	} else {
		text_put(t, address);
	}
	if (list != NULL) {
		freeaddrinfo(list);
	}
}

/* "192.0.2.1:123" and "[2001:db8::1]:123" without the port. */
static void
put_endpoint(const struct show *s, struct text *t, const char *endpoint)
{
	char host[HOST_TEXT_MAX];
	struct text h = text_over(host, sizeof host);
	const char *colon = strrchr(endpoint, ':');
	size_t skip = endpoint[0] == '[' ? 1 : 0;
	size_t len = colon != NULL ? (size_t)(colon - endpoint) : strlen(endpoint);

	text_put_n(&h, endpoint + skip, len >= 2 * skip ? len - 2 * skip : 0);
	put_host(s, t, host);
}

static double
number(const struct vars *v, const char *name)
{
	double d = 0;

	vars_double(v, name, &d);
	return d;
}

static struct rtime
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (struct rtime){ .ns = (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec };
}

static void
put_since(struct text *t, const struct vars *v, const char *name)
{
	struct ntp_ts at, clock = ntp_ts_from_rtime(now());
	double s = 0;

	vars_stamp(v, "clock", &clock);
	if (vars_stamp(v, name, &at) && !ntp_ts_is_zero(at)) {
		s = ntp_ts_diff_s(clock, at);
	}
	text_printf(t, "%.0f s", s > 0 ? s : 0);
}

static void
put_refid(struct text *t, const char *value)
{
	size_t start = t->len + 1;

	text_put(t, "[");
	form_refid(t, value);
	/* ".GPS." here is [GPS]. */
	if (t->at[start] == '.' && t->len > start + 1) {
		memmove(t->at + start, t->at + start + 1, t->len - start);
		t->len -= 2;
		t->at[t->len] = '\0';
	}
	text_put(t, "]");
}

static void
put_value(const struct show *s, struct text *t, const struct line *l, const struct vars *v)
{
	const char *value = vars_get(v, l->variable);
	struct ntp_ts stamp = { 0 };
	int64_t i = 0;

	value = value != NULL ? value : "";
	switch (l->form) {
	case FORM_PLAIN:
		text_put(t, value);
		break;
	case FORM_SECONDS:
		text_printf(t, "%.6f s", number(v, l->variable) / 1e3);
		break;
	case FORM_SHORT:
		text_printf(t, "%.5f s", number(v, l->variable) / 1e3);
		break;
	case FORM_G:
		text_printf(t, "%g s", number(v, l->variable) / 1e3);
		break;
	case FORM_PPM:
		text_printf(t, "%.3f ppm", number(v, l->variable));
		break;
	case FORM_HOST:
		put_endpoint(s, t, value);
		break;
	case FORM_MODE:
		vars_i64(v, l->variable, &i);
		text_put(t, words_mode((unsigned)i & 7));
		break;
	case FORM_LEAP:
		vars_i64(v, l->variable, &i);
		text_printf(t, "%d%d", (int)(i >> 1 & 1), (int)(i & 1));
		break;
	case FORM_REFID:
		put_refid(t, value);
		break;
	case FORM_STAMP:
		vars_stamp(v, l->variable, &stamp);
		form_stamp(t, stamp, now());
		break;
	case FORM_SINCE:
		put_since(t, v, l->variable);
		break;
	}
}

static bool
show_lines(struct show *s, const struct display *d)
{
	char buf[CONTROL_DATA_MAX + 1], value[512];
	struct text names = text_over(buf, sizeof buf);
	struct vars v;

	text_put(&names, "clock");
	for (const struct line *l = d->lines; l->label != NULL; l++) {
		text_printf(&names, ",%s", l->variable);
	}
	if (!read_vars(s, 0, buf, &v)) {
		return false;
	}
	for (const struct line *l = d->lines; l->label != NULL; l++) {
		struct text t = text_over(value, sizeof value);

		/* What a server does not have is no line, rather than a made-up zero. */
		if (vars_find(&v, l->variable) != NULL) {
			put_value(s, &t, l, &v);
			fprintf(s->out, "%-*s%s\n", LABEL_WIDTH, l->label, value);
		}
	}
	vars_free(&v);
	return true;
}

/* ---- sources ---- */

/* How ntpdc marks a row: by the mode of the association, the system peer apart. */
static char
mark_of(const struct vars *v, uint16_t status, bool by_selection)
{
	static const char marks[] = " +-=?^~?";
	int64_t mode = 0;
	char tally = words_tally(status);

	if (tally == '*' || tally == 'o') {
		return '*';
	}
	if (by_selection) {
		return tally == '+' || tally == '#' ? '+'
		    : tally == ' ' || tally == 'x'  ? ' '
						    : '.';
	}
	vars_i64(v, "hmode", &mode);
	return marks[(unsigned)mode & 7];
}

static void
list_row(struct show *s, const struct vars *v, const char *host)
{
	int64_t mode = 0;

	vars_i64(v, "hmode", &mode);
	fprintf(s->out, "%-9s %s\n", words_mode((unsigned)mode & 7), host);
}

static void
peer_row(struct show *s, const struct vars *v, const char *host, char mark)
{
	const char *local = vars_get(v, "dstadr");
	int64_t stratum = 16, reach = 0, hpoll = 6, ppoll = 6;
	char delay[32], offset[32], disp[32];

	vars_i64(v, "stratum", &stratum);
	vars_i64(v, "reach", &reach);
	vars_i64(v, "hpoll", &hpoll);
	vars_i64(v, "ppoll", &ppoll);
	hpoll = ppoll < hpoll ? ppoll : hpoll;
	(void)snprintf(delay, sizeof delay, "%.5f", number(v, "delay") / 1e3);
	(void)snprintf(offset, sizeof offset, "%.6f", number(v, "offset") / 1e3);
	(void)snprintf(disp, sizeof disp, "%.5f", number(v, "dispersion") / 1e3);
	fprintf(s->out, "%c%-15.15s %-15.15s %2u %4lu  %3lo %7.7s %9.9s %7.7s\n", mark, host,
	    local != NULL ? local : "", (unsigned)stratum & 0xff,
	    1UL << (hpoll < 0 || hpoll > 31 ? 0 : hpoll), (unsigned long)reach & 0xff, delay,
	    offset, disp);
}

static bool
show_source(struct show *s, const struct display *d, uint16_t id, uint16_t status)
{
	static const char names[] =
	    "srcadr,dstadr,stratum,reach,hmode,hpoll,ppoll,delay,offset,dispersion";
	char host[HOST_TEXT_MAX];
	struct text t = text_over(host, sizeof host);
	const char *address;
	struct vars v;

	if (!read_vars(s, id, names, &v)) {
		return false;
	}
	address = vars_get(&v, "srcadr");
	put_host(s, &t, address != NULL ? address : "0.0.0.0");
	if (d->name[0] == 'l') {
		list_row(s, &v, host);
	} else {
		peer_row(s, &v, host, mark_of(&v, status, d->name[0] == 'd'));
	}
	vars_free(&v);
	return true;
}

static bool
show_sources(struct show *s, const struct display *d)
{
	struct {
		uint16_t id, status;
	} *list = calloc(ASSOCS_MAX, sizeof *list);
	size_t n = 0;
	struct answer got;
	bool right = list != NULL && ask(s, CONTROL_READSTAT, 0, "", &got);

	for (size_t at = 0; right && at + 4 <= got.len && n < ASSOCS_MAX; at += 4, n++) {
		list[n].id = (uint16_t)(got.data[at] << 8 | got.data[at + 1]);
		list[n].status = (uint16_t)(got.data[at + 2] << 8 | got.data[at + 3]);
	}
	if (right && d->name[0] != 'l') {
		fputs("     remote           local      st poll reach  delay   offset    disp\n",
		    s->out);
		for (int i = 0; i < 71; i++) {
			(void)putc('=', s->out);
		}
		(void)putc('\n', s->out);
	}
	for (size_t i = 0; right && i < n; i++) {
		right = show_source(s, d, list[i].id, list[i].status);
	}
	free(list);
	return right;
}

bool
show_run(struct show *s, const char *command)
{
	const struct display *d = find(command);

	return d->lines[0].label != NULL ? show_lines(s, d) : show_sources(s, d);
}
