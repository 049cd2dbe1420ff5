/* SPDX-License-Identifier: BSD-2-Clause */
/* restrict, unrestrict, delrestrict, interface, trustedkey. */
#include <stdlib.h>
#include <string.h>
#include "parse.h"
#include "value.h"

/* ---- restrict ---- */

/* "ADDR/LEN" into both; false when the text after the slash is no prefix length. */
static bool
split_prefix(const char *word, char *host, size_t cap, int64_t *len)
{
	const char *slash = strchr(word, '/');
	struct text t = text_over(host, cap);

	*len = -1;
	if (slash == NULL) {
		text_put(&t, word);
		return !t.cut;
	}
	text_put_n(&t, word, (size_t)(slash - word));
	return !t.cut && text_to_i64(slash + 1, len) && *len >= 0 && *len <= 128;
}

static int64_t
bits_of(enum addr_family family)
{
	return family == ADDR_V4 ? 32 : 128;
}

/* The address of a line and the mask its form implies. */
static unsigned
read_scope_addr(struct parser *p, unsigned i, struct config_restrict *r)
{
	char host[TOKEN_WORD_MAX + 1];
	struct hostspec spec;
	int64_t len;

	if (!split_prefix(parse_word(p, i), host, sizeof host, &len)) {
		parse_error(p, i, "'%s' has no prefix length from 0 to 128 behind the '/'",
		    parse_word(p, i));
		return i + 1;
	}
	if (!parse_hostspec(p, i, host, &spec) || !parse_portless(p, i, &spec)) {
		return i + 1;
	}
	if (spec.addr.family == ADDR_NONE) {
		if (len >= 0) {
			parse_error(p, i, "'%s' is no address, which alone takes a prefix length",
			    host);
			return i + 1;
		}
		r->scope = RESTRICT_SCOPE_NAME;
		r->host.text = parse_keep(p, spec.name);
		return i + 1;
	}
	r->scope = RESTRICT_SCOPE_ADDR;
	r->addr = spec.addr;
	if (r->host.want != ADDR_NONE && r->host.want != r->addr.family) {
		parse_error(p, i, "'%s' is no IPv%c address", host,
		    r->host.want == ADDR_V4 ? '4' : '6');
		return i + 1;
	}
	if (strchr(spec.name, '%') != NULL) {
		parse_warn(p, i,
		    "the interface of '%s' is ignored: access is by address, whichever interface a "
		    "packet comes in by",
		    spec.name);
		r->addr.scope = 0;
	}
	if (len > bits_of(r->addr.family)) {
		parse_error(p, i, "the prefix length of an IPv4 address is from 0 to 32");
		return i + 1;
	}
	len = len < 0 ? bits_of(r->addr.family) : len;
	r->mask = addr_mask_of(r->addr.family, (unsigned)len);
	return i + 1;
}

static unsigned
read_scope(struct parser *p, unsigned i, struct config_restrict *r)
{
	const char *word = parse_word(p, i);

	if (word != NULL && strcmp(word, "-4") == 0) {
		r->host.want = ADDR_V4;
		i++;
	} else if (word != NULL && strcmp(word, "-6") == 0) {
		r->host.want = ADDR_V6;
		i++;
	}
	word = parse_word(p, i);
	if (word == NULL) {
		parse_error(p, i, "'%s' wants default, source, a host name or an address",
		    parse_word(p, 0));
		return i;
	}
	if (strcmp(word, "default") == 0) {
		r->scope = RESTRICT_SCOPE_DEFAULT;
		return i + 1;
	}
	if (strcmp(word, "source") == 0) {
		r->scope = RESTRICT_SCOPE_SOURCE;
		if (r->host.want != ADDR_NONE) {
			parse_error(p, i, "'source' takes neither -4 nor -6");
		}
		return i + 1;
	}
	return read_scope_addr(p, i, r);
}

