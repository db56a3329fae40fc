// Cached features into a matrix, as extraction reads them:
//     bench_store FOLDER ROWS    makes a library with ROWS vectors of 2,048 numbers
//     bench_store FOLDER         reads them all, with as many threads as there are processors

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/store/library.h"

using namespace dank;

namespace {

constexpr std::size_t kColumns = 2048;
constexpr const char *kBackbone = "bench";

std::string nameOf(std::size_t row)
{
    // Hashes come in no order, as pictures' do.
    char text[40];
    std::snprintf(text, sizeof text, "%016llx%016zx", static_cast<unsigned long long>(mixSeed(1, row)), row);
    return text;
}

void write(Library &library, std::size_t rows)
{
    Random random(1);
    std::vector<float> values(kColumns);
    constexpr std::size_t kBatch = 256;
    for (std::size_t first = 0; first < rows; first += kBatch) {
        std::vector<FeatureStore::Entry> entries;
        for (float &value : values)
            value = static_cast<float>(random.uniform());
        for (std::size_t row = first; row < std::min(first + kBatch, rows); ++row)
            entries.push_back({nameOf(row), values});
        library.features().put(kBackbone, entries);
    }
    library.facts().set("bench/rows", std::to_string(rows));
}

}  // namespace

int main(int argc, char **argv)
try {
    if (argc < 2)
        return 2;
    Library library = Library::open(argv[1]);
    if (argc > 2) {
        write(library, std::strtoull(argv[2], nullptr, 10));
        return 0;
    }
    const std::size_t rows = std::strtoull(library.facts().get("bench/rows").value_or("0").c_str(), nullptr, 10);
    std::vector<std::string> names;
    for (std::size_t row = 0; row < rows; ++row)
        names.push_back(nameOf(row));
    std::vector<float> matrix(rows * kColumns);
    const std::vector<bool> there = library.features().get(
        kBackbone, names, matrix, static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
    const auto found = static_cast<std::size_t>(std::count(there.begin(), there.end(), true));
    std::printf("%zu of %zu\n", found, rows);
    return found == rows ? 0 : 1;
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
