/* SPDX-License-Identifier: BSD-2-Clause */
/* newfile - what is made is made whole, and nothing is written over. */
#include "ntp-keygen/newfile.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool
newfile_write_to(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

int
newfile_make(const char *path, unsigned mode, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int error = 0;

	if (fd < 0) {
		return errno;
	}
	/* The umask may have taken what the owner needs. */
	if (fchmod(fd, mode) != 0 || !newfile_write_to(fd, bytes, len) || fsync(fd) != 0) {
		error = errno;
	}
	if (close(fd) != 0 && error == 0) {
		error = errno;
	}
	if (error != 0) {
		(void)unlink(path);
	}
	return error;
}