static unsigned
read_mask(struct parser *p, unsigned i, struct config_restrict *r)
{
	const char *word = parse_word(p, i + 1);
	struct addr mask;

	if (word == NULL || !addr_parse(word, &mask)) {
		parse_error(p, i + 1, "'mask' wants a netmask such as 255.255.255.0%s%s%s",
		    word == NULL ? "" : ", found '", word == NULL ? "" : word,
		    word == NULL ? "" : "'");
		return i + 2;
	}
	if (r->scope == RESTRICT_SCOPE_NAME) {
		parse_warn(p, i, "a mask beside a host name is ignored");
		return i + 2;
	}
	if (r->scope != RESTRICT_SCOPE_ADDR) {
		parse_error(p, i, "'mask' needs an address in front");
		return i + 2;
	}
	if (mask.family != r->addr.family) {
		parse_error(p, i + 1, "the mask '%s' is not of the address's family", word);
		return i + 2;
	}
	r->mask = mask;
	return i + 2;
}

static unsigned
read_restrict_option(struct parser *p, unsigned i, struct config_restrict *r)
{
	const struct schema_row *row = parse_find(p, SCHEMA_RESTRICT, i);

	if (row == NULL) {
		return i;
	}
	unsigned next = i + 2;
	if (strcmp(row->word, "mask") == 0) {
		next = read_mask(p, i, r);
	} else if (strcmp(row->word, "serverresponse") == 0) {
		const char *word = parse_word(p, i + 1);
		if (word == NULL || strcmp(word, "fuzz") != 0) {
			parse_error(p, i + 1, "'serverresponse' wants fuzz");
		}
		r->flags |= RESTRICT_FUZZ;
	} else {
		next = parse_value(p, row, i, r);
	}
	if (!p->failed) {
		parse_state(p, row, i);
	}
	return next;
}

static enum config_restrict_act
act_of(const char *word)
{
	if (strcmp(word, "unrestrict") == 0) {
		return RESTRICT_CLEAR;
	}
	return strcmp(word, "delrestrict") == 0 ? RESTRICT_DELETE : RESTRICT_ADD;
}

/* "restrict 0.0.0.0 mask 0.0.0.0" is the default of its family. */
static void
recognise_default(struct config_restrict *r)
{
	unsigned len;

	if (r->scope != RESTRICT_SCOPE_ADDR) {
		return;
	}
	r->addr = addr_masked(&r->addr, &r->mask);
	if (addr_mask_is_prefix(&r->mask, &len) && len == 0 && r->match == 0) {
		r->scope = RESTRICT_SCOPE_DEFAULT;
		r->host.want = r->addr.family;
		r->addr = r->mask = (struct addr){ .family = ADDR_NONE };
	} else {
		r->host.want = ADDR_NONE; /* the address says it */
	}
}

void
parse_restrict(struct parser *p)
{
	struct config_restrict r = {
		.act = act_of(parse_word(p, 0)),
		.ippeerlimit = -1,
		.host = { .text = "" },
	};
	const char *second = parse_word(p, 1);
	unsigned i = 1;

	if (r.act == RESTRICT_DELETE && second != NULL && strcmp(second, "source") == 0 &&
	    p->line.n > 2) {
		i = 2; /* delrestrict source ADDR: the entry made for a server */
	}
	i = read_scope(p, i, &r);
	while (i < p->line.n && !p->failed) {
		i = read_restrict_option(p, i, &r);
	}
	if (p->failed) {
		return;
	}
	recognise_default(&r);
	r.place = (struct config_place){ .file = p->file, .line = p->line.line };
	struct config_restrict *at = parse_grow(p, p->c->restricts, p->c->restricts_n, sizeof *at);
	if (at != NULL) {
		p->c->restricts = at;
		at[p->c->restricts_n++] = r;
	}
}

/* ---- interface ---- */

/* What can only be meant as an address: the names of interfaces have neither of these. */
static bool
looks_like_address(const char *word)
{
	const char *colon = strchr(word, ':');

	return word[0] == '[' || strchr(word, '%') != NULL || strchr(word, '/') != NULL ||
	    (colon != NULL && strchr(colon + 1, ':') != NULL);
}

