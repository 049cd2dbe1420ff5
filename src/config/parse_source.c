/* SPDX-License-Identifier: BSD-2-Clause */
/* server, pool, peer, broadcast, manycastclient, refclock, fudge, device, unpeer. */
#include <string.h>
#include <strings.h>
#include "parse.h"
#include "value.h"

enum { CLOCK_POLL_LOG2S = 6 };

/* ---- hosts ---- */

/* "-4" or "-6" in front of a host; gives the index after it. */
static unsigned
read_family(struct parser *p, unsigned i, enum addr_family *want)
{
	const char *word = parse_word(p, i);

	*want = ADDR_NONE;
	if (word != NULL && !p->line.words[i].quoted) {
		if (strcmp(word, "-4") == 0) {
			*want = ADDR_V4;
			return i + 1;
		}
		if (strcmp(word, "-6") == 0) {
			*want = ADDR_V6;
			return i + 1;
		}
	}
	return i;
}

/* What addresses of reference clocks begin with. */
static const char CLOCKS[] = "127.127.";

/*
 * An address whose interface is given by name is left to the resolver, as a name with one address:
 * the interface may come later, and with another number.
 */
static void
take_host(struct parser *p, unsigned i, const struct hostspec *spec, struct config_host *host)
{
	enum addr_family is = spec->addr.family;

	if (is != ADDR_NONE && host->want != ADDR_NONE && host->want != is) {
		parse_error(p, i, "'%s' is no IPv%c address", spec->name,
		    host->want == ADDR_V4 ? '4' : '6');
		return;
	}
	host->text = parse_keep(p, spec->name);
	if (hostspec_is_numeric(spec)) {
		host->addr = spec->addr;
	} else if (is != ADDR_NONE) {
		host->want = is;
	}
}

bool
parse_hostspec(struct parser *p, unsigned i, const char *text, struct hostspec *out)
{
	enum hostspec_fault fault = hostspec_parse(text, out);

	if (fault != HOSTSPEC_OK) {
		parse_error(p, i, "'%s' %s", text,
		    strncmp(text, CLOCKS, sizeof CLOCKS - 1) == 0
			? "is no reference clock, which are 127.127.TYPE.UNIT with numbers up to "
			  "255"
			: hostspec_fault_text(fault));
	}
	return fault == HOSTSPEC_OK;
}

bool
parse_portless(struct parser *p, unsigned i, const struct hostspec *spec)
{
	if (spec->port != 0) {
		parse_error(p, i, "'%s' takes no port here", parse_word(p, i));
	}
	return spec->port == 0;
}

/*
 * Reads word i as a host: name or address, -4 and -6 in front; gives the index after it. port: NULL
 * where a host takes none; written only when one is given.
 */
static unsigned
read_host(struct parser *p, unsigned i, struct config_host *host, int32_t *port)
{
	struct hostspec spec;

	*host = (struct config_host){ .text = "" };
	i = read_family(p, i, &host->want);
	const char *word = parse_word(p, i);
	if (word == NULL) {
		parse_error(p, i, "'%s' wants a host name or address", parse_word(p, 0));
		return i;
	}
	if (!parse_hostspec(p, i, word, &spec) || (port == NULL && !parse_portless(p, i, &spec))) {
		return i + 1;
	}
	take_host(p, i, &spec, host);
	if (spec.port != 0 && port != NULL) {
		*port = spec.port;
	}
	return i + 1;
}

/* ---- reference clocks ---- */

/* 127.127.t.u */
static bool
is_clock(const struct addr *a, int32_t *type, int32_t *unit)
{
	if (a->family != ADDR_V4 || a->bytes[0] != 127 || a->bytes[1] != 127) {
		return false;
	}
	*type = a->bytes[2];
	*unit = a->bytes[3];
	return true;
}

