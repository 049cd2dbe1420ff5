/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signd_unix - a stream to Samba's ntp_signd. Connecting a Unix socket takes no time: it is done,
 * or refused, at once.
 */
#include "sys/signd_unix.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "loop_base.h"
#include "sys/file_access.h"

enum { READ_MAX = 512 };

struct signd_unix {
	struct signd port;
	struct event *readable; /* of the connection; NULL: there is none */
	struct event_base *base;
	int fd; /* -1: not connected */
	const struct signd_events *on;
	void *ctx;
};

static struct signd_unix *
of(struct signd *s)
{
	return (struct signd_unix *)s;
}

static void
listen_to(struct signd *s, const struct signd_events *on, void *ctx)
{
	of(s)->on = on;
	of(s)->ctx = ctx;
}

static void
close_stream(struct signd *s)
{
	struct signd_unix *u = of(s);

	if (u->readable != NULL) {
		event_free(u->readable);
		u->readable = NULL;
	}
	if (u->fd >= 0) {
		(void)close(u->fd);
		u->fd = -1;
	}
}

static void
end(struct signd_unix *u, int error)
{
	close_stream(&u->port);
	u->on->ended(u->ctx, error);
}

/* One piece at a time: what is left wakes the loop again, and others have their turn between. */
static void
on_readable(evutil_socket_t fd, short what, void *ctx)
{
	struct signd_unix *u = ctx;
	uint8_t bytes[READ_MAX];
	ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

	(void)what;
	if (n > 0) {
		u->on->octets(u->ctx, bytes, (size_t)n);
	} else if (n == 0) {
		end(u, 0);
	} else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		end(u, -errno);
	}
}

/* What folder, group or daemon is missing. */
static void
explain(const char *path, const char *folder, int error, struct text *why)
{
	text_put(why, strerror(-error));
	if (error == -ENOENT) {
		text_printf(why, "; %s is not there: %s", access(folder, F_OK) == 0 ? path : folder,
		    "Samba makes it when it is a domain controller, and 'ntp signd socket "
		    "directory' of smb.conf says where");
	} else if (error == -EACCES) {
		file_access_explain(path, STORE_APPEND, why);
	} else if (error == -ECONNREFUSED) {
		text_put(why, "; Samba is not running, or its service ntp_signd is not");
	}
}

static int
open_stream(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof to.sun_path) {
		return -ENAMETOOLONG;
	}
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		return -errno;
	}
	if (connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
		error = -errno;
		(void)close(fd);
		return error;
	}
	return fd;
}

static int
connect_stream(struct signd *s, const char *folder, struct text *why)
{
	struct signd_unix *u = of(s);
	char path[sizeof((struct sockaddr_un *)0)->sun_path + sizeof "/socket"];
	struct text t = text_over(path, sizeof path);
	int fd;

	text_printf(&t, "%s/socket", folder);
	fd = t.cut ? -ENAMETOOLONG : open_stream(path);
	if (fd < 0) {
		explain(path, folder, fd, why);
		return fd;
	}
	u->readable = event_new(u->base, fd, EV_READ | EV_PERSIST, on_readable, u);
	if (u->readable == NULL || event_add(u->readable, NULL) != 0) {
		(void)close(fd);
		close_stream(s);
		text_put(why, strerror(ENOMEM));
		return -ENOMEM;
	}
	u->fd = fd;
	return 0;
}

static int
send_octets(struct signd *s, const uint8_t *bytes, size_t len)
{
	ssize_t n = send(of(s)->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0) {
		return -errno;
	}
	return (size_t)n == len ? 0 : -EPIPE; /* half a question cannot be taken back */
}

static const struct signd_ops OPS = { listen_to, connect_stream, send_octets, close_stream };

int
signd_unix_new(struct loop *l, struct signd **out)
{
	struct signd_unix *u = calloc(1, sizeof *u);

	if (u == NULL) {
		return -ENOMEM;
	}
	u->port.ops = &OPS;
	u->base = loop_event_base(l);
	u->fd = -1;
	*out = &u->port;
	return 0;
}

void
signd_unix_free(struct signd *s)
{
	if (s != NULL) {
		close_stream(s);
		free(of(s));
	}
}
