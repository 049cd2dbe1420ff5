/* SPDX-License-Identifier: BSD-2-Clause */
/* Two configurations, word by word of the schema; two sources, option by option. */
#include "same.h"
#include "base/restrict_bits.h"
#include "value.h"

/* ---- values without a row of their own ---- */

static bool
same_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return text_equal(*x, *y);
}

static bool
same_addr(const struct addr *a, const struct addr *b)
{
	return a->family == b->family &&
	    (a->family == ADDR_NONE || (a->scope == b->scope && addr_equal(a, b)));
}

static bool
same_host(const void *a, const void *b)
{
	const struct config_host *x = a, *y = b;

	return text_equal(x->text, y->text) && x->want == y->want && same_addr(&x->addr, &y->addr);
}

static bool
same_range(const void *a, const void *b)
{
	const struct config_key_range *x = a, *y = b;

	return x->lo == y->lo && x->hi == y->hi;
}

static bool
same_setvar(const void *a, const void *b)
{
	const struct config_setvar *x = a, *y = b;

	return text_equal(x->name, y->name) && text_equal(x->value, y->value) &&
	    x->is_default == y->is_default;
}

/* The options behind it have rows, but for serverresponse fuzz. */
static bool
same_restrict(const void *a, const void *b)
{
	const struct config_restrict *x = a, *y = b;

	return x->act == y->act && x->scope == y->scope && same_host(&x->host, &y->host) &&
	    same_addr(&x->addr, &y->addr) && same_addr(&x->mask, &y->mask) &&
	    ((x->flags ^ y->flags) & RESTRICT_FUZZ) == 0;
}

static bool
same_listen(const void *a, const void *b)
{
	const struct config_listen *x = a, *y = b;

	return x->act == y->act && x->what == y->what && text_equal(x->name, y->name) &&
	    same_addr(&x->addr, &y->addr) && x->prefix_len == y->prefix_len;
}

static bool
same_smear(const void *a, const void *b)
{
	const struct config_smear *x = a, *y = b;

	return same_addr(&x->addr, &y->addr); /* the others have rows */
}

static bool
same_card(const void *a, const void *b)
{
	const struct config_card *x = a, *y = b;

	return text_equal(x->ifname, y->ifname); /* the others have rows */
}

/* The i-th line of that word, NULL: there are fewer. */
static const struct config_kept *
kept_line(const struct config *c, const char *word, unsigned i)
{
	for (unsigned k = 0; k < c->kept_n; k++) {
		if (text_equal(c->kept[k].keyword, word) && i-- == 0) {
			return &c->kept[k];
		}
	}
	return NULL;
}

static bool
same_kept(const struct config *a, const struct config *b, const char *word)
{
	for (unsigned i = 0;; i++) {
		const struct config_kept *x = kept_line(a, word, i), *y = kept_line(b, word, i);

		if (x == NULL || y == NULL) {
			return x == y;
		}
		if (!text_equal(x->arguments, y->arguments)) {
			return false;
		}
	}
}

static bool
same_skew(const void *a, const void *b)
{
	const struct config_skew *x = a, *y = b;

	return x->given == y->given && x->early_s == y->early_s && x->late_s == y->late_s;
}

/* ---- lists ---- */

struct list {
	const void *at;
	unsigned n;
	size_t size; /* of an element */
};

#define LIST(c, member) ((struct list){ (c)->member, (c)->member##_n, sizeof *(c)->member })
#define ARRAY(c, member)                                                       \
	((struct list){ (c)->member, sizeof(c)->member / sizeof(c)->member[0], \
	    sizeof(c)->member[0] })

static const void *
element(const struct list *l, unsigned i)
{
	return (const char *)l->at + i * l->size;
}

static bool
same_list(struct list a, struct list b, bool (*same)(const void *a, const void *b))
{
	bool all = a.n == b.n;

	for (unsigned i = 0; all && i < a.n; i++) {
		all = same(element(&a, i), element(&b, i));
	}
	return all;
}

/* ---- words ---- */

/* The structs that have the fields of a group: the configuration, or each element of a list. */
static struct list
holders(enum schema_group group, const struct config *c)
{
	switch (group) {
	case SCHEMA_SOURCE:
	case SCHEMA_REFCLOCK:
	case SCHEMA_FUDGE:
	case SCHEMA_DEVICE:
		break; /* by same_options */
	case SCHEMA_RESTRICT:
		return LIST(c, restricts);
	case SCHEMA_SMEAR:
		return LIST(c, smears);
	case SCHEMA_CARD:
		return LIST(c, cards);
	case SCHEMA_FILEGEN:
		return ARRAY(c, filegens);
	case SCHEMA_TOP:
	case SCHEMA_RESTRICT_SCOPE:
	case SCHEMA_DISCARD:
	case SCHEMA_LIMIT:
	case SCHEMA_MRU:
	case SCHEMA_LISTEN_ACT:
	case SCHEMA_LISTEN_WHAT:
	case SCHEMA_SWITCH:
	case SCHEMA_TINKER:
	case SCHEMA_TOS:
	case SCHEMA_RLIMIT:
	case SCHEMA_STATISTICS:
	case SCHEMA_LEAPFILE:
	case SCHEMA_NTS:
	case SCHEMA_RESET:
	case SCHEMA_CRYPTO:
	case SCHEMA_TRAP:
	case SCHEMA_EXTRA:
	case SCHEMA_TEMPCOMP:
		return (struct list){ c, 1, sizeof *c };
	case SCHEMA_GROUPS:
		break;
	}
	return (struct list){ NULL, 0, 0 };
}

