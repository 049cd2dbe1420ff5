/* SPDX-License-Identifier: BSD-2-Clause */
/* http - answers GET and HEAD with libevent's evhttp. */
#include "sys/http.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include "base/text.h"
#include "loop_base.h"

enum { LISTENERS_MAX = 16, FIRST_GIVEN = 3, STATUS_OK = 200 };

/* How often ended connections are looked for, and aged ones ended. */
static const struct timeval SWEEP = { .tv_sec = 0, .tv_usec = 500000 };

/* One more reference to each bufferevent tells when evhttp has let go of it. */
struct connection {
	struct bufferevent *bev;
	int64_t since_ns;
};

struct http {
	struct loop *loop;
	struct evhttp *ev;
	struct event *sweep;
	struct http_limits limits;
	struct http_pages pages;
	struct evconnlistener *listener[LISTENERS_MAX];
	unsigned listener_n;
	struct connection *open; /* of limits.connections */
	unsigned open_n;
	bool deaf; /* the listeners are off */
};

/* ---- connections ---- */

static bool
has_ended(struct bufferevent *bev)
{
	bufferevent_event_cb on_event = NULL;

	bufferevent_getcb(bev, NULL, NULL, &on_event, NULL);
	return on_event == NULL;
}

static void
forget_ended(struct http *h)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < h->open_n; i++) {
		if (has_ended(h->open[i].bev)) {
			(void)bufferevent_decref(h->open[i].bev);
		} else {
			h->open[kept++] = h->open[i];
		}
	}
	h->open_n = kept;
}

static void
set_deaf(struct http *h, bool deaf)
{
	if (h->deaf == deaf) {
		return;
	}
	h->deaf = deaf;
	for (unsigned i = 0; i < h->listener_n; i++) {
		(void)(deaf ? evconnlistener_disable(h->listener[i])
			    : evconnlistener_enable(h->listener[i]));
	}
}

static void
end_aged(struct http *h)
{
	int64_t oldest_ns = loop_now(h->loop).ns - (int64_t)h->limits.age_s * NS_PER_S;

	for (unsigned i = 0; i < h->open_n; i++) {
		if (h->open[i].since_ns < oldest_ns) {
			/* evhttp sees the end, and closes. */
			(void)shutdown(bufferevent_getfd(h->open[i].bev), SHUT_RDWR);
		}
	}
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;

	(void)fd;
	(void)what;
	forget_ended(h);
	end_aged(h);
	set_deaf(h, h->open_n >= h->limits.connections);
	if (h->open_n > 0) {
		(void)event_add(h->sweep, &SWEEP);
	}
}

/* evhttp asks for one for each connection that it accepts. */
static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
	struct http *h = arg;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);

	forget_ended(h);
	if (bev == NULL || h->open_n >= h->limits.connections) {
		/* Accepted in the same turn as the last that there was room for: it is not counted,
		 * and has the timeout of evhttp. */
		set_deaf(h, true);
		return bev;
	}
	bufferevent_incref(bev);
	h->open[h->open_n++] = (struct connection){ .bev = bev, .since_ns = loop_now(h->loop).ns };
	set_deaf(h, h->open_n >= h->limits.connections);
	(void)event_add(h->sweep, &SWEEP);
	return bev;
}

unsigned
http_connections(struct http *h)
{
	forget_ended(h);
	return h->open_n;
}

/* ---- requests ---- */

static void
add_headers(struct evkeyvalq *to, const struct http_header *from, size_t max)
{
	for (size_t i = 0; i < max && from[i].name != NULL; i++) {
		(void)evhttp_add_header(to, from[i].name, from[i].value);
	}
}

static void
on_request(struct evhttp_request *ev, void *arg)
{
	struct http *h = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(ev);
	struct evkeyvalq *headers = evhttp_request_get_input_headers(ev);
	struct evkeyvalq *out = evhttp_request_get_output_headers(ev);
	struct evbuffer *body = evbuffer_new();
	struct http_request q = {
		.path = uri == NULL ? NULL : evhttp_uri_get_path(uri),
		.query = uri == NULL ? NULL : evhttp_uri_get_query(uri),
		.host = evhttp_find_header(headers, "Host"),
		.accept = evhttp_find_header(headers, "Accept"),
	};
	struct http_answer a = { .status = STATUS_OK, .type = "text/plain" };

	if (body == NULL) {
		evhttp_send_error(ev, HTTP_INTERNAL, NULL);
		return;
	}
	if (q.path == NULL || q.path[0] == '\0') {
		q.path = "/";
	}
	h->pages.answer(h->pages.ctx, &q, &a);
	(void)evhttp_add_header(out, "Content-Type", a.type);
	if (h->limits.always != NULL) {
		add_headers(out, h->limits.always, SIZE_MAX);
	}
	add_headers(out, a.extra, HTTP_EXTRA_MAX);
	(void)evbuffer_add(body, a.body, a.len);
	evhttp_send_reply(ev, a.status, NULL, body);
	evbuffer_free(body);
	h->pages.done(h->pages.ctx, &a);
}

/* ---- from outside ---- */

int
http_new(struct loop *l, const struct http_limits *limits, const struct http_pages *pages,
    struct http **out)
{
	struct http *h = calloc(1, sizeof *h);

	if (h == NULL) {
		return -ENOMEM;
	}
	h->loop = l;
	h->limits = *limits;
	h->pages = *pages;
	h->open = calloc(limits->connections, sizeof *h->open);
	h->ev = evhttp_new(loop_event_base(l));
	h->sweep = event_new(loop_event_base(l), -1, 0, on_sweep, h);
	if (h->open == NULL || h->ev == NULL || h->sweep == NULL) {
		http_free(h);
		return -ENOMEM;
	}
	evhttp_set_allowed_methods(h->ev, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(h->ev, HTTP_HEADERS_MAX);
	evhttp_set_max_body_size(h->ev, 0);
	evhttp_set_timeout(h->ev, (int)limits->age_s);
	evhttp_set_bevcb(h->ev, on_connection, h);
	evhttp_set_gencb(h->ev, on_request, h);
	*out = h;
	return 0;
}

void
http_free(struct http *h)
{
	if (h == NULL) {
		return;
	}
	if (h->ev != NULL) {
		evhttp_free(h->ev);
	}
	if (h->open != NULL) {
		forget_ended(h);
	}
	if (h->sweep != NULL) {
		event_free(h->sweep);
	}
	free(h->open);
	free(h);
}

static int
keep_listener(struct http *h, struct evhttp_bound_socket *bound)
{
	if (bound == NULL) {
		return errno != 0 ? -errno : -EINVAL;
	}
	h->listener[h->listener_n++] = evhttp_bound_socket_get_listener(bound);
	return 0;
}

int
http_listen(struct http *h, const char *address, uint16_t port)
{
	if (h->listener_n == LISTENERS_MAX) {
		return -ENOSPC;
	}
	errno = 0;
	return keep_listener(h, evhttp_bind_socket_with_handle(h->ev, address, port));
}

int
http_adopt(struct http *h, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (h->listener_n == LISTENERS_MAX) {
		return -ENOSPC;
	}
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
		return -errno;
	}
	errno = 0;
	return keep_listener(h, evhttp_accept_socket_with_handle(h->ev, fd));
}

int
http_sockets_given(void)
{
	const char *n = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
	int64_t number = 0, whose = 0;
	bool ours = n != NULL && pid != NULL && text_to_i64(n, &number) &&
	    text_to_i64(pid, &whose) && whose == (int64_t)getpid() && number > 0 &&
	    number <= LISTENERS_MAX;

	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDNAMES");
	return ours ? (int)number : 0;
}
