"""Several Python processes that come to the same place at the same moment."""

import subprocess
import sys


def at_once(code: str, argument: str, *, number: int) -> list[str]:
    """Return what each process prints that runs a program; all of them wait until the last one is ready.

    code: from where they run together; `sys.argv[1]` is the argument. Its imports are done before, where they
    stand above the line `together()`.
    """
    waiting = "def together():\n    print('ready', flush=True)\n    sys.stdin.readline()\n"
    command = [sys.executable, "-c", f"import sys\n{waiting}{code}", argument]
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(number)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * number, ended
    return [out.strip() for out, _ in ended]
