#!/bin/sh
# Checks the layer rules of ARCHITECTURE.md over a source tree: check_layers.sh ROOT
# Debian keeps every library's headers in one folder, so the compiler would not notice. Prints each
# violation as "file:line: rule" and ends with 1 when there is one.
set -u
cd "$1" || exit 2
found=0

report() { # stdin: violations, one a line; $1: the rule they break
    while IFS= read -r line; do
        printf '%s: %s\n' "$line" "$1"
    done
}

# sources FOLDER…: its C++ files
sources() { find "$@" -type f \( -name '*.cpp' -o -name '*.h' \) 2>/dev/null | LC_ALL=C sort; }

# includes PATTERN RULE FILE…: those files must not include what matches
includes() {
    pattern=$1 rule=$2
    shift 2
    [ $# -gt 0 ] || return 0
    grep -nHE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" "$@" | cut -d: -f1,2 | report "$rule"
}

check() {
    torch='torch/|ATen/|c10/|caffe2/|oneapi/'
    opencv='opencv2?/'
    qt='Q[A-Z]|qcustomplot|Qt[A-Z]'

    # Libraries.
    includes "$qt" 'no Qt here' $(sources core app/cli)
    includes "$torch" 'LibTorch only in core/nn' $(sources core app ui | grep -v '^core/nn/')
    includes "$opencv" 'OpenCV only in core/image' $(sources core app ui | grep -v '^core/image/')
    includes 'SQLiteCpp/|sqlite3' 'SQLite only in core/store' $(sources core app ui | grep -v '^core/store/')
    includes 'Eigen/' 'Eigen only in core/evaluate' $(sources core app ui | grep -v '^core/evaluate/')
    includes 'zip\.h' 'libzip only in core/weights' $(sources core app ui | grep -v '^core/weights/')

    includes 'curl/|openssl/' 'libcurl and OpenSSL only in core/weights' $(sources core app ui | grep -v '^core/weights/')

    # Layers: what each may include of ours.
    while read -r layer allowed; do
        files=$(sources "$layer")
        [ -n "$files" ] || continue
        # shellcheck disable=SC2086
        grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' $files | while IFS= read -r line; do
            header=${line#*\"}
            header=${header%%\"*}
            case $header in
                *.moc | moc_*) continue ;;
            esac
            ok=no
            for prefix in $allowed; do
                case $header in "$prefix" | "$prefix"/*) ok=yes ;; esac
            done
            [ $ok = yes ] || printf '%s: %s may not include "%s"\n' "$(printf '%s' "$line" | cut -d: -f1,2)" "$layer" "$header"
        done
    done <<RULES
core/base core/base
core/backbone core/base core/backbone
core/dataset core/base core/dataset
core/learn core/base core/dataset core/learn
core/evaluate core/base core/dataset core/learn core/evaluate
core/model core/base core/dataset core/learn core/evaluate core/model
core/weights core/base core/backbone core/weights
core/store core/base core/backbone core/dataset core/learn core/evaluate core/model core/weights core/store
core/rating core/base core/backbone core/dataset core/learn core/evaluate core/model core/store core/rating
core/engine core/base core/backbone core/dataset core/learn core/evaluate core/model core/engine
core/image core/base core/dataset core/image
core/nn core/base core/backbone core/dataset core/learn core/evaluate core/model core/weights core/nn
core/pipeline core
ui core/base core/backbone core/dataset core/learn core/evaluate core/model core/store core/engine ui
app/cli core/base core/backbone core/dataset core/learn core/evaluate core/model core/store core/rating core/engine app/cli
app/gui core/base core/backbone core/dataset core/learn core/evaluate core/model core/store core/engine ui app/gui
RULES

    # A header that shows another library's types belongs to its own room.
    for header in $(sources core | grep '\.h$'); do
        grep -qE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($torch|$opencv|nlohmann/|Eigen/|SQLiteCpp/|sqlite3|zip\.h|curl/|xxhash|turbojpeg|gif_lib|libexif/)" \
            "$header" || continue
        folder=$(printf '%s' "$header" | cut -d/ -f1,2)
        # shellcheck disable=SC2046
        grep -nHF "\"$header\"" $(sources core app ui | grep -v "^$folder/") /dev/null | cut -d: -f1,2 |
            report "$header is internal to $folder"
    done

    # Words that may stand in one place only.
    grep -nHw 'kCUDA' $(sources core app ui | grep -v '^core/nn/device') /dev/null | cut -d: -f1,2 |
        report 'kCUDA only in core/nn/device*'
    grep -nHE '(^|[^:[:alnum:]_])instance\(\)' $(sources core app ui) /dev/null | cut -d: -f1,2 | report 'no singletons'
    grep -nHE '(Engine|Library|Session|Model|Rater|Theme|Store|Log)::instance\(\)' $(sources core app ui) /dev/null |
        cut -d: -f1,2 | report 'no singletons'

    # Sizes and first lines.
    for file in $(sources core app ui tests); do
        lines=$(wc -l <"$file")
        limit=500
        case $file in */main_window.cpp) limit=250 ;; esac
        [ "$lines" -le $limit ] || printf '%s:%s: more than %s lines\n' "$file" "$lines" $limit
        case $file in
            *.h) [ "$(head -n 1 "$file")" = '#pragma once' ] || printf '%s:1: a header begins with #pragma once\n' "$file" ;;
        esac
    done
}

violations=$(check)
if [ -n "$violations" ]; then
    printf '%s\n' "$violations"
    exit 1
fi
echo "The layers hold: $(sources core app ui | wc -l) files."
