/* SPDX-License-Identifier: BSD-2-Clause */
/* ntptrace through chains of played servers: lines, ends and circles. */
#include "ntptrace/trace.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "base/text.h"
#include "unit/mode6/script.h"

struct node {
	const char *address;
	const char *system, *peer; /* its variables, those of association 7; NULL: no answer */
};

struct chain {
	const struct node *node;
	unsigned n, opened;
	bool named;
	char *out, *err;
};

static void
serve(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	const struct node *n = s->own;
	const char *text = h->assoc == 0 ? n->system : h->assoc == 7 ? n->peer : NULL;
	struct control_header a = *h;

	(void)data;
	(void)len;
	if (text != NULL) {
		a.response = true;
		a.count = (uint16_t)strlen(text);
		script_put(s, &a, text, strlen(text));
	}
}

static struct session *
open_node(void *ctx, const char *host, char *why)
{
	struct chain *c = ctx;
	struct text t = text_over(why, 128);

	for (unsigned i = 0; i < c->n; i++) {
		if (text_equal(c->node[i].address, host)) {
			struct script *s = script_new();
			union {
				const void *in;
				void *out;
			} own = { &c->node[i] };

			c->opened++;
			s->own = own.out;
			s->serve = serve;
			return session_new(&s->base, 1);
		}
	}
	text_put(&t, "Network is unreachable");
	return NULL;
}

static void
name_of(void *ctx, const char *address, char out[TRACE_NAME_MAX])
{
	struct chain *c = ctx;

	if (c->named) {
		struct text t = text_over(out, TRACE_NAME_MAX);

		text_printf(&t, "name-of-%s", address);
	}
}

static int
trace(struct chain *c, const char *host, unsigned hosts_max)
{
	size_t out_len, err_len;
	struct trace_world w = { .open = open_node, .name = name_of, .ctx = c };
	int status;

	w.out = open_memstream(&c->out, &out_len);
	w.err = open_memstream(&c->err, &err_len);
	status = trace_run(host, hosts_max, &w);
	fclose(w.out);
	fclose(w.err);
	return status;
}

static void
done(struct chain *c)
{
	free(c->out);
	free(c->err);
}

static const struct node to_gps[] = {
	{ "127.0.0.1",
	    "stratum=3, rootdelay=2.5, rootdisp=1.25, offset=-0.5, refid=192.0.2.2, peer=7",
	    "srcadr=192.0.2.2, srcport=123" },
	{ "192.0.2.2", "stratum=2, rootdelay=1, rootdisp=0.5, offset=0.25, refid=9.9.9.9, peer=7",
	    "srcadr=2001:db8::1, srcport=123" },
	{ "2001:db8::1", "stratum=1, rootdelay=0, rootdisp=0.125, offset=0.001, refid=GPS, peer=7",
	    "srcadr=127.127.28.0" },
};

static void
a_chain_is_shown_to_its_reference_clock(void **state)
{
	struct chain c = { .node = to_gps, .n = 3 };

	(void)state;
	assert_int_equal(trace(&c, "127.0.0.1", 99), 0);
	assert_string_equal(c.out,
	    "127.0.0.1: stratum 3, offset -0.000500, synch distance 0.002500\n"
	    "192.0.2.2: stratum 2, offset 0.000250, synch distance 0.001000\n"
	    "2001:db8::1: stratum 1, offset 0.000001, synch distance 0.000125, refid 'GPS'\n");
	assert_string_equal(c.err, "");
	done(&c);
}

static void
no_more_servers_are_asked_than_wanted(void **state)
{
	struct chain c = { .node = to_gps, .n = 3 };

	(void)state;
	assert_int_equal(trace(&c, "127.0.0.1", 2), 0);
	assert_int_equal(c.opened, 2);
	done(&c);
	c.opened = 0;
	assert_int_equal(trace(&c, "127.0.0.1", 1), 0);
	assert_int_equal(c.opened, 1);
	done(&c);
}

