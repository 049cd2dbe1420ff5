# SPDX-License-Identifier: BSD-2-Clause
"""leaptable.py FILE DAYS ROW... - writes a table of leap seconds that expires in so many days, with
the right hash. IERS pads no word of it with zeros, others do."""
import hashlib, sys, time
path, days, rows = sys.argv[1], float(sys.argv[2]), [row.split() for row in sys.argv[3:]]
expiry = int(time.time() + days * 86400) + 2208988800
text = "3960835200" + str(expiry) + "".join(a + b for a, b in rows)
sha = hashlib.sha1(text.encode()).hexdigest()
words = [format(int(sha[i:i + 8], 16), "x") for i in range(0, 40, 8)]
with open(path, "w", encoding="ascii") as file:
    file.write(f"#\tleap seconds\n#$\t3960835200\n#@\t{expiry}\n")
    file.writelines(f"{a}\t{b}\t# a date\n" for a, b in rows)
    file.write("#h\t" + " ".join(words) + "\n")
