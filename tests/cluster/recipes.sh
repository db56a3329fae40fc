#!/usr/bin/env bash
# Runs the recipes of docs/cluster.md as they stand there, each with several "nodes" on this machine, and compares what
# they end with to the library of one process: tests/cluster/recipes.sh FOLDER [RECIPE…]
# FOLDER holds `dank` and its engine. A recipe whose tools are not installed (parallel, openmpi-bin, slurm-wlm) is passed
# over; ends with 77 when all were. Slurm's daemons run on the loopback, in a folder that goes away; they need root.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

bin=$(readlink -f "${1:?Usage: tests/cluster/recipes.sh FOLDER [RECIPE…]}")
shift
recipes=("$@")
((${#recipes[@]})) || recipes=(parallel mpirun slurm)
document=$PWD/docs/cluster.md
command -v python3 >/dev/null || exit 77
work=$(mktemp -d)
daemons=()
clean() {
    for file in "${daemons[@]}"; do
        [[ ! -s $file ]] || kill "$(<"$file")" 2>/dev/null || true
    done
    ((${#daemons[@]} == 0)) || sleep 1
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 143' TERM INT
export PATH=$bin:$PATH
export TMPDIR=$work

# recipe NAME: the block behind its mark
recipe() { awk -v mark="<!-- recipe: $1 -->" '$0 == mark { on = 1; next } on && /^```/ { if (inside) exit; inside = 1; next } inside' "$document"; }

# dump LIBRARY: what it knows of pictures, whatever rows that lies in
dump() {
    python3 - "$1/library.sqlite" <<'PYTHON'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
for query in ("SELECT name, image_hash, hex(vector) FROM features JOIN backbones ON id = backbone ORDER BY 1, 2",
              "SELECT key, value FROM facts WHERE key NOT LIKE 'speed/%' ORDER BY 1"):
    for row in database.execute(query):
        print(*row)
PYTHON
}

# Two nodes of one machine. Prints nothing; 1 where Slurm is not there or does not start.
start_slurm() {
    { command -v slurmctld slurmd munged sbatch && ((EUID == 0)); } >/dev/null || return 1
    local here=$work/slurm host node
    host=$(hostname -s)
    mkdir -p "$here/state"
    head -c 1024 /dev/urandom >"$here/munge.key"
    chmod 600 "$here/munge.key"
    export SLURM_CONF=$here/slurm.conf
    cat >"$SLURM_CONF" <<CONF
ClusterName=here
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=27817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$here/munge.socket
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SlurmctldPidFile=$here/slurmctld.pid
SlurmdPidFile=$here/slurmd.%n.pid
SlurmdSpoolDir=$here/spool.%n
StateSaveLocation=$here/state
SlurmctldLogFile=$here/slurmctld.log
SlurmdLogFile=$here/slurmd.%n.log
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
NodeName=node1 NodeHostname=$host NodeAddr=127.0.0.1 Port=27821 CPUs=2
NodeName=node2 NodeHostname=$host NodeAddr=127.0.0.1 Port=27822 CPUs=2
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    daemons+=("$here/slurmd.node1.pid" "$here/slurmd.node2.pid" "$here/slurmctld.pid" "$here/munge.pid")
    munged --force --key-file="$here/munge.key" --socket="$here/munge.socket" --pid-file="$here/munge.pid" \
        --log-file="$here/munge.log" --seed-file="$here/munge.seed" >/dev/null 2>&1 || return 1
    slurmctld && for node in node1 node2; do slurmd -N $node || return 1; done
    for ((try = 0; try < 60; ++try)); do
        [[ $(sinfo -h -t idle -o %D 2>/dev/null) != 2 ]] || return 0
        sleep 0.5
    done
    return 1
}

is_there() {
    case $1 in
        parallel) parallel --version 2>/dev/null | grep -q GNU ;; # another program has the name too
        mpirun) mpirun --version 2>/dev/null | grep -q 'Open MPI' ;;
        slurm) start_slurm ;;
    esac
}

dank --progress none sample "$work/sample" --count 40 >/dev/null
sleep 2.1 # what changed just now is not remembered by its stamp
export FEED=$work/sample/db.json EXTRACT='--backbone classic' THREADS=1
# shellcheck disable=SC2086 # several words
dank --library "$work/whole" --progress none extract "$FEED" $EXTRACT >/dev/null
dump "$work/whole" >"$work/whole.txt"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # in a container everything is root's

ran=0 failed=0
for name in "${recipes[@]}"; do
    if ! is_there "$name"; then
        printf '%s: passed over, it is not installed or does not start here\n' "$name"
        continue
    fi
    ran=$((ran + 1))
    mkdir -p "$work/$name"
    cd "$work/$name"
    export PARTS=$PWD/parts LIBRARY=$PWD/library
    printf '2/:\n' >hosts
    recipe part >part.sh
    chmod +x part.sh
    recipe "$name" >recipe.sh
    if bash -euo pipefail recipe.sh >output.txt 2>&1 && dump "$LIBRARY" | cmp - "$work/whole.txt"; then
        printf '%s: %d parts, the same library as one process makes\n' "$name" "$(find "$PARTS" -mindepth 1 -maxdepth 1 | wc -l)"
    else
        printf '%s: FAILED\n' "$name"
        tail -n 40 output.txt ./*.log 2>/dev/null || true
        failed=1
    fi
done
((failed == 0)) || exit 1
((ran > 0)) || exit 77