static bool
same_field(const struct schema_row *row, const struct config *a, const struct config *b)
{
	struct list x = holders(row->group, a), y = holders(row->group, b);
	bool all = x.n == y.n;

	for (unsigned i = 0; all && i < x.n; i++) {
		all = value_same(row, element(&x, i), element(&y, i));
	}
	return all;
}

bool
same_word(const struct schema_row *row, const struct config *a, const struct config *b)
{
#define SAME(member, same) same_list(LIST(a, member), LIST(b, member), same)
	switch (row->arg) {
	case ARG_NONE:
	case ARG_FLAG:
	case ARG_BOOL_ON:
	case ARG_BOOL_OFF:
	case ARG_BOOL_MAYBE:
	case ARG_SWITCH:
	case ARG_INT:
	case ARG_INT_GIVEN:
	case ARG_INT_ALONE:
	case ARG_UINT:
	case ARG_REAL:
	case ARG_REAL_GIVEN:
	case ARG_TEXT:
	case ARG_PATH:
	case ARG_TLS:
	case ARG_CHOICE:
	case ARG_CHOICES:
	case ARG_DATE:
		return same_field(row, a, b);
	case ARG_OPTIONS: /* of discard and limit, the one given last counts */
		return row->part != PART_RATE || a->rate.model == b->rate.model;
	case ARG_UNPEER:
		return SAME(unpeers, same_host);
	case ARG_RESTRICT:
		return SAME(restricts, same_restrict);
	case ARG_LISTEN:
		return SAME(listens, same_listen);
	case ARG_CARD:
		return SAME(cards, same_card);
	case ARG_KEY_LIST:
		return SAME(trustedkeys, same_range);
	case ARG_SETVAR:
		return SAME(setvars, same_setvar);
	case ARG_RESET:
		return SAME(resets, same_text);
	case ARG_SMEAR:
	case ARG_SMEAR_INTERVAL:
		return SAME(smears, same_smear);
	case ARG_SOURCEDIR:
		return SAME(sourcedirs, same_text);
	case ARG_KEPT:
	case ARG_KEPT_OPTIONS:
		return same_kept(a, b, row->word);
	case ARG_POLLSKEW:
		return same_list(ARRAY(a, skew), ARRAY(b, skew), same_skew) &&
		    same_skew(&a->skew_default, &b->skew_default);
	case ARG_LOGCONFIG:
		return a->log_mask == b->log_mask;
	case ARG_DRIFTFILE:
		return text_equal(a->driftfile, b->driftfile) &&
		    value_same_real(a->drift_threshold_ppm, b->drift_threshold_ppm);
	case ARG_TEMPCOMP:
		return text_equal(a->tempcomp, b->tempcomp);
	case ARG_LEAPFILE:
		return text_equal(a->leapfile, b->leapfile);
	case ARG_SOURCE: /* by same_server */
	case ARG_REFCLOCK_NAME:
	case ARG_FUDGE:
	case ARG_DEVICE:
	case ARG_SWITCHES: /* by the rows of the words behind them */
	case ARG_STATISTICS:
	case ARG_FILEGEN:
	case ARG_INCLUDE: /* they say nothing themselves */
	case ARG_END:
	case ARG_SIMULATE:
		return true;
	}
#undef SAME
	return true;
}

/* ---- sources ---- */

bool
same_server(const struct config_source *a, const struct config_source *b)
{
	if (a->kind != b->kind) {
		return false;
	}
	if (a->kind == SOURCE_REFCLOCK) {
		return a->clock_type == b->clock_type && a->clock_unit == b->clock_unit;
	}
	return same_host(&a->host, &b->host) && a->port == b->port && text_equal(a->ask, b->ask);
}

bool
same_options(const struct config_source *a, const struct config_source *b)
{
	bool all = a->fudge.given == b->fudge.given && a->by_name == b->by_name;

	for (unsigned i = 0; all && i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->part == PART_SOURCES) {
			all = row->group == SCHEMA_FUDGE ? value_same(row, &a->fudge, &b->fudge)
							 : value_same(row, a, b);
		}
	}
	return all;
}
