# SPDX-License-Identifier: BSD-2-Clause
"""played.py STATE [PORT] - a daemon that is only played: it answers mode 6 as ntpd does in a state:
starting, synchronised, falseticker, unsynchronised, hostile. For pictures of states that a real one
takes minutes to come to, or that no honest one has."""
import socket
import struct
import sys
import time

state = sys.argv[1]
port = int(sys.argv[2]) if len(sys.argv) > 2 else 123
begin = time.time() - {"starting": 20}.get(state, 86400 * 3)
up = state in ("synchronised", "falseticker", "hostile")


def stamp(ago=0):
    t = time.time() + 2208988800 - ago
    return "0x%08x.%08x" % (int(t) & 0xffffffff, int(t % 1 * 2**32))


def server(name, address, select, reach, offset, refid="PPS", stratum=1, flash=0, dist=2.1):
    bits = 0x80 | (0x10 if reach else 0) | select
    return bits << 8 | 0x10 | (4 if reach else 3), (
        'srcadr=%s, srchost="%s", dstadr=192.0.2.100, leap=%d, stratum=%d, rootdelay=0.500, '
        'rootdisp=0.750, refid=%s, rec=%s, reach=0x%x, unreach=%d, hpoll=6, ppoll=6, flash=0x%x, '
        'keyid=0, hmode=3, offset=%f, delay=1.234567, dispersion=0.2, jitter=0.034567, rootdist=%f, '
        'timerec=%d, sent=1234, received=%d, bogusorg=0, badauth=0, oldpkt=0' % (
            address, name, 0 if reach else 3, stratum, refid, stamp(17) if reach else "0x0.0",
            reach, 0 if reach else 30, flash, offset, dist, 17, 1200 if reach else 0))


LEAD, USED, LIAR, NO = 6, 4, 1, 0
sources = {
    "starting": [server("ntp1.example", "192.0.2.1", NO, 1, 3.2), server("ntp2.example", "192.0.2.2", NO, 0, 0, "INIT", 16, 0x1600)],
    "unsynchronised": [server("ntp1.example", "192.0.2.1", NO, 0, 0, "INIT", 16, 0x1600),
                       server("ntp2.example", "2001:db8::2", NO, 0, 0, "INIT", 16, 0x1600)],
    "synchronised": [server("", "127.127.22.0", 7, 0xff, 0.0004, "PPS", 0, 0, 0.004), server("ntp1.example", "192.0.2.1", USED, 0xff, 0.012),
                     server("ntp2.example", "192.0.2.2", USED, 0x7f, -0.034), server("ntp3.example", "2001:db8::3", USED, 0xff, 0.021),
                     server("ntp4.example", "192.0.2.4", 5, 0xfd, 0.3)],
    "falseticker": [server("ntp1.example", "192.0.2.1", LEAD, 0xff, 0.012), server("ntp2.example", "192.0.2.2", USED, 0xff, -0.034),
                    server("ntp3.example", "2001:db8::3", USED, 0xff, 0.021), server("wrong.example", "192.0.2.66", LIAR, 0xff, 905.1)],
    "hostile": [server("<script>alert(1)</script><img src=x onerror=alert(1)>" + "long" * 30, "192.0.2.1", LEAD, 0xff, 0.012, "</td><b>"),
                server("' onmouseover='alert(1)", "192.0.2.2", USED, 0xff, 1e300, "&#0;")],
}[state]

