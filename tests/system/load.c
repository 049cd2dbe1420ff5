/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load - asks one server so many times a second for so long, from many ports, and counts the answers.
 *
 * usage: load ADDRESS RATE SECONDS
 * prints: "sent N answered M"; for addresses inside a test's own namespaces only.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SOCKETS = 64, REQUEST_LEN = 48, BUFFER = 1 << 20, RATE_MAX = 100000, SECONDS_MAX = 60 };

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool
open_all(int fd[SOCKETS], const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(123) };
	int size = BUFFER;

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1) {
		return false;
	}
	for (int i = 0; i < SOCKETS; i++) {
		fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fd[i] < 0 || connect(fd[i], (struct sockaddr *)&to, sizeof to) != 0) {
			return false;
		}
		(void)setsockopt(fd[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	}
	return true;
}

static unsigned long
collect(const int fd[SOCKETS])
{
	uint8_t bytes[REQUEST_LEN];
	unsigned long n = 0;

	for (int i = 0; i < SOCKETS; i++) {
		while (recv(fd[i], bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes) {
			n++;
		}
	}
	return n;
}

int
main(int argc, char **argv)
{
	uint8_t request[REQUEST_LEN] = { 4 << 3 | 3 };
	int fd[SOCKETS];
	unsigned long sent = 0, answered = 0;
	double start, rate, seconds;

	if (argc != 4) {
		fprintf(stderr, "usage: load ADDRESS RATE SECONDS\n");
		return 2;
	}
	rate = strtod(argv[2], NULL);
	seconds = strtod(argv[3], NULL);
	if (!(rate > 0 && rate <= RATE_MAX && seconds > 0 && seconds <= SECONDS_MAX) || !open_all(fd, argv[1])) {
		perror("load");
		return 2;
	}
	start = now_s();
	while (now_s() - start < seconds) {
		while ((double)sent < (now_s() - start) * rate) {
			memcpy(request + 40, &sent, sizeof sent);
			sent += send(fd[sent % SOCKETS], request, sizeof request, 0) == (ssize_t)sizeof request;
		}
		answered += collect(fd);
		usleep(200);
	}
	usleep(500000);
	answered += collect(fd);
	printf("sent %lu answered %lu\n", sent, answered);
	return 0;
}
