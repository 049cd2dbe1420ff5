/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device_datagram - a Unix socket that others write datagrams to. It is bound while the process is
 * root, and stays bound: its writers look for it once, when they start.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "device_kinds.h"
#include "sys/file_access.h"
#include "sys/file_open.h"

enum { MODE_OWNER = 0600 };

struct device_datagram {
	struct device_sys sys;
	int fd;
	char path[DEVICE_PATH_MAX];
};

static int
read_datagram(struct device_sys *d, struct device_reading *out)
{
	struct device_datagram *g = (struct device_datagram *)d;
	ssize_t n = recv(g->fd, out->bytes, sizeof out->bytes, MSG_DONTWAIT);

	if (n < 0) {
		return errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
	}
	out->len = (size_t)n;
	return 0;
}

/* What is left of a daemon before, or of us; anything else that is there is somebody's. */
static int
remove_socket(const char *path)
{
	struct file_place place;
	struct stat st;

	int error = file_place_find(path, &place);
	if (error != 0) {
		return error;
	}
	if (fstatat(place.folder, place.name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		error = errno == ENOENT ? 0 : -errno;
	} else if (!S_ISSOCK(st.st_mode)) {
		error = -EEXIST;
	} else if (unlinkat(place.folder, place.name, 0) != 0) {
		error = -errno;
	}
	file_place_free(&place);
	return error;
}

static void
close_datagram(struct device_sys *d)
{
	struct device_datagram *g = (struct device_datagram *)d;

	(void)close(g->fd);
	(void)remove_socket(g->path); /* as far as our rights go */
	free(g);
}

static const struct device_calls CALLS = { .read = read_datagram, .close = close_datagram };

/* In the folder that was found, whatever its path has become. */
static int
bind_at(int fd, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct file_place place;

	int error = file_place_find(path, &place);
	if (error != 0) {
		return error;
	}
	int n = snprintf(a.sun_path, sizeof a.sun_path, "/proc/self/fd/%d/%s", place.folder,
	    place.name);
	if (n < 0 || (size_t)n >= sizeof a.sun_path) {
		error = -ENAMETOOLONG;
	} else if (fchmod(fd, MODE_OWNER) != 0 ||
	    bind(fd, (const struct sockaddr *)&a, sizeof a) != 0) {
		error = -errno;
	}
	file_place_free(&place);
	return error;
}

int
device_datagram_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why)
{
	struct device_datagram *g = calloc(1, sizeof *g);
	int error;

	if (g == NULL) {
		return -ENOMEM;
	}
	g->sys = *like;
	g->sys.calls = &CALLS;
	memcpy(g->path, want->path, sizeof g->path);
	g->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	error = g->fd < 0 ? -errno : remove_socket(want->path);
	error = error != 0 ? error : bind_at(g->fd, want->path);
	if (error == 0) {
		*out = &g->sys;
		return 0;
	}
	text_printf(why, "; %s", want->path);
	if (error == -EEXIST) {
		text_put(why, " is there and no socket");
	} else if (error == -EACCES) {
		file_access_explain(want->path, STORE_REPLACE, why);
	}
	if (g->fd >= 0) {
		(void)close(g->fd);
	}
	free(g);
	return error;
}