/* Says that t is no type of clock; false when nothing more is to be done with the line. */
static bool
clock_known(struct parser *p, unsigned i, int32_t type)
{
	const struct schema_clock *clock = schema_clock_of_type(type);

	if (clock == NULL) {
		parse_error(p, i, "there is no reference clock of type %d", (int)type);
		return false;
	}
	if (clock->state == STATE_NEVER) {
		parse_warn(p, i,
		    "reference clock type %d (%s) is recognised, without effect: hardware of this "
		    "kind is gone",
		    (int)type, clock->about);
		return false;
	}
	if (clock->state == STATE_NOT_YET && !p->quiet) {
		struct diag where = parse_where(p, i);
		diag_add(p->d, DIAG_NOTE, &where,
		    "reference clock type %d (%s) is recognised, not in effect in this version",
		    (int)type, clock->about);
	}
	p->quiet = p->quiet || clock->state != STATE_ACTS;
	p->clock = clock;
	return true;
}

static void
set_clock(struct config_source *s, int32_t type, int32_t unit)
{
	s->kind = SOURCE_REFCLOCK;
	s->clock_type = type;
	s->clock_unit = unit;
	s->minpoll = s->maxpoll = -1; /* so that what is given can be told */
}

/* ---- one source ---- */

/* Names differ neither by letter case nor by the dot that may end them. */
static bool
same_name(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b);

	m -= m > 0 && a[m - 1] == '.' ? 1 : 0;
	n -= n > 0 && b[n - 1] == '.' ? 1 : 0;
	return m == n && strncasecmp(a, b, m) == 0;
}

/* -4 and -6 of one name are two addresses; either is among those of the name alone. */
static bool
same_host(const struct config_host *a, const struct config_host *b)
{
	if (a->addr.family != ADDR_NONE && b->addr.family != ADDR_NONE) {
		return addr_equal(&a->addr, &b->addr);
	}
	return same_name(a->text, b->text) &&
	    (a->want == b->want || a->want == ADDR_NONE || b->want == ADDR_NONE);
}

static bool
same_source(const struct config_source *a, const struct config_source *b)
{
	if (a->kind != b->kind) {
		return false;
	}
	if (a->kind == SOURCE_REFCLOCK) {
		return a->clock_type == b->clock_type && a->clock_unit == b->clock_unit;
	}
	return a->port == b->port && same_host(&a->host, &b->host) && text_equal(a->ask, b->ask);
}

/* The value behind a word of the line. */
static unsigned
value_of(const struct parser *p, const char *word)
{
	unsigned i = 1;

	while (i < p->line.n && !text_equal(parse_word(p, i), word)) {
		i++;
	}
	return i + 1;
}

static void
check_mode(struct parser *p, const struct config_source *s)
{
	if (s->kind == SOURCE_REFCLOCK && p->clock->state == STATE_ACTS &&
	    (s->mode & ~p->clock->mode) != 0) {
		parse_warn(p, value_of(p, "mode"),
		    "bits %#x of 'mode' are without effect on this clock (%s)",
		    (unsigned)(s->mode & ~p->clock->mode), p->clock->about);
	}
}

static void
settle_polls(struct parser *p, struct config_source *s)
{
	if (s->kind == SOURCE_REFCLOCK) {
		if (s->minpoll < 0) {
			bool low = s->maxpoll >= 0 && s->maxpoll < CLOCK_POLL_LOG2S;
			s->minpoll = low ? s->maxpoll : CLOCK_POLL_LOG2S;
		}
		if (s->maxpoll < 0) {
			s->maxpoll = s->minpoll;
		}
	}
	if (s->minpoll > s->maxpoll) {
		parse_warn(p, 0, "minpoll %d is above maxpoll %d: both become %d", (int)s->minpoll,
		    (int)s->maxpoll, (int)s->maxpoll);
		s->minpoll = s->maxpoll;
	}
}

