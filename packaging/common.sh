# Sourced by the scripts beside it: what Debian 12 has to provide, and how to build.
# shellcheck shell=bash
# shellcheck disable=SC2034 # each script uses some of the lists

# To build and to run.
packages=(
    g++ cmake ninja-build ccache pkg-config git ca-certificates
    libtorch-dev libopenblas0-pthread # LibTorch alone brings the reference BLAS, which trains many times slower
    libdnnl-dev # LibTorch's own oneDNN, for the convolutions that LibTorch does not offer
    libopencv-dev libturbojpeg0-dev libpng-dev libwebp-dev libgif-dev
    libheif-dev # HEIC and AVIF; built without it, they are listed by name
    libtesseract-dev libleptonica-dev tesseract-ocr-eng
    nlohmann-json3-dev libeigen3-dev libsqlitecpp-dev libsqlite3-dev libxxhash-dev libzip-dev libcli11-dev
    libcsv-dev libzstd-dev zlib1g-dev libutf8proc-dev
    libcurl4-openssl-dev libssl-dev
    qt6-base-dev qt6-svg-dev libqt6svg6 libqcustomplot-dev
    qt6-qpa-plugins hicolor-icon-theme fonts-dejavu-core fonts-noto-color-emoji
    python3 # manual pages and completions
)

# What the tests use besides.
test_packages=(desktop-file-utils appstream shared-mime-info xvfb python3-h5py python3-pil imagemagick libjpeg-turbo-progs
    libonnx-testdata parallel openmpi-bin)

# What tests/cluster/recipes.sh uses besides, where it is installed: it brings daemons, which nobody gets unasked.
cluster_packages=(slurm-wlm)

# What lint.sh uses besides: clang-format and clang-tidy of another version judge otherwise.
lint_packages=(clang-format clang-tidy shellcheck)

# What deb.sh and deb-test.sh use besides; with zsh and fish the tests try their completions too.
deb_packages=(dpkg-dev file man-db lintian debootstrap util-linux xvfb xdotool zsh fish)

# What tests/fuzz/run.sh uses besides.
fuzz_packages=(clang libclang-rt-14-dev)

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

# install_missing PACKAGE…: installs those that are not there; says nothing when none is missing.
install_missing() {
    { command -v dpkg-query && command -v apt-get; } >/dev/null ||
        fail "This script needs Debian 12 or a relative of it. Elsewhere, install the packages named in" \
            "packaging/common.sh and build with: cmake --preset release && cmake --build --preset release"
    local package missing=()
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            fail "These Debian packages are missing: ${missing[*]}." \
                "Run this script as root, or install sudo, or install them yourself with apt-get."
        as_root=(sudo)
    fi
    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq || fail "apt-get update failed: is there a network?"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
        fail "apt-get could not install them: see above."
}

# One compile per core, as far as memory goes: a file with LibTorch takes more than 1 GB.
build_jobs() {
    local cores kilobytes by_memory
    cores=$(nproc)
    kilobytes=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
    by_memory=$((${kilobytes:-1572864} / 1572864))
    ((by_memory >= 1)) || by_memory=1
    echo $((cores < by_memory ? cores : by_memory))
}

# configure PRESET: once.
configure() {
    [[ ! -f build/$1/build.ninja ]] || return 0
    say "Configuring build/$1"
    cmake --preset "$1" >&2 || fail "CMake could not configure build/$1: see above."
}

# build PRESET [TARGET…]: configures once and builds what is older than its sources; silent when nothing is.
build() {
    local folder=build/$1
    configure "$1"
    shift
    [[ $(ninja -C "$folder" -n "$@" 2>/dev/null) == *"no work to do"* ]] && return 0
    say "Building $folder (the first time takes some minutes)"
    ninja -C "$folder" -j "$(build_jobs)" "$@" >&2 || fail "The build failed: see above."
}

# trained_inception: prints the folder of a really trained Inception V3 as TensorFlow.js keeps it, fetched once from the
# npm package nsfwjs (MIT) and kept in build/trained; nothing, and 1, where npm cannot.
trained_inception() {
    local folder=build/trained/nsfwjs-4.3.0 work
    if [[ ! -f $folder/model.json ]]; then
        command -v npm >/dev/null && command -v node >/dev/null || return 1
        mkdir -p build/trained
        work=$(mktemp -d build/trained/part.XXXXXX)
        node app/cli/real_network/real_network.js "$work" "$folder" >&2 || true
        rm -rf "$work"
    fi
    [[ -f $folder/model.json ]] && readlink -f "$folder"
}
