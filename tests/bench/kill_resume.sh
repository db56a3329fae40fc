#!/usr/bin/env bash
# Kills `dank train` with SIGKILL at N random moments, goes on with `dank resume`, and compares the model's tensors with
# those of a run that nothing broke:
#     tests/bench/kill_resume.sh [-b FOLDER] [-r SEED] N [OPTION OF dank train…]
# FOLDER holds `dank` and its engine (build/test/bin). SEED repeats the moments of another time; it is printed. Every
# eighth run is killed a second time while it resumes. Ends with 1 when any run ended in other bits.
#
# Compared is the SHA-256 over each tensor's name, type, shape and bytes, in the order of their names. The file's other
# part, its description, names the run and how long each epoch took; of that the losses of all epochs, the epoch taken
# and the rows of each side are compared too. A kill can also come before the run is in the library: then there is
# nothing to go on with, and that round is tried again with a later moment, and counted apart.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

usage() { printf 'Usage: tests/bench/kill_resume.sh [-b FOLDER] [-r SEED] N [OPTION OF dank train…]\n' >&2; exit 2; }
bin=build/test/bin seed=$$
while getopts b:r: option; do
    case $option in
        b) bin=$OPTARG ;;
        r) seed=$OPTARG ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || usage
count=$1
shift
RANDOM=$seed

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dank() { "$bin/dank" --library "$work/library" "$@"; }
options=(--weights none --precision fp32 --epochs 120 --patience 0 --seed 5 "$@")

# Prints one line: the hash of the tensors and that of what the description says of the training.
fingerprint() { python3 tests/bench/model_fingerprint.py "$1"; }

milliseconds() { date +%s%3N; }
sleep_ms() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }
# Prints the newest run's number, state and epochs stored.
newest_run() {
    dank runs --json | python3 -c 'import json, sys
none = {"run": 0, "state": "none", "epochs": 0}
run = max(json.load(sys.stdin)["runs"], key=lambda run: run["run"], default=none)
print(run["run"], run["state"], run["epochs"])'
}

"$bin/dank" sample "$work/sample" --count 40 >/dev/null 2>&1
dank extract "$work/sample" --weights none --precision fp32 >/dev/null 2>&1
began=$(milliseconds)
dank train "$work/sample" "${options[@]}" --model "$work/whole.dankmodel" >/dev/null 2>&1
length=$(($(milliseconds) - began))
wanted=$(fingerprint "$work/whole.dankmodel")
printf 'unbroken: %s, %d ms; moments from seed %s\n' "$wanted" "$length" "$seed"

# Starts `dank …` and kills it after $1 ms. Ends with 1 when it was done before.
killed_after() {
    local moment=$1 pid
    shift
    "$bin/dank" --library "$work/library" "$@" >/dev/null 2>&1 &
    pid=$!
    sleep_ms "$moment"
    kill -KILL "$pid" 2>/dev/null || { wait "$pid" || true; return 1; }
    ! wait "$pid" 2>/dev/null
}

same=0 other=0 early=0 late=0 twice=0 round=0
while ((round < count)); do
    read -r before _ < <(newest_run)
    moment=$(((RANDOM * 32768 + RANDOM) % length))
    if ! killed_after "$moment" train "$work/sample" "${options[@]}"; then
        late=$((late + 1))
        continue
    fi
    read -r run state at < <(newest_run)
    if ((run == before)); then
        early=$((early + 1))
        continue
    fi
    if [[ $state == 'done' ]]; then
        late=$((late + 1))
        continue
    fi
    round=$((round + 1))
    again=
    if ((round % 8 == 0)); then
        killed=
        killed_after $((length / 3 + RANDOM % (length / 3))) resume "$run" && killed=yes
        read -r _ state _ < <(newest_run)  # the resumed run may have come to its end before the kill
        if [[ $killed && $state != 'done' ]]; then
            twice=$((twice + 1))
            again=', and again while resuming'
        fi
    fi
    rm -f "$work/resumed.dankmodel"
    if [[ $state == 'done' ]]; then
        cp "$work/library/models/run-$run.dankmodel" "$work/resumed.dankmodel"
    else
        dank resume "$run" --model "$work/resumed.dankmodel" >/dev/null 2>"$work/said" || cat "$work/said" >&2
    fi
    found=$([[ -f $work/resumed.dankmodel ]] && fingerprint "$work/resumed.dankmodel" || printf 'no model')
    if [[ $found == "$wanted" ]]; then
        same=$((same + 1)) word=same
    else
        other=$((other + 1)) word="OTHER: $found"
    fi
    printf '%3d  killed after %5d ms, %3d epochs stored%s: %s\n' "$round" "$moment" "$at" "$again" "$word"
done
printf '%d of %d ended in the same bits (%d killed twice; %d kills came before the run began, %d after its end)\n' \
    "$same" "$count" "$twice" "$early" "$late"
((other == 0))