system = {
    None: 'version="ntpd 0.1.0", processor="x86_64", system="Linux/6.1", leap=%d, stratum=%d, precision=-23, rootdelay=0.012, '
          'rootdisp=0.025, refid=PPS, reftime=%s, clock=%s, peer=1, tc=6, mintc=3, offset=-0.004321, frequency=-12.345, '
          'sys_jitter=0.0021, clk_jitter=0.002, clk_wander=0.001, tai=37, leapsec=201701010000, expire=202712280000',
    "ss_uptime": 'ss_uptime=%d, ss_reset=%d, ss_received=100000, ss_thisver=99000, ss_oldver=1000, ss_badformat=3, ss_badauth=1, '
                 'ss_declined=20, ss_restricted=70, ss_limited=800, ss_kodsent=90, ss_processed=98000, iostats_reset=%d, io_received=100100, '
                 'io_sent=99000, io_sendfailed=2, io_dropped=0, timerstats_reset=%d, timer_xmts=5000, authreset=%d, authklookups=4, '
                 'authknotfound=1, authencrypts=3, authdecrypts=3, mru_depth=412, mru_maxdepth=15357, mru_mem=40',
    "rootdist": 'rootdist=0.031, peeradr=192.0.2.1:123, state="SYNC", clock_control="yes", waits_for="", config_faults="%s", '
                'config_unused="", steps=0, ss_lamport=0, ss_numctlreq=777, mru_oldest_age=3000, mru_exists=97000, mru_new=412, '
                'mru_recycleold=0, mru_recyclefull=0, mru_none=0, srv_sent=98000, '
                'srv_verdicts="ok:98000 short:3 version:0 mode:20 denied:70 limited:710 kod:90 auth:1"',
    "nts_client_send": "nts_client_send=2400, nts_client_recv_good=2390, nts_client_recv_bad=1, nts_server_send=310, "
                       "nts_server_recv_good=310, nts_server_recv_bad=4, nts_cookie_make=320, nts_ke_serves_good=12, nts_ke_serves_bad=2",
    "sync_why": 'sync_why="", config_changes=1, modes_received="0:0 1:2 2:0 3:98000 4:2400 5:0", '
                'modes_sent="0:0 1:0 2:2 3:2500 4:98000 5:0", nts_cert_expire=%s, srv_interleaved=5000, '
                'srv_interleave_missed=40, srv_interleave_kept=77, mssntp_serves=9, mssntp_serves_no=1, mssntp_serves_err=1, '
                'mssntp_serves_good=6, mssntp_serves_bad=1, nts_ke_probes_good=3, nts_ke_probes_bad=1, nts_ke_serves_nossl=1, '
                'nts_cookie_not_server=0, nts_cookie_decode_too_old=1, nts_cookie_decode_error=3, authkeys=2, mru_deepest=500',
    "koffset": "koffset=0.000001, kfreq=-12.345, kmaxerr=0.5, kesterr=0.01",
}
# Who is asked with NTS, and how that does.
nts = {"ntp1.example": "ntscookies=8, nts_state=\"good\"",
       "ntp3.example": "ntscookies=3, nts_state=\"expired: certificate has expired\""}
clock = 'device="PPS on /dev/pps0", timecode="$GPRMC,<b>,A", poll=5400, noreply=1, badformat=0, baddata=2, fudgetime1=0.000, fudgetime2=0.000, stratum=0, refid=PPS, flags=4'


def clients():
    return 'nonce=0123456789abcdef, addr.0=192.0.2.41:50123, last.0=%s, first.0=%s, ct.0=16, mv.0=0x23, rs.0=0x0, ' \
           'addr.1=[2001:db8::42]:123, last.1=%s, first.1=%s, ct.1=9000, mv.1=0x23, rs.1=0x420, now=%s' % (
               stamp(32), stamp(1056), stamp(1.2), stamp(901.2), stamp())


def answer(op, assoc, text):
    if op == 12:
        return "nonce=0123456789abcdef"
    if op == 10:
        return clients()
    if op == 1:
        return b"".join(struct.pack(">HH", i + 1, s[0]) for i, s in enumerate(sources)).decode("latin1")
    if op == 4:
        return clock
    if assoc:
        told = sources[assoc - 1][1]
        host = told.split('srchost="')[1].split('"')[0]
        return told + ", " + nts.get(host, 'ntscookies=-1, nts_state=""')
    found = system.get(text.split(",")[0] or None)
    uptime = int(time.time() - begin)
    if not text:
        found %= (0 if up else 3, 2 if up else 16, stamp(20), stamp())
    elif text.startswith("ss_"):
        found %= (uptime,) * 5
    elif text.startswith("sync_why"):
        found %= time.strftime("%Y%m%d%H%M", time.gmtime(time.time() + 40.5 * 86400))
    elif text.startswith("rootdist"):
        found %= ("1 error in /etc/ntp.conf:8 <b>" if state == "hostile" else "")
    return found


sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", port))
while True:
    data, who = sock.recvfrom(2048)
    first, op, seq, status, assoc, offset, count = struct.unpack(">BBHHHHH", data[:12])
    text = answer(op & 31, assoc, data[12:12 + count].decode())
    if text is None:
        sock.sendto(struct.pack(">BBHHHHH", first, 0xc0 | op, seq, 5 << 8, assoc, 0, 0), who)
        continue
    octets = text.encode("latin1")
    status = (0x0000 if up else 0xc000) | 0x0615
    for at in range(0, max(len(octets), 1), 468):
        part = octets[at:at + 468]
        more = 0x20 if at + 468 < len(octets) else 0
        sock.sendto(struct.pack(">BBHHHHH", first, 0x80 | more | op, seq, status, assoc, at, len(part)) + part + bytes(-len(part) % 4), who)
