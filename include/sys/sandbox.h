/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox - a filter of system calls (seccomp) for each role of the daemon, for ntp-exporter and
 * for ntp-snmp, entered last of all: what is not in the role's list is refused or ends the process.
 * Without libseccomp at build it is not there.
 */
#ifndef SYS_SANDBOX_H
#define SYS_SANDBOX_H
#include <stdbool.h>

enum sandbox_role {
	SANDBOX_MAIN,      /* the daemon; has no children of its own */
	SANDBOX_CLOCKS,    /* the same with reference clocks: and their devices */
	SANDBOX_STARTER,   /* forks, ends and narrows the other roles but the daemon */
	SANDBOX_RESOLVER,  /* getaddrinfo, and answers on a socket that is open already */
	SANDBOX_KE_CLIENT, /* reads certificates, connects by TCP; no UDP */
	SANDBOX_KE_SERVER, /* reads certificates, accepts; makes no socket, and connects none */
	SANDBOX_EXPORTER,  /* ntp-exporter: accepts, asks by UDP, writes files; no child of ntpd */
	SANDBOX_SNMP,      /* ntp-snmp: connects to the host's agent, asks by UDP, writes files */
};

enum sandbox_answer {
	/*
	 * EPERM, of the daemon with a line in the kernel's audit log that names the call; the
	 * process ends when it is one that no C library makes by itself (execve, ptrace, mount, bpf
	 * and their kind).
	 */
	SANDBOX_REFUSE,
	SANDBOX_KILL, /* the process ends at any: for tests */
};

/* True when this build has it. The kernel may still refuse. */
bool sandbox_is_built(void);

/* What SANDBOX_CLOCKS may do beside, where a clock wants it: bits. */
enum sandbox_more {
	SANDBOX_GPSD = 1 << 0,       /* connect by TCP; where to is the fence's */
	SANDBOX_KERNEL_PPS = 1 << 1, /* have the kernel follow pulses by itself */
};

/*
 * Enters the sandbox for good; children inherit it, and may only enter a narrower one. Needs
 * no_new_privs (which -u sets). 0 or -errno (-ENOSYS: not built).
 */
int sandbox_enter(enum sandbox_role role, enum sandbox_answer answer);

/* The same of SANDBOX_CLOCKS, with more of enum sandbox_more. */
int sandbox_enter_clocks(unsigned more, enum sandbox_answer answer);

#endif