/* True when the word is an address, or fails as one. */
static bool
read_listen_addr(struct parser *p, const char *word, struct config_listen *l)
{
	char host[TOKEN_WORD_MAX + 1];
	struct hostspec spec;
	enum hostspec_fault fault;
	int64_t len;
	bool good = split_prefix(word, host, sizeof host, &len);

	fault = good ? hostspec_parse(host, &spec) : HOSTSPEC_NEITHER;
	if (fault != HOSTSPEC_OK || spec.addr.family == ADDR_NONE) {
		if (looks_like_address(word)) {
			parse_error(p, 2,
			    strchr(word, '/') != NULL
				? "'%s' is no ADDRESS/LENGTH"
				: "'%s' is neither the name of an interface nor an address",
			    word);
			return true;
		}
		return false;
	}
	if (len > bits_of(spec.addr.family)) {
		parse_error(p, 2, "'%s' is no ADDRESS/LENGTH", word);
		return true;
	}
	(void)parse_portless(p, 2, &spec);
	l->what = LISTEN_ADDR;
	l->addr = spec.addr;
	l->name = spec.zone[0] != '\0' ? parse_keep(p, spec.zone) : NULL;
	l->prefix_len = (unsigned)(len < 0 ? bits_of(l->addr.family) : len);
	return true;
}

static void
read_listen_what(struct parser *p, const char *word, struct config_listen *l)
{
	static const struct schema_choice words[] = {
		{ "all", LISTEN_ALL },
		{ "ipv4", LISTEN_IPV4 },
		{ "ipv6", LISTEN_IPV6 },
		{ "wildcard", LISTEN_WILDCARD },
		{ NULL, 0 },
	};

	for (const struct schema_choice *w = words; w->word != NULL; w++) {
		if (strcmp(w->word, word) == 0) {
			l->what = (enum config_listen_what)w->value;
			return;
		}
	}
	if (read_listen_addr(p, word, l)) {
		return;
	}
	l->what = LISTEN_NAME;
	l->name = parse_keep(p, word);
}

void
parse_listen(struct parser *p)
{
	struct config_listen l = { .act = LISTEN_LISTEN, .place = { p->file, p->line.line } };
	const char *what = parse_word(p, 2);

	if (p->line.n < 2) {
		parse_options(p, SCHEMA_LISTEN_ACT, 1, NULL);
		return;
	}
	const struct schema_row *row = parse_find(p, SCHEMA_LISTEN_ACT, 1);
	if (row == NULL) {
		return;
	}
	if (strcmp(row->word, "listen") != 0) {
		l.act = strcmp(row->word, "drop") == 0 ? LISTEN_DROP : LISTEN_IGNORE;
	}
	if (what == NULL || what[0] == '\0') {
		parse_error(p, 2,
		    "'%s %s' wants all, ipv4, ipv6, wildcard, the name of an interface or an "
		    "address",
		    parse_word(p, 0), row->word);
		return;
	}
	read_listen_what(p, what, &l);
	parse_done(p, 3);
	struct config_listen *at = parse_grow(p, p->c->listens, p->c->listens_n, sizeof *at);
	if (at != NULL && !p->failed) {
		p->c->listens = at;
		at[p->c->listens_n++] = l;
	}
}

/* ---- trustedkey ---- */

/* The key words of a line, cut at parentheses: "(1 ... 5)" has five. */
struct key_scan {
	struct parser *p;
	unsigned i;    /* word */
	size_t at;     /* within it */
	bool open;     /* behind a '(' without its ')' */
	char text[24]; /* "(", ")", "..." or a number */
	unsigned word; /* where text stood */
};

/* False at the end of the line; a token too long to be an id is cut and fails as such. */
static bool
key_next(struct key_scan *s)
{
	const char *word = parse_word(s->p, s->i);

	while (word != NULL && word[s->at] == '\0') {
		s->i++;
		s->at = 0;
		word = parse_word(s->p, s->i);
	}
	s->word = s->i;
	struct text t = text_over(s->text, sizeof s->text);
	if (word == NULL) {
		return false;
	}
	size_t n = 1;
	if (strncmp(word + s->at, "...", 3) == 0) {
		n = 3;
	} else if (word[s->at] != '(' && word[s->at] != ')') {
		const char *dots = strstr(word + s->at, "...");
		n = strcspn(word + s->at, "()");
		if (dots != NULL && (size_t)(dots - (word + s->at)) < n) {
			n = (size_t)(dots - (word + s->at));
		}
	}
	text_put_n(&t, word + s->at, n);
	s->at += n;
	s->open = strcmp(s->text, "(") == 0 || (s->open && strcmp(s->text, ")") != 0);
	return true;
}

