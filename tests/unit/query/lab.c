/* SPDX-License-Identifier: BSD-2-Clause */
/* lab - one simulated host and played servers. */
#include "unit/query/lab.h"

struct lab *
lab_new(double offset_s)
{
	struct lab *l = sim_alloc(1, sizeof *l);

	setenv("TZ", "UTC", 1);
	l->w = world_new(7);
	l->w->epoch_ns = INT64_C(1790000000) * NS_PER_S;
	l->net = sim_net_new(l->w);
	l->net->usual = sim_path_constant(0.005);
	sim_clock_start(&l->clock, l->w, "host", -offset_s, 0);
	l->host = sim_host_new(l->net, "host", &l->clock);
	sim_host_add(l->host, "eth0", "192.0.2.100/24");
	sim_host_add(l->host, "eth0", "2001:db8::100/64");
	sim_loop_start(&l->loop, l->w, &l->clock, 0);
	l->rng = sim_rng_of(l->w->seed, "tool", 0);
	sim_resolver_start(&l->resolver, l->w);
	sim_store_start(&l->store, &l->clock);
	sim_log_start(&l->log, l->w, "host");
	sim_ke_start(&l->ke, l->w, &l->kes, l->host, &l->clock);
	lab_streams(l);
	return l;
}

static void
close_streams(struct lab *l)
{
	if (l->out_to != NULL) {
		fclose(l->out_to);
		fclose(l->err_to);
		free(l->out);
		free(l->err);
	}
}

void
lab_free(struct lab *l)
{
	unsigned sockets = sim_host_close_all(l->host), timers = sim_loop_end(&l->loop);

	close_streams(l);
	sim_ke_end(&l->ke);
	sim_log_end(&l->log);
	sim_store_end(&l->store);
	sim_resolver_end(&l->resolver);
	sim_net_free(l->net);
	for (unsigned i = 0; i < l->server_n; i++) {
		sim_server_free(l->server[i]);
	}
	world_free(l->w);
	free(l);
	assert_int_equal(sockets, 0);
	assert_int_equal(timers, 0);
}

struct sim_server *
lab_serve(struct lab *l, const char *address)
{
	assert_true(l->server_n < LAB_SERVERS_MAX);
	return l->server[l->server_n++] = sim_server_new(l->net, "server", address);
}

struct sim_nts *
lab_serve_nts(struct lab *l, const char *address, const char *name)
{
	struct sim_server *s = lab_serve(l, address);

	s->nts = sim_nts_new(&l->kes, s->host, l->w->seed, name);
	sim_resolver_set(&l->resolver, name, address);
	return s->nts;
}

struct query_ports
lab_ports(struct lab *l)
{
	return (struct query_ports){
		.loop = &l->loop.port,
		.net = &l->host->port,
		.clock = &l->clock.port,
		.rng = &l->rng.port,
		.resolver = &l->resolver.port,
		.ke = &l->ke.port,
		.built = { .ns = INT64_C(1780000000) * NS_PER_S },
	};
}

int
lab_run(struct lab *l)
{
	for (int tenths = 0; !l->loop.stopped; tenths++) {
		assert_true(tenths < 3000);
		world_run(l->w, l->w->now + NS_PER_S / 10);
	}
	return l->loop.status;
}

void
lab_streams(struct lab *l)
{
	close_streams(l);
	l->out_to = open_memstream(&l->out, &l->out_len);
	l->err_to = open_memstream(&l->err, &l->err_len);
	lab_read(l);
}

void
lab_read(struct lab *l)
{
	fflush(l->out_to);
	fflush(l->err_to);
}

void
lab_words(struct lab *l, const char *line)
{
	struct text t = text_over(l->words, sizeof l->words);
	char *save = NULL;

	text_put(&t, line);
	l->argc = 0;
	for (char *word = strtok_r(l->words, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save)) {
		assert_true(l->argc < LAB_WORDS_MAX - 1);
		l->argv[l->argc++] = word;
	}
	l->argv[l->argc] = NULL;
}

double
lab_error_s(struct lab *l)
{
	return sim_clock_error_s(&l->clock);
}