static void
add_source(struct parser *p, struct config_source *s)
{
	struct config *c = p->c;

	for (unsigned i = 0; i < c->sources_n; i++) {
		const struct config_source *old = &c->sources[i];
		if (same_source(old, s)) {
			bool clock = s->kind == SOURCE_REFCLOCK;
			parse_warn(p, 0, "'%s %s' is there already (%s:%u), this line is ignored",
			    clock ? "refclock" : config_source_word(s->kind), s->host.text,
			    old->place.file, old->place.line);
			return;
		}
	}
	if (c->sources_n == SOURCES_MAX) {
		parse_error(p, 0, "more than %d servers", (int)SOURCES_MAX);
		return;
	}
	s->from_sourcedir = p->in_sourcedir;
	s->place = (struct config_place){ .file = p->file, .line = p->line.line };
	struct config_source *at = parse_grow(p, c->sources, c->sources_n, sizeof *at);
	if (at != NULL) {
		c->sources = at;
		at[c->sources_n++] = *s;
	}
}

/* An address that cannot be what the kind needs. */
static void
check_address(struct parser *p, unsigned i, const struct config_source *s)
{
	const struct addr *a = &s->host.addr;

	if (a->family == ADDR_NONE) {
		if (s->kind == SOURCE_BROADCAST || s->kind == SOURCE_MANYCAST) {
			parse_error(p, i, "'%s' wants a numeric address, found '%s'",
			    config_source_word(s->kind), s->host.text);
		}
		return;
	}
	if (s->kind == SOURCE_BROADCAST) {
		if (addr_is_wildcard(a) || addr_is_loopback(a) ||
		    (a->family == ADDR_V6 && !addr_is_multicast(a))) {
			parse_error(p, i, "'%s' is neither a broadcast address nor a group",
			    s->host.text);
		}
		return;
	}
	if (s->kind == SOURCE_MANYCAST) {
		if (!addr_is_multicast(a)) {
			parse_error(p, i, "'%s' is no multicast address", s->host.text);
		}
	} else if (addr_is_multicast(a) || addr_is_wildcard(a)) {
		parse_error(p, i, "'%s' cannot be the address of a %s", s->host.text,
		    config_source_word(s->kind));
	} else if (hostspec_lacks_zone(a)) {
		parse_error(p, i, "'%s' %s", s->host.text,
		    hostspec_fault_text(HOSTSPEC_ZONE_LACKS));
	}
}

enum { PEER_PORT = 123 };

void
parse_source(struct parser *p, const struct schema_row *row)
{
	struct config_source s = { .kind = (enum config_source_kind)row->bit };
	int32_t type, unit;

	value_defaults(SCHEMA_SOURCE, &s);
	unsigned i = read_host(p, 1, &s.host, &s.port);
	if (p->failed) {
		return;
	}
	if (is_clock(&s.host.addr, &type, &unit)) {
		if (s.kind != SOURCE_SERVER && s.kind != SOURCE_PEER) {
			parse_error(p, i - 1, "a reference clock is configured with 'server'");
			return;
		}
		if (p->remote) {
			parse_error(p, i - 1,
			    "a reference clock is not taken from ntpq, write it into the file and "
			    "reload");
			return;
		}
		set_clock(&s, type, unit);
		if (!clock_known(p, i - 1, type)) {
			return;
		}
	}
	if (s.kind == SOURCE_PEER && s.port != 0 && s.port != PEER_PORT) {
		parse_error(p, i - 1, "peers speak from port 123 to port 123: leave the port out");
		return;
	}
	check_address(p, i - 1, &s);
	if (i < p->line.n) {
		parse_options(p, SCHEMA_SOURCE, i, &s);
	}
	if (!p->failed) {
		parse_settle_source_nts(p, &s);
	}
	if (!p->failed) {
		check_mode(p, &s);
		settle_polls(p, &s);
		add_source(p, &s);
	}
}

