"""A run that does as it is told: each line of its input is a number that it logs and prints; at the end, it ends.

It says the path of its run first. What it prints by the way would harm a page or a terminal that believed it.
"""

import sys

import headwater

LINK = "\x1b]8;;javascript:window.harmed=1\x07link\x1b]8;;\x07"
HARM = f'<img src=x onerror="window.harmed=1"> \x1b[31mred\x1b[0m {LINK} \x1b[2J'

with headwater.init(job_type="live", name=sys.argv[1]) as run:
    print(run.path, flush=True)
    print(HARM)
    for line in sys.stdin:
        run.log({"loss": float(line)})
        print(f"損失は {line.strip()}", flush=True)
