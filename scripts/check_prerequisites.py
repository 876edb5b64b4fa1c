#!/usr/bin/env python3
"""Look for everything that a build of Headwater needs and say at once what is missing and how to install it.

Runs on any Python 3.6+ with nothing installed. Prints the path of the newest fitting Python as its only output on
stdout; everything else goes to stderr. Exit code 1 when something is missing.
"""

import os
import re
import shutil
import subprocess
import sys

PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python")
GIB = 1024**3
MEMORY_GIB = 4
DISK_GIB = 3


def main():
    """Check everything; return the exit code."""
    python, python_fault = find_python()
    faults = [python_fault] + [check() for check in (git, java, maven, go, node, npm, memory, disk)]
    missing = [fault for fault in faults if fault]
    if missing:
        sys.stderr.write("Headwater needs the following first:\n")
        for fault in missing:
            sys.stderr.write(f"  - {fault}\n")
        return 1
    print(python)
    return 0


def find_python():
    """Return the first Python that is new enough and can make virtual environments, or what to do."""
    fault = None
    for name in PYTHONS:
        path = shutil.which(name)
        if path is None:
            continue
        code = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)"
        version, _, executable = output_of([path, "-c", code]).strip().partition("\n")
        if not is_at_least(version, 3, 11):
            install = "apt install python3.11, brew install python@3.13"
            fault = fault or f"Python 3.11 or newer ({path} is {version or 'broken'}): {install}"
        elif not output_of([path, "-c", "import venv, ensurepip; print('yes')"]).strip():
            fault = f"the venv module of {path}: apt install python{version}-venv"
        else:
            return executable, None
    return None, fault or "Python 3.11 or newer with venv: apt install python3 python3-venv, brew install python@3.13"


def git():
    return None if shutil.which("git") else "git: apt install git, brew install git"


def java():
    """Neo4j 5.26 runs on two versions of Java only."""
    home = os.environ.get("JAVA_HOME")
    in_home = os.path.join(home, "bin", "java") if home else ""
    program = in_home if os.path.exists(in_home) else shutil.which("java")
    install = "apt install openjdk-17-jre-headless, brew install openjdk@21"
    if program is None:
        return "Java 17 or 21: " + install
    match = re.search(r'version "(\d+)', output_of([program, "-version"]))
    if match and match.group(1) in ("17", "21"):
        return None
    found = "is version " + match.group(1) if match else "does not run"
    return f"Java 17 or 21 ({program} {found}): {install}, or point JAVA_HOME at one"


def maven():
    return None if shutil.which("mvn") else "Maven: apt install maven, brew install maven"


def go():
    version = re.search(r"go(\d+\.\d+)", output_of(["go", "version"]))
    if version and is_at_least(version.group(1), 1, 24):
        return None
    found = f" (found {version.group(1)})" if version else ""
    return f"Go 1.24 or newer{found}: https://go.dev/doc/install, brew install go"


def node():
    version = re.match(r"v(\d+\.\d+)", output_of(["node", "--version"]))
    if version and is_at_least(version.group(1), 20, 0):
        return None
    found = f" (found {version.group(1)})" if version else ""
    return f"Node 20 or newer{found}: https://nodejs.org, apt install nodejs, brew install node"


def npm():
    return None if shutil.which("npm") else "npm: apt install npm, or with Node from https://nodejs.org"


def memory():
    """A little less than the round number is usual: the system keeps some for itself."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
    if size >= MEMORY_GIB * 0.9 * GIB:
        return None
    return f"{MEMORY_GIB} GB of memory (here: {size / GIB:.1f})"


def disk():
    """What is fetched and built lies in HEADWATER_HOME, else below the home folder, and in the checkout."""
    data = os.path.abspath(os.environ.get("HEADWATER_HOME") or os.path.expanduser("~"))
    while not os.path.exists(data):
        data = os.path.dirname(data)
    for folder in (data, os.getcwd()):
        free = shutil.disk_usage(folder).free
        if free < DISK_GIB * GIB:
            return f"{DISK_GIB} GB of free disk (in {folder}: {free / GIB:.1f})"
    return None


def is_at_least(version, major, minor):
    match = re.match(r"(\d+)\.(\d+)", version)
    return bool(match) and (int(match.group(1)), int(match.group(2))) >= (major, minor)


def output_of(command):
    """Return what a program prints, on either stream; nothing if it cannot be run."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())