/* A word after refclock NAME: its own options, those of a source, those of fudge. */
static unsigned
refclock_option(struct parser *p, unsigned i, struct config_source *s)
{
	const char *word = parse_word(p, i);
	const struct schema_row *row = schema_find(SCHEMA_REFCLOCK, word);
	void *base = s;

	if (row == NULL) {
		row = schema_find(SCHEMA_SOURCE, word);
	}
	if (row == NULL) {
		row = schema_find(SCHEMA_FUDGE, word);
		base = &s->fudge;
	}
	if (row == NULL) {
		parse_unknown(p, i, SCHEMA_REFCLOCK);
		return i;
	}
	unsigned next = parse_value(p, row, i, base);
	if (!p->failed) {
		parse_state(p, row, i);
	}
	if (row->group == SCHEMA_FUDGE && !p->ignored) {
		s->fudge.given |= row->bit;
	}
	return next;
}

static void
cut_refid(struct parser *p, struct config_fudge *f)
{
	if ((f->given & FUDGE_REFID) != 0 && !p->failed && strlen(f->refid) > 4) {
		char four[5] = { 0 };
		memcpy(four, f->refid, 4);
		parse_warn(p, 0, "refid '%s' has more than four characters, '%s' is taken",
		    f->refid, four);
		f->refid = parse_keep(p, four);
	}
}

void
parse_refclock(struct parser *p)
{
	struct config_source s = { .kind = SOURCE_REFCLOCK };
	const char *name = parse_word(p, 1);
	char host[ADDR_TEXT_MAX];

	if (name == NULL) {
		parse_error(p, 1, "'refclock' wants the name of a driver, such as shm or pps");
		return;
	}
	const struct schema_clock *clock = schema_clock_of_name(name);
	if (clock == NULL) {
		parse_error(p, 1,
		    "'%s' is no reference clock driver, expected a name such as local, shm, pps, "
		    "nmea, gpsd",
		    name);
		return;
	}
	if (!clock_known(p, 1, clock->type)) {
		return;
	}
	value_defaults(SCHEMA_SOURCE, &s);
	set_clock(&s, clock->type, 0);
	s.by_name = true;
	for (unsigned i = 2; i < p->line.n && !p->failed;) {
		i = refclock_option(p, i, &s);
	}
	cut_refid(p, &s.fudge);
	if (!p->failed) {
		parse_settle_source_nts(p, &s);
	}
	if (p->failed) {
		return;
	}
	s.host.addr =
	    addr_v4(UINT32_C(0x7f7f0000) | (uint32_t)clock->type << 8 | (uint32_t)s.clock_unit);
	s.host.text = parse_keep(p, addr_format(&s.host.addr, host, sizeof host));
	check_mode(p, &s);
	settle_polls(p, &s);
	add_source(p, &s);
}

/* ---- fudge and device ---- */

static struct parse_fudge *
find_fudge(struct parser *p, int32_t type, int32_t unit)
{
	for (unsigned i = 0; i < p->fudges_n; i++) {
		if (p->fudges[i].type == type && p->fudges[i].unit == unit) {
			return &p->fudges[i];
		}
	}
	if (p->fudges_n == SOURCES_MAX) {
		parse_error(p, 1, "more than %d reference clocks", (int)SOURCES_MAX);
		return NULL;
	}
	struct parse_fudge *at = parse_grow(p, p->fudges, p->fudges_n, sizeof *at);
	if (at == NULL) {
		return NULL;
	}
	p->fudges = at;
	at[p->fudges_n] = (struct parse_fudge){
		.type = type,
		.unit = unit,
		.where = parse_where(p, 1),
	};
	return &at[p->fudges_n++];
}

static void
fudge_options(struct parser *p, struct config_fudge *f)
{
	for (unsigned i = 2; i < p->line.n && !p->failed;) {
		const struct schema_row *row = parse_find(p, SCHEMA_FUDGE, i);
		if (row == NULL) {
			return;
		}
		unsigned next = parse_value(p, row, i, f);
		if (!p->failed) {
			parse_state(p, row, i);
		}
		f->given |= p->ignored ? 0 : row->bit;
		i = next;
	}
	cut_refid(p, f);
}

