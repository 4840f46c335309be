"""Becomes the program that its arguments name, in a terminal of its own, as `program | cat` has one: the streams go past it.

The process stays the same one, so that its pid, its pipes and its end are the program's. A process beside it, which is
nobody's child, keeps the terminal open until the program has ended.
"""

import fcntl
import os
import sys
import termios

terminal, end = os.openpty()
if os.fork() == 0:
    if os.fork() == 0:
        os.closerange(0, terminal)
        os.close(end)
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:
            pass
    os._exit(0)
os.wait()
os.close(terminal)
os.setsid()
fcntl.ioctl(end, termios.TIOCSCTTY, 0)
# While anybody holds this end, the other one cannot tell that all is over.
os.set_inheritable(end, True)
os.execvp(sys.argv[1], sys.argv[1:])