static void
names_stand_for_addresses_when_there_are_any(void **state)
{
	struct chain c = { .node = to_gps, .n = 3, .named = true };

	(void)state;
	assert_int_equal(trace(&c, "127.0.0.1", 99), 0);
	assert_non_null(strstr(c.out, "name-of-2001:db8::1: stratum 1, "));
	done(&c);
}

static void
a_local_clock_ends_the_chain(void **state)
{
	static const struct node node[] = { { "a", "stratum=6, refid=LOCL, peer=7",
	    "srcadr=127.127.1.0" } };
	struct chain c = { .node = node, .n = 1 };

	(void)state;
	assert_int_equal(trace(&c, "a", 99), 0);
	assert_string_equal(c.out, "a: stratum 6, offset 0.000000, synch distance 0.000000\n");
	assert_string_equal(c.err, "");
	done(&c);
}

static void
an_unsynchronised_server_ends_the_chain(void **state)
{
	static const struct node node[] = {
		{ "a", "stratum=16, peer=7", "srcadr=192.0.2.2" },
		{ "192.0.2.2", "stratum=1", NULL },
	};
	struct chain c = { .node = node, .n = 2 };

	(void)state;
	assert_int_equal(trace(&c, "a", 99), 0);
	assert_int_equal(c.opened, 1);
	done(&c);
}

static void
a_circle_ends(void **state)
{
	static const struct node node[] = {
		{ "a", "stratum=5, peer=7", "srcadr=192.0.2.2" },
		{ "192.0.2.2", "stratum=5, peer=7", "srcadr=192.0.2.3" },
		{ "192.0.2.3", "stratum=5, peer=7", "srcadr=192.0.2.2" },
	};
	struct chain c = { .node = node, .n = 3 };

	(void)state;
	assert_int_equal(trace(&c, "a", 99), 0);
	assert_int_equal(c.opened, 3);
	assert_string_equal(c.err, "192.0.2.2: the servers follow each other in a circle\n");
	done(&c);
}

static void
a_server_that_names_a_host_is_not_followed(void **state)
{
	static const struct node node[] = {
		{ "a", "stratum=2, peer=7", "srcadr=evil.example" },
		{ "evil.example", "stratum=1", NULL },
	};
	struct chain c = { .node = node, .n = 2 };

	(void)state;
	assert_int_equal(trace(&c, "a", 99), 0);
	assert_int_equal(c.opened, 1);
	done(&c);
}

static void
silence_is_told_and_a_failure_only_at_the_first(void **state)
{
	static const struct node node[] = {
		{ "a", "stratum=2, peer=7", "srcadr=192.0.2.2" },
		{ "192.0.2.2", NULL, NULL },
	};
	struct chain c = { .node = node, .n = 2 };

	(void)state;
	assert_int_equal(trace(&c, "a", 99), 0);
	assert_string_equal(c.err, "192.0.2.2: timed out, nothing received\n");
	done(&c);
	assert_int_equal(trace(&c, "192.0.2.2", 99), 1);
	assert_string_equal(c.out, "");
	done(&c);
	assert_int_equal(trace(&c, "b", 99), 1);
	assert_string_equal(c.err, "b: Network is unreachable\n");
	done(&c);
}

static void
what_a_server_says_cannot_steer_the_terminal(void **state)
{
	static const struct node node[] = { { "a", "stratum=1, refid=\033[2J", NULL } };
	struct chain c = { .node = node, .n = 1 };

	(void)state;
	assert_int_equal(trace(&c, "a", 99), 0);
	assert_null(strchr(c.out, '\033'));
	done(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_is_shown_to_its_reference_clock),
		cmocka_unit_test(no_more_servers_are_asked_than_wanted),
		cmocka_unit_test(names_stand_for_addresses_when_there_are_any),
		cmocka_unit_test(a_local_clock_ends_the_chain),
		cmocka_unit_test(an_unsynchronised_server_ends_the_chain),
		cmocka_unit_test(a_circle_ends),
		cmocka_unit_test(a_server_that_names_a_host_is_not_followed),
		cmocka_unit_test(silence_is_told_and_a_failure_only_at_the_first),
		cmocka_unit_test(what_a_server_says_cannot_steer_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
