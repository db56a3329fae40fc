#!/usr/bin/env bash
# Fine-tunes on pictures whose rule a frozen network hardly sees, and on the same pictures with shuffled upvotes:
#     tests/bench/fine_tune.sh [-b FOLDER] [-n MEMES] [-s SEEDS] [-k KILLS] [OPTION OF dank train…]
# FOLDER holds `dank`, its engine and tuning_pictures (build/bench/bin, built with -DDANK_BENCH=ON). The network is the
# really trained Inception V3 that the tests use too (npm fetches it). The frozen head stops early: one that knows its memes
# by heart has no error left for the network to learn from, and a deep one answers the mean. For each seed it prints both
# orders, the interval of their difference, what was kept, and the seconds of an epoch, for "last2" and "all"; then it
# kills a fine-tuning KILLS times at random moments, goes on with `dank resume`, and compares the hash of the tuned
# tensors (it is part of the backbone's id) and of all losses with an unbroken one's. Ends with 1 when a planted rule was
# not won, shuffled upvotes were "learnt", or a resumed run has other bits. -s 0 leaves out the seeds, -k 0 the kills.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
. packaging/common.sh

bin=build/bench/bin memes=600 seeds=5 kills=20
while getopts b:n:s:k: option; do
    case $option in
        b) bin=$OPTARG ;;
        n) memes=$OPTARG ;;
        s) seeds=$OPTARG ;;
        k) kills=$OPTARG ;;
        *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
inception=$(trained_inception) || { echo "No trained network: npm could not fetch nsfwjs." >&2; exit 1; }
network=(--backbone inception_v3 --weights "$inception/model.json" --convention unit --precision fp32
    --preset small --epochs 4)
tuning=(--head-lr 1e-3 --backbone-lr 1e-4 --tune-epochs 16 --tune-patience 8 "$@")

# figure FILE EXPRESSION: of a result.
figure() { python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
line='"%-9s %-5s seed %s  frozen %.3f  tuned %.3f  difference %s  kept %s  %.1f s an epoch" % (sys.argv[3], sys.argv[4], sys.argv[5], float(r["frozen"]["spearman"] or "nan"), float(r["fine_tuned"]["spearman"] or "nan"), r.get("difference", {}).get("interval"), r["kept"], r["estimate"]["seconds_per_epoch"])'

for ((seed = 1; seed <= seeds; ++seed)); do
    "$bin/tuning_pictures" "$work/$seed" "$memes" "$seed"
    for kind in planted shuffled; do
        db=$work/$seed/db.json want=fine_tuned
        [[ $kind == planted ]] || db=$work/$seed/shuffled.json want=frozen
        library=$work/library-$seed
        "$bin/dank" --library "$library" train "$db" "${network[@]}" --seed "$seed" --json >"$work/frozen.json" 2>/dev/null
        run=$(figure "$work/frozen.json" 'r["run"]')
        "$bin/dank" --library "$library" train "$db" --from "$run" --fine-tune last2 "${tuning[@]}" --json \
            >"$work/tuned.json" 2>/dev/null
        python3 -c "import json, sys; r = json.load(open(sys.argv[1])); print($line)" "$work/tuned.json" _ "$kind" last2 "$seed"
        [[ $(figure "$work/tuned.json" 'r["kept"]') == "$want" ]] || failed=1
    done
done

# How long an epoch of all of it takes, by the estimate, which three batches measured.
if ((seeds > 0)); then
    "$bin/dank" --library "$work/library-1" train "$work/1/db.json" --from 1 --fine-tune all --tune-epochs 1 --json \
        >"$work/all.json" 2>/dev/null
    python3 -c "import json, sys; r = json.load(open(sys.argv[1])); print($line)" "$work/all.json" _ planted all 1
fi

((kills > 0)) || exit "$failed"
# The resumed runs: a quick network, and a head that had learnt nothing, so that the tuned network is kept and its id is
# the hash of every number that was tuned.
db=$work/sample/db.json library=$work/library-kills
"$bin/dank" sample "$work/sample" --count 120 --json >/dev/null 2>&1
"$bin/dank" --library "$library" train "$db" --backbone resnet50 --weights none --precision fp32 --preset standard \
    --epochs 1 --lr 1e-9 --hold-out 0.35 --json >/dev/null 2>&1
same='r["backbone"], r["fine_tuned"], r["train_loss"], r["validation_loss"], r["kept"]'
tune() {
    exec "$bin/dank" --library "$library" train "$db" --from 1 --fine-tune last2 --tune-epochs 5 --head-lr 3e-3 \
        --backbone-lr 1e-5 --json
}
start=$(date +%s%N)
(tune) >"$work/whole.json" 2>/dev/null
took=$((($(date +%s%N) - start) / 1000000))
whole=$(figure "$work/whole.json" "$same")
[[ $(figure "$work/whole.json" 'r["kept"]') == fine_tuned ]] || { echo "nothing was tuned that could be compared"; failed=1; }
for ((kill = 0; kill < kills; )); do
    (tune) >/dev/null 2>&1 &
    victim=$!
    moment=$((RANDOM * took / 32768))
    sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
    kill -KILL "$victim" 2>/dev/null || true
    wait "$victim" 2>/dev/null || true
    "$bin/dank" --library "$library" runs list --json >"$work/runs.json"
    run=$(figure "$work/runs.json" '"".join(str(x["run"]) for x in r["runs"] if x["state"] == "interrupted")')
    [[ -n $run ]] || continue # it came before or after the run
    epoch=$("$bin/dank" --library "$library" runs show "$run" --json | figure /dev/stdin 'r["runs"][0]["epochs"]')
    "$bin/dank" --library "$library" resume "$run" --json >"$work/resumed.json" 2>/dev/null
    verdict="the same bits"
    [[ $(figure "$work/resumed.json" "$same") == "$whole" ]] || { verdict="OTHER BITS"; failed=1; }
    printf 'kill %2d  after %5d of %d ms, epoch %s: %s\n' $((++kill)) "$moment" "$took" "$epoch" "$verdict"
done
exit "$failed"
