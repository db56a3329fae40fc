#!/usr/bin/env bash
# Whether manual pages and completions know every command and every option that the programs' own --help shows, and
# whether the shells offer them: pages_test.sh BIN PAGES. A shell or reader that is not installed is passed over, aloud.
set -euo pipefail
bin=$(readlink -f "$1") pages=$(readlink -f "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH=$bin:$PATH LC_ALL=C.UTF-8 XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config HOME=$work QT_QPA_PLATFORM=offscreen
wrong() { # also in a pipe
    echo "$*"
    touch "$work/failed"
}
have() { command -v "$1" >/dev/null || { echo "$1 is not installed: passed over" && false; }; }

# Each command as "dank runs show", and below it what its help lists.
walk() {
    local -a path=("$@")
    local name=${path[*]} help below
    help=$("$bin/${path[0]}" "${path[@]:1}" --help)
    grep -oE '^  -[^ ].*' <<<"$help" | grep -oE -- '(^| |,)--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+' | sort -u >"$work/options of $name"
    sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' <<<"$help" >"$work/commands of $name"
    commands+=("$name")
    while read -r below; do walk "${path[@]}" "$below"; done <"$work/commands of $name"
}
commands=()
walk dank
walk dank-learning
((${#commands[@]} > 25)) || wrong "Only ${#commands[@]} commands were found: this test reads --help wrongly"
# The options that stand before or behind every command.
everywhere=$(grep -vxE -- '--(help|version)' "$work/options of dank")
[[ $everywhere == *--library* ]] || wrong "No options for every command were found: this test reads --help wrongly"

# all_in KIND NAME LIST: every line of LIST stands in standard input, as a line of its own.
all_in() {
    local there each
    there=$(cat)
    while read -r each; do
        grep -qxF -e "$each" <<<"$there" || wrong "$1: \"$2\" lacks $each"
    done <<<"$3"
}

for page in dank dank-learning; do
    if have man; then
        said=$(MANWIDTH=100 man --warnings -l "$pages/$page.1" 2>&1 >"$work/$page.txt")
        [[ -z $said ]] || wrong "man: $said"
        grep -q '^SEE ALSO' "$work/$page.txt" || wrong "man shows no page for $page"
    fi
done
for name in "${commands[@]}"; do
    title=${name#* }
    page=$pages/${name%% *}.1
    if [[ $title == "$name" ]]; then
        section=$(sed -n '/^\.SH OPTIONS/,/^\.SH [^O]/p' "$page")
        options=$(cat "$work/options of $name")
    else
        section=$(sed -n "/^\.SS $title\$/,/^\.S[SH] /p" "$page" | sed '1!{/^\.SS/d}')
        options=$(grep -vx -- --help "$work/options of $name" || true)
    fi
    [[ $section ]] || wrong "man: no section \"$title\""
    [[ -z $options ]] || grep -oE -- '--[a-z-]+' <<<"${section//\\-/-}" | all_in man "$name" "$options"
done

# offered_by_SHELL WORDS: what the shell offers for them, a line each.
# shellcheck disable=SC2317 # called by name below
offered_by_bash() { # a shell of its own, without any of the user's settings
    bash --norc --noprofile -c '
        source "$1"
        read -ra COMP_WORDS <<<"$2"
        [[ $2 != *" " ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        "_${COMP_WORDS[0]//-/_}" && printf "%s\n" "${COMPREPLY[@]}"' - "$pages/${1%% *}.bash" "$1"
}
# shellcheck disable=SC2016,SC2317 # fish expands it
offered_by_fish() {
    fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$pages/${1%% *}.fish" "$1" | cut -f 1
}
# zsh completes only where somebody types, so its own functions are replaced by ones that tell what they were given.
# shellcheck disable=SC2016,SC2317 # zsh expands it
offered_by_zsh() {
    zsh -f -c '
        _arguments() { print -rl -- "$@" && state=command }
        _describe() { local each last=$argv[-1]; for each in "${(@P)last}"; do print -r -- "${each%%:*}"; done }
        source $1 >/dev/null
        $2' - "$pages/_${1%% *}" "_${1//[- ]/_}" |
        sed -E 's/^(\*|\([^)]*\))?(--[a-z-]+)=?\[.*/\2/'
}
for shell in bash fish zsh; do
    have $shell || continue
    for name in "${commands[@]}"; do
        options=$(cat "$work/options of $name")
        [[ $name != dank\ * ]] || options+=$'\n'$everywhere
        dashes=" --" blank=" "
        [[ $shell != zsh ]] || dashes='' blank=''
        "offered_by_$shell" "$name$dashes" | all_in "$shell" "$name --" "$options"
        [[ ! -s $work/commands\ of\ $name ]] ||
            "offered_by_$shell" "$name$blank" | all_in "$shell" "$name " "$(cat "$work/commands of $name")"
    done
    [[ $shell != zsh ]] || continue
    "offered_by_$shell" "dank train --preset " | all_in $shell "dank train --preset" paper
    "offered_by_$shell" "dank --library tr tr" | all_in $shell "dank --library tr tr" train
    "offered_by_$shell" "dank train x --progress pl" | all_in $shell "dank train x --progress pl" plain
    "offered_by_$shell" "dank-learning --page ev" | all_in $shell "dank-learning --page ev" evaluate
    mkdir -p "$work/here/memes" && (cd "$work/here" && touch feed.json &&
        "offered_by_$shell" "dank inspect fe" | all_in $shell "dank inspect fe" feed.json)
    [[ -z $("offered_by_$shell" "dank train --dropout ") ]] || wrong "$shell: \"dank train --dropout\" has offers"
done
[[ ! -e $work/failed ]]
