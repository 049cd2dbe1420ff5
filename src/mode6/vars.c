/* SPDX-License-Identifier: BSD-2-Clause */
/* vars - parsed variable lists. */
#include "mode6/vars.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/text.h"
#include "wire/control.h"

enum {
	ESCAPED_MAX = 4 * CONTROL_TEXT_MAX + 1,  /* every octet as \xHH */
	ITEMS_MAX = CONTROL_TEXT_MAX / 2 + 1,    /* "a,a,a" */
	STORE_MAX = ESCAPED_MAX + 2 * ITEMS_MAX, /* and a terminator for each name and value */
};

/* Line breaks are part of the format; all else outside printable ASCII is shown, not obeyed. */
static void
escape(struct text *t, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = (char)data[i];

		if (c == '\r' || c == '\n' || c == '\t') {
			text_char(t, ' ');
		} else {
			text_put_safe(t, &c, 1);
		}
	}
}

static char *
keep(char **free_at, const char *s, size_t len)
{
	char *at = *free_at;

	memcpy(at, s, len);
	at[len] = '\0';
	*free_at = at + len + 1;
	return at;
}

static void
split(struct vars *v, const char *at, const char *end)
{
	struct control_item item;
	char *free_at = v->store;

	while (v->n < ITEMS_MAX && control_item_next(&at, end, &item, &v->broken)) {
		struct variable *to = &v->at[v->n++];

		to->name = keep(&free_at, item.name, item.name_len);
		to->value = NULL;
		to->quoted = false;
		if (item.value != NULL) {
			to->value = keep(&free_at, item.value, item.value_len);
			to->quoted = item.value[-1] == '"';
		}
	}
}

bool
vars_parse(struct vars *v, const uint8_t *data, size_t len)
{
	struct text escaped;
	char *buf = malloc(ESCAPED_MAX);

	*v = (struct vars){ .at = calloc(ITEMS_MAX, sizeof *v->at), .store = malloc(STORE_MAX) };
	if (buf == NULL || v->at == NULL || v->store == NULL) {
		free(buf);
		vars_free(v);
		return false;
	}
	escaped = text_over(buf, ESCAPED_MAX);
	escape(&escaped, data, len < CONTROL_TEXT_MAX ? len : CONTROL_TEXT_MAX);
	split(v, buf, buf + escaped.len);
	free(buf);
	return true;
}

void
vars_free(struct vars *v)
{
	free(v->at);
	free(v->store);
	*v = (struct vars){ .at = NULL };
}

const struct variable *
vars_find(const struct vars *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++) {
		if (strcasecmp(v->at[i].name, name) == 0) {
			return &v->at[i];
		}
	}
	return NULL;
}

const char *
vars_get(const struct vars *v, const char *name)
{
	const struct variable *found = vars_find(v, name);

	return found == NULL ? NULL : found->value;
}

bool
vars_i64(const struct vars *v, const char *name, int64_t *out)
{
	const char *text = vars_get(v, name);

	return text != NULL && text_to_i64(text, out);
}

bool
vars_double(const struct vars *v, const char *name, double *out)
{
	const char *text = vars_get(v, name);

	return text != NULL && text_to_double(text, out);
}

static bool
hex_of(const char *s, size_t len, uint64_t *out)
{
	uint64_t got = 0;

	if (len < 1 || len > 8) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		const char *digits = "0123456789abcdef";
		char c = s[i] >= 'A' && s[i] <= 'F' ? (char)(s[i] + ('a' - 'A')) : s[i];
		const char *at = c == '\0' ? NULL : strchr(digits, c);

		if (at == NULL) {
			return false;
		}
		got = got << 4 | (uint64_t)(at - digits);
	}
	*out = got;
	return true;
}

bool
vars_stamp_of(const char *text, struct ntp_ts *out)
{
	const char *at = strncmp(text, "0x", 2) == 0 ? text + 2 : text;
	const char *dot = strchr(at, '.');
	uint64_t seconds, fraction;

	if (dot == NULL || strlen(dot + 1) != 8 || !hex_of(at, (size_t)(dot - at), &seconds) ||
	    !hex_of(dot + 1, 8, &fraction)) {
		return false;
	}
	out->fix = seconds << 32 | fraction;
	return true;
}

bool
vars_stamp(const struct vars *v, const char *name, struct ntp_ts *out)
{
	const char *text = vars_get(v, name);

	return text != NULL && vars_stamp_of(text, out);
}

bool
vars_split_index(const char *name, char *tag, size_t tag_cap, uint32_t *index)
{
	const char *dot = strrchr(name, '.');
	struct text t = text_over(tag, tag_cap);

	if (dot == NULL || !text_to_u32(dot + 1, index)) {
		return false;
	}
	text_put_n(&t, name, (size_t)(dot - name));
	return !t.cut;
}
