/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines and exit statuses of ntpstat. */
#include "ntpstat/state.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "unit/mode6/script.h"

/* What the played daemon says: its status word, its variables, and those of association 7. */
struct daemon {
	uint16_t status;
	const char *system, *peer; /* NULL: no answer */
};

static void
serve_daemon(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	const struct daemon *d = s->own;
	const char *text = h->assoc == 0 ? d->system : d->peer;
	struct control_header a = *h;

	(void)data;
	(void)len;
	if (text == NULL) {
		return;
	}
	a.response = true;
	a.status = d->status;
	a.count = (uint16_t)strlen(text);
	script_put(s, &a, text, strlen(text));
}

/* The exit status; the lines in *lines, which the caller frees. */
static int
run(const struct daemon *d, double max_ms, char **lines)
{
	struct daemon copy = *d;
	struct script *t = script_new();
	struct session *s = session_new(&t->base, 1);
	struct state st;
	size_t len;
	FILE *out = open_memstream(lines, &len);
	int code = NO_DAEMON;

	t->own = &copy;
	t->serve = serve_daemon;
	session_set_timeout(s, 1);
	if (state_read(s, &st)) {
		code = state_tell(&st, max_ms, out);
	}
	fclose(out);
	session_free(s);
	return code;
}

static const struct row {
	struct daemon daemon;
	double max_ms;
	int code;
	const char *lines;
} rows[] = {
	{
	    { 0x0615, "stratum=2, rootdelay=0.148, rootdisp=12.9, refid=192.0.2.11, tc=6, peer=7,",
		"srcadr=2001:db8::11, hpoll=7" },
	    -1,
	    SYNCED,
	    "synchronised to NTP server (2001:db8::11) at stratum 2 \n"
	    "   time correct to within 13 ms\n   polling server every 128 s\n",
	},
	{
	    { 0x0615, "stratum=2, rootdelay=0.148, rootdisp=12.9, refid=192.0.2.11, tc=6, peer=7,",
		NULL },
	    -1,
	    SYNCED,
	    "synchronised to NTP server (192.0.2.11) at stratum 2 \n"
	    "   time correct to within 13 ms\n   polling server every 64 s\n",
	},
	{
	    { 0x0515, "stratum=6, rootdelay=0.0, rootdisp=11.2, refid=LOCL, tc=6, peer=0", NULL },
	    -1,
	    SYNCED,
	    "synchronised to local net at stratum 6 \n"
	    "   time correct to within 11 ms\n   polling server every 64 s\n",
	},
	{
	    { 0x0115, "stratum=1, rootdelay=0, rootdisp=1.2, tc=4", NULL },
	    -1,
	    SYNCED,
	    "synchronised to atomic clock at stratum 1 \n"
	    "   time correct to within 1 ms\n   polling server every 16 s\n",
	},
	{
	    { 0x0615, "stratum=3, rootdelay=20, rootdisp=90, refid=192.0.2.11, tc=6", NULL },
	    99,
	    NOT_SYNCED,
	    "synchronised to NTP server (192.0.2.11) at stratum 3 \n"
	    "   time correct to within 100 ms (exceeded maximum of 99 ms)\n"
	    "   polling server every 64 s\n",
	},
	{
	    { 0x0615, "stratum=3, rootdelay=20, rootdisp=90, refid=192.0.2.11, tc=6", NULL },
	    100,
	    SYNCED,
	    "synchronised to NTP server (192.0.2.11) at stratum 3 \n"
	    "   time correct to within 100 ms\n   polling server every 64 s\n",
	},
	{
	    { 0xc016, "stratum=16, tc=4", NULL },
	    -1,
	    NOT_SYNCED,
	    "unsynchronised\n   polling server every 16 s\n",
	},
	{
	    { 0xc011, "tc=6", NULL },
	    -1,
	    NOT_SYNCED,
	    "unsynchronised\n  time server re-starting\n   polling server every 64 s\n",
	},
	{
	    { 0x0615, "rootdelay=1", NULL },
	    -1,
	    NOT_SYNCED,
	    "synchronised to NTP server (<IP unknown>), stratum unknown\n"
	    "accuracy unknown\npoll interval unknown\n",
	},
	{
	    { 0x0615, "tc=99, stratum=\033[2J, refid=\033[31mx", NULL },
	    -1,
	    NOT_SYNCED,
	    "synchronised to NTP server (\\x1b[31mx), stratum unknown\n"
	    "accuracy unknown\npoll interval unknown\n",
	},
	{ { 0, NULL, NULL }, -1, NO_DAEMON, "" },
};

static void
each_state_has_its_lines_and_exit_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *lines = NULL;

		assert_int_equal(run(&rows[i].daemon, rows[i].max_ms, &lines), rows[i].code);
		assert_string_equal(lines, rows[i].lines);
		free(lines);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_lines_and_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
