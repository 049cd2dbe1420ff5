# SPDX-License-Identifier: BSD-2-Clause
"""many-clients.py ADDRESS N: N clients, 10.0.0.1 and on, ask a server of this host for the time, once
each, and wait for its answer. The namespace needs "ip route add local 10.0.0.0/8 dev lo"."""
import socket
import sys

IP_PKTINFO = 8
WINDOW = 64

server, n = (sys.argv[1], 123), int(sys.argv[2])
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
sock.settimeout(2)
request = bytes([4 << 3 | 3]) + bytes(47)
waiting = answered = 0


def wait_for(left):
    """Takes answers until so many are outstanding."""
    global waiting, answered
    while waiting > left:
        try:
            sock.recv(512)
            answered += 1
            waiting -= 1
        except TimeoutError:
            waiting = 0         # lost, or held back


for i in range(1, n + 1):
    source = bytes([10, i >> 16 & 255, i >> 8 & 255, i & 255])
    sock.sendmsg([request], [(socket.IPPROTO_IP, IP_PKTINFO, bytes(4) + source + bytes(4))], 0, server)
    waiting += 1
    if waiting >= WINDOW:
        wait_for(WINDOW // 2)
wait_for(0)
print(answered)
