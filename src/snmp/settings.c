/* SPDX-License-Identifier: BSD-2-Clause */
/* settings - what a manager set. */
#include "snmp/settings.h"
#include <inttypes.h>
#include <string.h>
#include "snmp/notices.h"

static const char HEARTBEAT[] = "heartbeat ", BITS[] = "notifications ";

struct settings
settings_usual(void)
{
	return (struct settings){ .heartbeat_s = NOTICES_HEARTBEAT_S, .bits = NOTICES_USUAL };
}

/* The number on a line that begins so; false: it does not, or has none. */
static bool
read_line(const char **at, const char *end, const char *word, uint32_t *out)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	size_t len = strlen(word);
	char number[24];
	struct text t = text_over(number, sizeof number);

	if (newline == NULL || (size_t)(newline - *at) < len || memcmp(*at, word, len) != 0) {
		return false;
	}
	text_put_n(&t, *at + len, (size_t)(newline - *at) - len);
	*at = newline + 1;
	return !t.cut && text_to_u32(number, out);
}

bool
settings_read(struct settings *s, const char *bytes, size_t len)
{
	const char *at = bytes, *end = bytes + len;
	uint32_t heartbeat_s, bits;

	if (!read_line(&at, end, HEARTBEAT, &heartbeat_s) || !read_line(&at, end, BITS, &bits) ||
	    at != end || (bits & ~((1u << NOTICE_KINDS) - 2)) != 0) {
		return false;
	}
	*s = (struct settings){ .heartbeat_s = heartbeat_s, .bits = (uint16_t)bits };
	return true;
}

void
settings_put(const struct settings *s, struct text *out)
{
	text_printf(out, "%s%" PRIu32 "\n%s%u\n", HEARTBEAT, s->heartbeat_s, BITS, s->bits);
}

static bool
is(const struct object *value, const uint32_t name[static 3])
{
	return memcmp(value->name, name, 3 * sizeof name[0]) == 0;
}

enum settings_set
settings_take(struct settings *s, const struct object *value)
{
	if (!objects_may_set(value->name, value->name_n)) {
		return SETTINGS_NOT_WRITABLE;
	}
	if (is(value, OBJECTS_HEARTBEAT)) {
		if (value->type != OBJECT_UNSIGNED) {
			return SETTINGS_WRONG_TYPE;
		}
		s->heartbeat_s = (uint32_t)value->number;
		return SETTINGS_SET;
	}
	if (value->type != OBJECT_OCTETS) {
		return SETTINGS_WRONG_TYPE;
	}
	return objects_take_bits(value->octets, value->len, &s->bits) ? SETTINGS_SET
								      : SETTINGS_WRONG_VALUE;
}
