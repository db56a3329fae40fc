#!/bin/sh
# The layer check itself: a clean little tree passes, and each planted violation is found, by its own rule.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

mkdir -p "$tree/core/base" "$tree/core/dataset" "$tree/core/image" "$tree/core/nn" "$tree/core/store" \
    "$tree/core/pipeline" "$tree/ui" "$tree/app/cli" "$tree/app/gui" "$tree/tests/base"
printf '#pragma once\n#include <string>\n' >"$tree/core/base/a.h"
printf '#include "core/base/a.h"\n#include <nlohmann/json.hpp>\n' >"$tree/core/dataset/b.cpp"
printf '#include <torch/torch.h>\n#include "core/dataset/b.h"\n' >"$tree/core/nn/device.cpp"
printf '#pragma once\n#include <torch/torch.h>\n' >"$tree/core/nn/inner.h"
printf '#include <QtTest>\nQTEST_GUILESS_MAIN(T)\n' >"$tree/tests/base/a_test.cpp"
printf 'dank_add_tests(TESTS\n    a_test)\n' >"$tree/tests/base/CMakeLists.txt"
printf '#include "core/nn/inner.h"\nauto d = torch::kCUDA;\n' >"$tree/core/nn/device_two.cpp"
printf '#include <opencv2/core.hpp>\nauto n = uninterrupted([] { return ::read(0, b, 1); });\nint Reader::read(int);\n' >"$tree/core/image/c.cpp"
printf '#include <QWidget>\n#include "core/engine/engine.h"\n#include "c.moc"\nauto *a = QCoreApplication::instance();\n' >"$tree/ui/c.cpp"
"$here/check_layers.sh" "$tree" >/dev/null || {
    echo "A clean tree was refused:"
    "$here/check_layers.sh" "$tree" || true
    failures=1
}

# Forty files in a folder are allowed, one more is not.
mkdir "$tree/core/model"
for number in $(seq 40); do : >"$tree/core/model/m$number.cpp"; done
"$here/check_layers.sh" "$tree" >/dev/null || {
    echo "40 files in a folder were refused"
    failures=1
}

# expect RULE FILE TEXT: plants TEXT in FILE, a violation whose line has to name RULE. An x. in FILE becomes a name of
# its own, so that one look at the tree judges all that were planted.
planted=0
expect() {
    planted=$((planted + 1))
    file=$(printf '%s' "$2" | sed "s:/x\\.:/x$planted.:")
    mkdir -p "$(dirname "$tree/$file")"
    # shellcheck disable=SC2059 # what is planted has line breaks
    printf "$3\n" >>"$tree/$file"
    printf '%s\t%s\t%s\n' "$1" "$file" "$3" | head -n 1 >>"$tree/expected"
}

expect 'no Qt here' core/dataset/x.cpp '#include <QString>'
expect 'no Qt here' core/pipeline/x.cpp '#  include <QtCore/QString>'
expect 'no Qt here' app/cli/x.cpp '#include "QObject"'
expect 'LibTorch only' core/dataset/x.cpp '#include <torch/torch.h>'
expect 'LibTorch only' core/pipeline/x.cpp '#include <ATen/ATen.h>'
expect 'LibTorch only' ui/x.cpp '#include <torch/script.h>'
expect 'LibTorch only' app/cli/x.cpp '#include <c10/core/Device.h>'
expect 'OpenCV only' core/nn/x.cpp '#include <opencv2/imgproc.hpp>'
expect 'OpenCV only' ui/x.cpp '#include <opencv2/core.hpp>'
expect 'SQLite only' ui/x.cpp '#include <SQLiteCpp/SQLiteCpp.h>'
expect 'libcurl only' core/weights/x.cpp '#include <curl/curl.h>'
expect 'OpenSSL only' app/cli/x.cpp '#include <openssl/evp.h>'
expect 'Eigen only' core/nn/x.cpp '#include <Eigen/Core>'
expect 'libzip only' app/cli/x.cpp '#include <zip.h>'
expect 'core/base may not include' core/base/x.cpp '#include "core/dataset/b.h"'
expect 'core/dataset may not include' core/dataset/x.cpp '#include "core/store/library.h"'
expect 'core/image may not include' core/image/x.cpp '#include "core/nn/device.h"'
expect 'core/nn may not include' core/nn/x.cpp '#include "core/image/decode.h"'
expect 'core/store may not include' core/store/x.cpp '#include "core/pipeline/rater.h"'
expect 'core/dataset may not include' core/dataset/x.cpp '#include "dataset.h"'
expect 'ui may not include' ui/x.cpp '#include "core/nn/training/trainer.h"'
expect 'ui may not include' ui/x.cpp '#include "app/gui/main_window.h"'
expect 'ui/train may not include' ui/train/x.cpp '#include "ui/rate/rate_page.h"'
expect 'ui/widgets may not include' ui/widgets/x.cpp '#include "ui/lanes/lane.h"'
expect 'app/cli may not include' app/cli/x.cpp '#include "ui/session/session.h"'
expect 'core/nn/inner.h is internal' core/pipeline/x.cpp '#include "core/nn/inner.h"'
expect 'kCUDA only' core/nn/x.cpp 'auto d = torch::kCUDA;'
expect 'no singletons' core/store/x.h '#pragma once\nstruct S { static S \&instance(); };'
expect 'no singletons' ui/x.cpp 'Session::instance().open();'
expect 'a call that a signal can break off' core/store/x.cpp 'auto n = ::read(file, bytes, 4);'
expect 'a call that a signal can break off' app/cli/x.cpp '    while (::flock(file, LOCK_EX) != 0)'
expect 'a header begins' core/dataset/x.h '\n#pragma once'
expect 'more than 450 lines' core/dataset/x.cpp "$(yes 'int' | head -n 451)"
expect 'more than 500 lines' tests/base/a_test.cpp "$(yes 'int' | head -n 499)"
expect 'more than 250 lines' ui/window/main_window.cpp "$(yes 'int' | head -n 251)"
expect 'more than 40 source files in a folder' core/model/m41.cpp 'int'
printf 'void Whole::open()\n{\n}\n\nWhole::~Whole() = default;\n' >"$tree/core/store/whole.cpp"
expect 'Whole lies in core/store/whole.cpp too' core/store/whole_rest.cpp 'int Whole::close(int a)\n{\n}'
expect 'tests/bases mirrors no room' tests/bases/b_test.cpp 'QTEST_MAIN(T)'
expect 'named after what it tests' tests/base/test_b.cpp 'QTEST_MAIN(T)'
expect 'no test of its CMakeLists.txt' tests/base/b_test.cpp 'QTEST_MAIN(T)'

output=$("$here/check_layers.sh" "$tree") && failures=1
while IFS='	' read -r rule file text; do
    case $rule in 'more than 40'*) file=core/model ;; esac
    printf '%s\n' "$output" | grep -F "$file:" | grep -qF "$rule" || {
        echo "NOT FOUND: $rule: $file: $text"
        failures=1
    }
done <"$tree/expected"

[ $failures = 0 ] && echo "All $planted planted violations were found."
exit $failures
