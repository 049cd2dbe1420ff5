/* SPDX-License-Identifier: BSD-2-Clause */
/* notify - tells the service manager how the daemon is (sd_notify(3), the protocol). */
#include "sys/notify.h"
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/text.h"

struct notify {
	struct loop *loop;
	struct loop_timer feed;
	int64_t watchdog_ns; /* 0: none wanted */
	int fd;              /* -1: nobody listens */
};

/* A path, or a name in the abstract space, which is written with '@'. */
static int
open_socket(const char *name)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof sa.sun_path) {
		return -EINVAL;
	}
	memcpy(sa.sun_path, name, len);
	if (name[0] == '@') {
		sa.sun_path[0] = '\0';
	}
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		return -errno;
	}
	if (connect(fd, (const struct sockaddr *)&sa,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) != 0) {
		int rc = -errno;
		(void)close(fd);
		return rc;
	}
	return fd;
}

static void
tell(const struct notify *n, const char *message)
{
	if (n->fd >= 0) {
		(void)send(n->fd, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

/* The time within which a sign of life is expected, when it is meant for this process. */
static int64_t
watchdog_from_environment(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t us, who;

	if (usec == NULL || !text_to_i64(usec, &us) || us <= 0 || us > INT64_MAX / 1000) {
		return 0;
	}
	if (pid != NULL && (!text_to_i64(pid, &who) || who != (int64_t)getpid())) {
		return 0;
	}
	return us * 1000;
}

static void
feed_watchdog(void *ctx)
{
	struct notify *n = ctx;
	struct mtime now = n->loop->ops->now(n->loop);

	tell(n, "WATCHDOG=1");
	n->loop->ops->timer_arm(n->loop, &n->feed, (struct mtime){ now.ns + n->watchdog_ns / 2 });
}

int
notify_new(struct loop *l, struct notify **out)
{
	struct notify *n = calloc(1, sizeof *n);
	const char *name = getenv("NOTIFY_SOCKET");

	if (n == NULL) {
		return -ENOMEM;
	}
	n->loop = l;
	n->fd = name == NULL ? -1 : open_socket(name);
	n->watchdog_ns = n->fd < 0 ? 0 : watchdog_from_environment();
	/* Children must not speak for us. */
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	l->ops->timer_init(l, &n->feed, feed_watchdog, n);
	*out = n;
	return 0;
}

void
notify_free(struct notify *n)
{
	if (n == NULL) {
		return;
	}
	n->loop->ops->timer_done(n->loop, &n->feed);
	if (n->fd >= 0) {
		(void)close(n->fd);
	}
	free(n);
}

void
notify_ready(void *ctx)
{
	struct notify *n = ctx;

	tell(n, "READY=1");
	if (n->watchdog_ns > 0) {
		feed_watchdog(n);
	}
}

void
notify_status(void *ctx, const char *text)
{
	char buf[512];
	struct text t = text_over(buf, sizeof buf);

	text_put(&t, "STATUS=");
	text_put_safe(&t, text, strlen(text));
	tell(ctx, buf);
}

void
notify_reloading(void *ctx, bool done)
{
	struct notify *n = ctx;
	char buf[80];
	struct text t = text_over(buf, sizeof buf);

	if (done) {
		tell(n, "READY=1");
		return;
	}
	text_printf(&t, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    n->loop->ops->now(n->loop).ns / 1000);
	tell(n, buf);
}

void
notify_stopping(void *ctx)
{
	tell(ctx, "STOPPING=1");
}
