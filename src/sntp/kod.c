/* SPDX-License-Identifier: BSD-2-Clause */
/* kod - kisses remembered. */
#include "sntp/kod.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "wire/header.h"

enum { DAY_S = 86400, HOUR_S = 3600, CODE_LEN = 4, TEXT_MAX = KOD_MAX * (ADDR_TEXT_MAX + 16) };

/* How long a server that said so is left alone; 0 for other codes. */
static int64_t
holds_s(uint32_t code)
{
	if (code == refid_of_text("DENY") || code == refid_of_text("RSTR")) {
		return DAY_S;
	}
	return code == refid_of_text("RATE") ? HOUR_S : 0;
}

static void
put(struct kod *k, const struct kod_entry *e)
{
	unsigned to = k->n;

	for (unsigned i = 0; i < k->n; i++) {
		if (addr_equal(&k->at[i].addr, &e->addr)) {
			k->at[i] = *e;
			return;
		}
	}
	if (k->n == KOD_MAX) {
		to = 0;
		for (unsigned i = 1; i < k->n; i++) {
			to = k->at[i].at_s < k->at[to].at_s ? i : to;
		}
	} else {
		k->n++;
	}
	k->at[to] = *e;
}

/* One line; false when it is no entry. The era is the one that lies nearest to now. */
static bool
parse(char *line, int64_t now_s, struct kod_entry *out)
{
	char *save = NULL, *end = NULL;
	const char *seconds = strtok_r(line, " ", &save);
	const char *code = strtok_r(NULL, " ", &save), *address = strtok_r(NULL, " ", &save);
	unsigned long at;

	if (address == NULL || strlen(code) != CODE_LEN || !addr_parse(address, &out->addr)) {
		return false;
	}
	at = strtoul(seconds, &end, 16);
	out->code = refid_of_text(code);
	out->at_s = now_s + (int32_t)((uint32_t)at - (uint32_t)(now_s + NTP_UNIX_OFFSET_S));
	return *end == '\0' && at <= UINT32_MAX;
}

int
kod_load(struct kod *k, struct store *s, const char *path, int64_t now_s)
{
	char *bytes, *save = NULL;
	size_t len;
	int error;

	*k = (struct kod){ .n = 0 };
	error = s->ops->read(s, path, &bytes, &len);
	if (error != 0) {
		return error == -ENOENT ? 0 : error;
	}
	for (char *line = strtok_r(bytes, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		struct kod_entry e;

		if (parse(line, now_s, &e) && e.at_s <= now_s && now_s - e.at_s < holds_s(e.code)) {
			put(k, &e);
		}
	}
	free(bytes);
	return 0;
}

uint32_t
kod_of(const struct kod *k, const struct addr *a)
{
	for (unsigned i = 0; i < k->n; i++) {
		if (addr_equal(&k->at[i].addr, a)) {
			return k->at[i].code;
		}
	}
	return 0;
}

void
kod_note(struct kod *k, const struct addr *a, uint32_t code, int64_t now_s)
{
	struct kod_entry e = { .addr = *a, .code = code, .at_s = now_s };

	if (holds_s(code) > 0) {
		put(k, &e);
		k->changed = true;
	}
}

int
kod_save(struct kod *k, struct store *s, const char *path)
{
	char buf[TEXT_MAX], addr[ADDR_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	if (!k->changed) {
		return 0;
	}
	for (unsigned i = 0; i < k->n; i++) {
		const struct kod_entry *e = &k->at[i];

		text_printf(&t, "%08" PRIx32 " ", (uint32_t)(e->at_s + NTP_UNIX_OFFSET_S));
		for (int shift = 24; shift >= 0; shift -= 8) {
			text_char(&t, (char)(e->code >> shift & 0xff));
		}
		text_printf(&t, " %s\n", addr_format(&e->addr, addr, sizeof addr));
	}
	k->changed = false;
	return s->ops->write(s, path, buf, t.len);
}