static bool
key_id(struct key_scan *s, uint32_t *id)
{
	int64_t n;

	if (!key_next(s) || !text_to_i64(s->text, &n) || n < 1 || n > UINT32_MAX) {
		parse_error(s->p, s->word,
		    "'trustedkey' wants key ids from 1 to 4294967295 and ranges (LOW ... "
		    "HIGH)%s%s%s",
		    s->text[0] == '\0' ? "" : ", found '", s->text, s->text[0] == '\0' ? "" : "'");
		return false;
	}
	*id = (uint32_t)n;
	return true;
}

static bool
key_word(struct key_scan *s, const char *expected)
{
	if (!key_next(s) || strcmp(s->text, expected) != 0) {
		parse_error(s->p, s->word, "expected '%s' in the range (LOW ... HIGH)", expected);
		return false;
	}
	return true;
}

/* One id or one range; false at the end of the line or after an error. */
static bool
key_range(struct key_scan *s, struct config_key_range *r)
{
	struct key_scan before = *s;

	if (!key_next(s)) {
		return false;
	}
	if (strcmp(s->text, "(") != 0) {
		*s = before;
		if (!key_id(s, &r->lo)) {
			return false;
		}
		r->hi = r->lo;
		return true;
	}
	if (!key_id(s, &r->lo) || !key_word(s, "...") || !key_id(s, &r->hi) || !key_word(s, ")")) {
		return false;
	}
	if (r->lo > r->hi) {
		parse_error(s->p, s->word, "the range (%u ... %u) is upside down", (unsigned)r->lo,
		    (unsigned)r->hi);
		return false;
	}
	return true;
}

/* Goes on behind what is wrong, behind the whole range when it is in one. */
static void
leave_range(struct key_scan *s)
{
	while (s->open && key_next(s)) {
	}
}

static int
compare_ranges(const void *a, const void *b)
{
	const struct config_key_range *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* Sorts and joins what overlaps or touches; the new number. */
static unsigned
join_ranges(struct config_key_range *r, unsigned n)
{
	unsigned kept = 1;

	qsort(r, n, sizeof *r, compare_ranges);
	for (unsigned i = 1; i < n; i++) {
		if (r[i].lo > r[kept - 1].hi && r[i].lo - r[kept - 1].hi > 1) {
			r[kept++] = r[i];
		} else if (r[i].hi > r[kept - 1].hi) {
			r[kept - 1].hi = r[i].hi;
		}
	}
	return kept;
}

/*
 * Several lines add up. (In ntpd 4.2.8 the last one replaces the others, which nobody who writes
 * two lines expects.)
 */
void
parse_key_list(struct parser *p)
{
	struct key_scan s = { .p = p, .i = 1 };
	struct config_key_range found;
	struct config *c = p->c;
	unsigned n = c->trustedkeys_n;
	size_t room = n + p->line.raw_len + 1; /* a range has at least one character */
	struct config_key_range *r = arena_alloc(p->arena, room * sizeof *r);

	if (r == NULL) {
		p->exhausted = p->failed = true;
		return;
	}
	if (n > 0) {
		memcpy(r, c->trustedkeys, n * sizeof *r);
	}
	if (p->line.n == 1) {
		(void)key_id(&s, &found.lo);
		return;
	}
	while (n < room) {
		if (key_range(&s, &found)) {
			r[n++] = found;
		} else if (p->failed && parse_without_entry(p)) {
			leave_range(&s);
		} else {
			break;
		}
	}
	p->failed = p->failed || n == c->trustedkeys_n;
	if (!p->failed) {
		c->trustedkeys = r;
		c->trustedkeys_n = join_ranges(r, n);
	}
}
