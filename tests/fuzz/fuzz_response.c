/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any answers of a server to any command of ntpq: the command must end, and its output must be
 * printable. Input: the command (1 octet), then datagrams: length (2), header bits (1), status (2),
 * offset (2), data.
 */
#include "fuzz.h"
#include <assert.h>
#include <stdio.h>
#include "ntpq/ntpq.h"
#include "unit/mode6/script.h"

enum { BIT_STRAY = 0x80, BIT_ERROR = 0x40, BIT_MORE = 0x20, BIT_LAST = 0x10, HEAD_LEN = 7 };

static const char *const lines[] = {
	"peers",
	"opeers",
	"apeers",
	"as",
	"rv",
	"rv &2",
	"rv 1 a,b",
	"cv 1",
	"mrv &1 &9",
	"sysinfo",
	"sysstats",
	"kerninfo",
	"pstats &1",
	"ifstats",
	"reslist",
	"mrulist",
	"mrulist sort=-addr limit=3 frags=2",
	"explain",
	":config x",
	"config-from-file /dev/null",
	"saveconfig x",
	"writevar 1 a=b",
	"reload",
};

enum { LINES_N = sizeof lines / sizeof *lines };

/* Puts the datagrams of the input that answer one request: up to the one with BIT_LAST. */
static void
serve_input(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct cursor *c = s->own;

	(void)data;
	(void)len;
	while (cursor_left(c) >= HEAD_LEN && s->tail < SCRIPT_QUEUE) {
		struct control_header a = *h;
		size_t n = cursor_u16(c) % 500;
		uint8_t bits = cursor_u8(c);

		a.response = true;
		a.error = (bits & BIT_ERROR) != 0;
		a.more = (bits & BIT_MORE) != 0;
		a.sequence = (uint16_t)(a.sequence + ((bits & BIT_STRAY) != 0 ? 1 : 0));
		a.status = cursor_u16(c);
		a.offset = cursor_u16(c);
		if (n > cursor_left(c)) {
			n = cursor_left(c);
		}
		a.count = (uint16_t)n;
		script_put(s, &a, cursor_take(c, n).at, n);
		if ((bits & BIT_LAST) != 0) {
			break;
		}
	}
}

static void
check_printable(const char *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		assert(out[i] == '\n' || out[i] == '\t' || (out[i] >= ' ' && out[i] <= '~'));
	}
}

static void
play(const char *line, bool json, struct cursor *input)
{
	static const uint8_t secret[] = "topsecret";
	struct script *s = script_new();
	char *out = NULL, *err = NULL;
	size_t out_len = 0, err_len = 0;
	struct ntpq q = {
		.set = { .numeric = true, .timeout_s = 1, .version = 2, .json = json },
		.key = { .id = 1, .key = mac_key_new("MD5", secret, sizeof secret - 1) },
		.out = open_memstream(&out, &out_len),
		.err = open_memstream(&err, &err_len),
		.assoc = calloc(ASSOCS_MAX, sizeof(struct association)),
		.host_n = 1,
	};

	s->own = input;
	s->serve = serve_input;
	q.session = session_new(&s->base, 1);
	session_set_timeout(q.session, q.set.timeout_s);
	ntpq_run(&q, line);
	/* A question takes at most six seconds here; each that gets no answer is one of few. */
	assert(s->now_s < 6.0 * (s->sent + 1));
	fclose(q.out);
	fclose(q.err);
	check_printable(out, out_len);
	check_printable(err, err_len);
	free(out);
	free(err);
	ntpq_close(&q);
	mac_key_free(q.key.key);
	free(q.assoc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(octets, len);
	uint8_t choice = cursor_u8(&c);

	play(lines[choice % LINES_N], choice >= 128, &c);
	return 0;
}
