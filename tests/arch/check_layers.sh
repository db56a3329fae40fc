#!/bin/sh
# Checks the layer rules of ARCHITECTURE.md over a source tree: check_layers.sh ROOT
# Debian keeps every library's headers in one folder, so the compiler would not notice. Prints each
# violation as "file:line: rule" and ends with 1 when there is one.
# No file of ours has a space in its name, so lists of files are split at spaces.
# shellcheck disable=SC2046,SC2086
set -u
cd "$1" || exit 2

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
    includes 'Eigen/' 'Eigen only in core/evaluate and core/blend' $(sources core app ui | grep -vE '^core/(evaluate|blend)/')
    includes 'zip\.h' 'libzip only in core/weights' $(sources core app ui | grep -v '^core/weights/')

    tesseract='tesseract/|allheaders\.h|leptonica/'
    includes "$tesseract" 'Tesseract only in core/words' $(sources core app ui | grep -v '^core/words/')
    includes 'curl/' 'libcurl only in core/http' $(sources core app ui | grep -v '^core/http/')
    includes 'openssl/' 'OpenSSL only in core/weights' $(sources core app ui | grep -v '^core/weights/')

    includes '(csv|zlib|zstd)\.h' 'libcsv, zlib and zstd only in core/feeds' $(sources core app ui | grep -v '^core/feeds/')

    includes '(png|gif_lib)\.h|webp/|libheif/' 'libpng, giflib, libwebp and libheif only in core/image' $(sources core app ui | grep -v '^core/image/')
    includes 'turbojpeg\.h' 'libjpeg-turbo only in core/image and core/dataset' $(sources core app ui | grep -vE '^core/(image|dataset)/')

    # Layers: what each may include of ours.
    while read -r layer allowed; do
        files=$(sources "$layer")
        [ -n "$files" ] || continue
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
core/http core/base core/http
core/backbone core/base core/backbone
core/feeds core/base core/feeds
core/dataset core/base core/feeds core/dataset
core/fetch core/base core/feeds core/dataset core/http core/fetch
core/learn core/base core/feeds core/dataset core/learn
core/evaluate core/base core/feeds core/dataset core/learn core/evaluate
core/templates core/base core/feeds core/dataset core/evaluate core/templates
core/model core/base core/feeds core/dataset core/learn core/evaluate core/model
core/blend core/base core/feeds core/dataset core/learn core/evaluate core/model core/blend
core/weights core/base core/http core/backbone core/weights
core/store core/base core/backbone core/feeds core/dataset core/learn core/evaluate core/model core/weights core/store
core/rating core/base core/backbone core/feeds core/dataset core/learn core/evaluate core/model core/store core/rating
core/explain core/base core/feeds core/dataset core/learn core/evaluate core/model core/explain
core/engine core/base core/backbone core/feeds core/dataset core/fetch core/learn core/evaluate core/templates core/model core/explain core/engine
core/image core/base core/feeds core/dataset core/templates core/image
core/words core/base core/feeds core/dataset core/image core/words
core/nn core/base core/backbone core/feeds core/dataset core/learn core/evaluate core/model core/weights core/nn
core/pipeline core
ui core/base core/backbone core/feeds core/dataset core/fetch core/learn core/evaluate core/templates core/model core/explain core/store core/engine ui
ui/widgets core ui/widgets
ui/lanes core ui/widgets ui/lanes
ui/session core ui/widgets ui/lanes ui/session
ui/charts core ui/widgets ui/lanes ui/session ui/charts
ui/memes core ui/widgets ui/lanes ui/session ui/charts ui/memes
ui/feed core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/feed
ui/fetch core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/fetch
ui/templates core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/templates
ui/runs core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/runs
ui/why core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/why
ui/dataset core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/feed ui/fetch ui/runs ui/dataset
ui/features core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/runs ui/features
ui/train core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/runs ui/train
ui/moderation core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/moderation
ui/evaluate core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/moderation ui/runs ui/why ui/evaluate
ui/rate core ui/widgets ui/lanes ui/session ui/charts ui/memes ui/runs ui/why ui/rate
app/cli core/base core/backbone core/feeds core/dataset core/fetch core/learn core/evaluate core/templates core/model core/explain core/store core/rating core/engine app/cli
app/gui core/base core/backbone core/feeds core/dataset core/fetch core/fetch core/learn core/evaluate core/templates core/model core/explain core/store core/engine ui app/gui
RULES

    # A header that shows another library's types belongs to its own room.
    theirs="$torch|$opencv|$tesseract|nlohmann/|Eigen/|SQLiteCpp/|sqlite3|zip\.h|curl/|xxhash|turbojpeg|gif_lib|png\.h|webp/|libheif/"
    grep -lE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($theirs)" $(sources core | grep '\.h$') /dev/null |
        while read -r header; do
            folder=$(printf '%s' "$header" | cut -d/ -f1,2)
            grep -nHF "\"$header\"" $(sources core app ui | grep -v "^$folder/") /dev/null | cut -d: -f1,2 |
                report "$header is internal to $folder"
        done

    # Words that may stand in one place only.
    grep -nHw 'kCUDA' $(sources core app ui | grep -v '^core/nn/device') /dev/null | cut -d: -f1,2 |
        report 'kCUDA only in core/nn/device*'
    grep -nHE '(^|[^:[:alnum:]_])instance\(\)' $(sources core app ui) /dev/null | cut -d: -f1,2 | report 'no singletons'
    grep -nHE '(Engine|Library|Session|Model|Rater|Theme|Store|Log)::instance\(\)' $(sources core app ui) /dev/null |
        cut -d: -f1,2 | report 'no singletons'

    # Calls of the system that a signal breaks off.
    grep -nHE '(^|[^[:alnum:]_>:])::(p?read|p?write|open(at)?|f(data)?sync|flock|fcntl|ftruncate|posix_fallocate|waitpid)\(' \
        $(sources core app ui | grep -v '^core/base/file_descriptor\.') /dev/null | grep -v 'uninterrupted(' |
        cut -d: -f1,2 | report 'a call that a signal can break off goes through core/base/file_descriptor.h'

    # Sizes and first lines.
    awk 'function judge() {
            limit = name ~ /\/main_window\.cpp$/ ? 250 : name ~ /^tests\// ? 500 : 450
            if (lines > limit) print name ":" lines ": more than " limit " lines"
        }
        FNR == 1 { if (name) judge(); name = FILENAME }
        FNR == 1 && name ~ /\.h$/ && $0 != "#pragma once" { print name ":1: a header begins with #pragma once" }
        { lines = FNR }
        END { if (name) judge() }' $(sources core app ui tests)
    sources core app ui tests | sed 's:/[^/]*$::' | uniq -c | while read -r count folder; do
        [ "$count" -le 40 ] || printf '%s:%s: more than 40 source files in a folder\n' "$folder" "$count"
    done

    # A class lies in one file, however many lines it has: CLASS::function( at the beginning of a line defines one.
    grep -nHoE '^([A-Za-z_][^=;"()]*[ *&])?[A-Z][A-Za-z0-9]*::~?[A-Za-z]+\(' $(sources core app ui | grep '\.cpp$') /dev/null |
        sed -E 's/^([^:]*):[0-9]+:(.*[ *&])?([A-Z][A-Za-z0-9]*)::[^:]*$/\3 \1/' | LC_ALL=C sort -u |
        awk '$1 == class { print $2 ":1: " class " lies in " file " too: a class is not cut into files" }
            { class = $1; file = $2 }'

    # Tests mirror the source: tests/ROOM/*_test.cpp, where ROOM is one of core, or ui or app, and each is built.
    grep -lE '^[[:space:]]*QTEST_[A-Z_]*MAIN\(' $(sources tests) /dev/null | while read -r file; do
        room=${file#tests/}
        room=${room%/*}
        name=${file##*/}
        case $room in
            ui | app) ;;
            ui/*) [ -d "$room" ] || printf '%s:1: tests/%s mirrors no room of ui\n' "$file" "$room" ;;
            *) [ -d "core/$room" ] || printf '%s:1: tests/%s mirrors no room of core\n' "$file" "$room" ;;
        esac
        case $name in
            *_test.cpp) ;;
            *) printf '%s:1: a test is named after what it tests, with _test.cpp\n' "$file" ;;
        esac
        grep -qsw "${name%.cpp}" "tests/$room/CMakeLists.txt" ||
            printf '%s:1: no test of its CMakeLists.txt\n' "$file"
    done
}

violations=$(check)
if [ -n "$violations" ]; then
    printf '%s\n' "$violations"
    exit 1
fi
echo "The layers hold: $(sources core app ui | wc -l) files."
