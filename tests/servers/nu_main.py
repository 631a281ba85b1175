"""`nu_main.py PID FOLDER COMMAND...`: runs the checker of pages for as long as a process lives.

Runs by itself, with the standard library alone: what all workers of a test run share must outlive each of them and
end with the run, however that ends. At the end it removes the folder.
"""

import os
import select
import shutil
import signal
import subprocess
import sys


def keep(pid: int, folder: str, command: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run = os.pidfd_open(pid)
        checker = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        select.select([run, os.pidfd_open(checker.pid)], [], [])
        checker.kill()
        checker.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    keep(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