void
parse_fudge(struct parser *p, bool device)
{
	const char *word = parse_word(p, 1);
	struct addr a = { .family = ADDR_NONE };
	int32_t type, unit;

	if (word == NULL || !addr_parse(word, &a) || !is_clock(&a, &type, &unit)) {
		parse_error(p, 1, "'%s' wants a reference clock 127.127.T.U%s%s%s",
		    parse_word(p, 0), word == NULL ? "" : ", found '", word == NULL ? "" : word,
		    word == NULL ? "" : "'");
		return;
	}
	if (schema_clock_of_type(type) == NULL) {
		parse_error(p, 1, "there is no reference clock of type %d", (int)type);
		return;
	}
	if (p->line.n < 3) {
		parse_options(p, device ? SCHEMA_DEVICE : SCHEMA_FUDGE, 2, NULL);
		return;
	}
	/* The clock's own line has said that it does not act. */
	p->clock = schema_clock_of_type(type);
	p->quiet = p->quiet || p->clock->state != STATE_ACTS;
	struct parse_fudge *f = find_fudge(p, type, unit);
	if (f == NULL) {
		return;
	}
	struct parse_fudge work = *f;
	if (device) {
		struct config_source s = { .path = f->path, .ppspath = f->ppspath };
		parse_options(p, SCHEMA_DEVICE, 2, &s);
		work.path = s.path;
		work.ppspath = s.ppspath;
	} else {
		fudge_options(p, &work.fudge);
	}
	if (!p->failed) {
		*f = work;
	}
}

static void
apply_fudge(struct config_source *s, const struct parse_fudge *f)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->group == SCHEMA_FUDGE && (f->fudge.given & row->bit) != 0) {
			value_copy(row, &s->fudge, &f->fudge);
		}
	}
	s->fudge.given |= f->fudge.given;
	s->path = f->path != NULL ? f->path : s->path;
	s->ppspath = f->ppspath != NULL ? f->ppspath : s->ppspath;
}

void
parse_finish_fudges(struct parser *p)
{
	for (unsigned i = 0; i < p->fudges_n; i++) {
		const struct parse_fudge *f = &p->fudges[i];
		bool found = schema_clock_of_type(f->type)->state == STATE_NEVER;
		for (unsigned j = 0; j < p->c->sources_n; j++) {
			struct config_source *s = &p->c->sources[j];
			if (s->kind == SOURCE_REFCLOCK && s->clock_type == f->type &&
			    s->clock_unit == f->unit) {
				apply_fudge(s, f);
				found = true;
			}
		}
		if (!found && (f->fudge.given != 0 || f->path != NULL || f->ppspath != NULL)) {
			diag_add(p->d, DIAG_WARNING, &f->where,
			    "no 'server 127.127.%d.%d' line: this one has no effect", (int)f->type,
			    (int)f->unit);
		}
	}
}

/* ---- unpeer ---- */

static bool
names_source(const struct config_host *h, const struct config_source *s)
{
	if (h->addr.family != ADDR_NONE) {
		return s->host.addr.family != ADDR_NONE && addr_equal(&h->addr, &s->host.addr);
	}
	return text_equal(h->text, s->host.text);
}

/* A line above is taken back; anything else is for the daemon: association ids, pool members. */
void
parse_unpeer(struct parser *p)
{
	struct config *c = p->c;
	struct config_host host;
	const char *word = parse_word(p, 1);
	unsigned kept = 0;
	int64_t id;

	if (word != NULL && text_to_i64(word, &id) && id >= 1 && id <= 65535) {
		host = (struct config_host){ .text = parse_keep(p, word) };
		parse_done(p, 2);
	} else {
		parse_done(p, read_host(p, 1, &host, NULL));
	}
	if (p->failed) {
		return;
	}
	for (unsigned i = 0; i < c->sources_n; i++) {
		if (!names_source(&host, &c->sources[i])) {
			c->sources[kept++] = c->sources[i];
		}
	}
	if (kept < c->sources_n) {
		c->sources_n = kept;
		return;
	}
	struct config_host *at = parse_grow(p, c->unpeers, c->unpeers_n, sizeof *at);
	if (at != NULL) {
		c->unpeers = at;
		at[c->unpeers_n++] = host;
	}
}
