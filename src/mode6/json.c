/* SPDX-License-Identifier: BSD-2-Clause */
/* json - writes JSON. */
#include "mode6/json.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include "base/text.h"

struct json
json_over(FILE *out)
{
	return (struct json){ .out = out };
}

static void
put_string(FILE *out, const char *s)
{
	putc('"', out);
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			fprintf(out, "\\%c", c);
		} else if (c < 0x20 || c > 0x7e) {
			fprintf(out, "\\u%04x", c);
		} else {
			putc(c, out);
		}
	}
	putc('"', out);
}

/* Writes what stands before a value: a comma after an earlier member, and the key. */
static void
begin(struct json *j, const char *key)
{
	if (j->depth > 0) {
		bool *has = &j->has_member[j->depth - 1];

		if (*has) {
			fputs(", ", j->out);
		}
		*has = true;
	}
	if (key != NULL) {
		put_string(j->out, key);
		fputs(": ", j->out);
	}
}

static void
open_with(struct json *j, const char *key, char opener, char closer)
{
	assert(j->depth < JSON_DEPTH_MAX);
	begin(j, key);
	putc(opener, j->out);
	j->has_member[j->depth] = false;
	j->closer[j->depth] = closer;
	j->depth++;
}

void
json_object(struct json *j, const char *key)
{
	open_with(j, key, '{', '}');
}

void
json_array(struct json *j, const char *key)
{
	open_with(j, key, '[', ']');
}

void
json_close(struct json *j)
{
	assert(j->depth > 0);
	j->depth--;
	putc(j->closer[j->depth], j->out);
	if (j->depth == 0) {
		putc('\n', j->out);
	}
}

void
json_close_all(struct json *j)
{
	while (j->depth > 0) {
		json_close(j);
	}
}

void
json_string(struct json *j, const char *key, const char *value)
{
	if (value == NULL) {
		json_null(j, key);
		return;
	}
	begin(j, key);
	put_string(j->out, value);
}

void
json_int(struct json *j, const char *key, int64_t value)
{
	begin(j, key);
	fprintf(j->out, "%" PRId64, value);
}

void
json_double(struct json *j, const char *key, double value)
{
	if (!isfinite(value)) {
		json_null(j, key);
		return;
	}
	begin(j, key);
	fprintf(j->out, "%.12g", value);
}

void
json_bool(struct json *j, const char *key, bool value)
{
	begin(j, key);
	fputs(value ? "true" : "false", j->out);
}

void
json_null(struct json *j, const char *key)
{
	begin(j, key);
	fputs("null", j->out);
}

void
json_text(struct json *j, const char *key, const char *text)
{
	int64_t whole;
	double real;

	if (text != NULL && text_to_i64(text, &whole)) {
		json_int(j, key, whole);
	} else if (text != NULL && text_to_double(text, &real)) {
		json_double(j, key, real);
	} else {
		json_string(j, key, text);
	}
}
