/* SPDX-License-Identifier: BSD-2-Clause */
/* device_page - a file of the kernel that is read from its beginning each time. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "device_kinds.h"
#include "sys/file_access.h"
#include "sys/file_open.h"

struct device_page {
	struct device_sys sys;
	int fd;
};

/* What changes while it is read makes the kernel give up: then the next second will do. */
static int
read_page(struct device_sys *d, struct device_reading *out)
{
	const struct device_page *p = (struct device_page *)d;
	ssize_t n = pread(p->fd, out->bytes, sizeof out->bytes, 0);

	if (n < 0) {
		return errno == EINTR || errno == ETIMEDOUT || errno == EWOULDBLOCK ? -EAGAIN
										    : -errno;
	}
	out->len = (size_t)n;
	out->snapshot = true;
	return 0;
}

static void
close_page(struct device_sys *d)
{
	(void)close(((struct device_page *)d)->fd);
	free(d);
}

static const struct device_calls CALLS = { .read = read_page, .close = close_page };

int
device_page_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why)
{
	struct device_page *p = calloc(1, sizeof *p);

	if (p == NULL) {
		return -ENOMEM;
	}
	p->sys = *like;
	p->sys.calls = &CALLS;
	p->fd = file_open_read(want->path, O_NONBLOCK);
	if (p->fd < 0) {
		int error = p->fd;

		if (error == -EACCES) {
			file_access_explain_device(want->path, why);
		} else {
			text_printf(why, "; %s", want->path);
		}
		free(p);
		return error;
	}
	*out = &p->sys;
	return 0;
}
