#!/usr/bin/env python3
"""How soon an extraction obeys: tests/bench/stop.py DANK FOLDER [-n ROUNDS] [-p PRECISION] [ID…]

Starts `DANK extract FOLDER` with random weights, interrupts it at different moments of its work, and prints for each
network the milliseconds until it said that it has stopped, and until the process was gone: median and longest.
"""
import argparse
import signal
import statistics
import subprocess
import tempfile
import time


def read_until(stream, word):
    """Whether `word` came before the stream ended."""
    said = b""
    while word not in said:
        byte = stream.read(1)
        if not byte:
            return False
        said += byte
    return True


def interrupted(dank, folder, network, precision, pause):
    """Seconds from the interruption to the word and to the end, or None where the work was done before."""
    with tempfile.TemporaryDirectory() as library:
        command = [dank, "extract", folder, "--library", library, "--backbone", network, "--weights", "none",
                   "--precision", precision]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, bufsize=0)
        if not read_until(process.stderr, b"images/s"):  # which the first batch brings
            process.wait()
            return None
        time.sleep(pause)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        if not read_until(process.stderr, b"stopped"):
            process.wait()
            return None
        word = time.monotonic() - start
        process.wait()
        return (word, time.monotonic() - start) if process.returncode == 130 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dank")
    parser.add_argument("folder")
    parser.add_argument("networks", nargs="*", default=["inception_v3", "vgg16", "resnet50", "xception"], metavar="ID")
    parser.add_argument("-n", "--rounds", type=int, default=10)
    parser.add_argument("-p", "--precision", default="fp32")
    options = parser.parse_args()
    for network in options.networks:
        times = [interrupted(options.dank, options.folder, network, options.precision, 0.07 * i)
                 for i in range(options.rounds)]
        times = [t for t in times if t]
        if not times:
            print(f"{network}: done before it could be stopped; give a folder with more memes")
            continue
        words, ends = ([1000 * t[k] for t in times] for k in (0, 1))
        print(f"{network} {options.precision}: stopped after {statistics.median(words):.0f} ms, longest {max(words):.0f}; "
              f"gone after {statistics.median(ends):.0f}, longest {max(ends):.0f} ({len(times)} of {options.rounds} rounds)")


if __name__ == "__main__":
    main()
