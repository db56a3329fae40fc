// The classic descriptors of a dataset's pictures as a matrix, for tests/bench/classic_quality.py, and their speed.
//
//     classic_dump DATASET OUT.npy     one row for each usable meme, OUT.ids.txt and OUT.groups.txt beside it
//     classic_dump --sample DIR COUNT  writes the program's sample dataset (seed 1)
//     classic_dump --speed             drawn pictures of several sizes, on one thread

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/dataset/dataset.h"
#include "core/dataset/feature_matrix.h"
#include "core/image/classic_features.h"
#include "core/image/decode.h"
#include "core/image/meme_painter.h"
#include "core/image/resize.h"
#include "core/pipeline/sample.h"
#include "tests/image/classic_table.h"

using namespace dank;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

double millisecondsSince(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

int dump(const fs::path &folder, const fs::path &npy)
{
    const Dataset dataset = Dataset::load(folder / "db.json");
    FeatureMatrix matrix;
    matrix.columns = kClassicColumns;
    double spent = 0, megapixels = 0, slowest = 0;
    for (const MemeRecord &record : dataset.records()) {
        const Decoded decoded = decodeImageFile(record.image);
        if (decoded.problem)
            continue;
        matrix.ids.push_back(record.id);
        matrix.values.resize(matrix.ids.size() * kClassicColumns);
        const auto start = Clock::now();
        classicFeatures(decoded.image, std::span(matrix.values).last(kClassicColumns));
        const double took = millisecondsSince(start);
        spent += took;
        slowest = std::max(slowest, took);
        megapixels += decoded.image.width * 1e-6 * decoded.image.height;
    }
    writeNpy(matrix, npy);
    std::ofstream groups(fs::path(npy).replace_extension(".groups.txt"));
    for (const ClassicGroup &group : classicGroups())
        groups << group.name << ' ' << group.first << ' ' << group.count << '\n';
    const auto rows = static_cast<double>(matrix.rows());
    std::fprintf(stderr, "%zu pictures, mean %.2f megapixels, mean %.1f ms, slowest %.1f ms\n", matrix.rows(),
                 megapixels / rows, spent / rows, slowest);
    return 0;
}

void speed()
{
    const Image drawn = paintMeme({1000, 1000, 0.2, 0.1, 0.3, "WHEN THE TESTS PASS", "AND NOBODY KNOWS WHY", 7});
    const std::pair<int, int> sizes[] = {{256, 256}, {480, 480}, {1000, 1000}, {600, 3000}, {4000, 3000}};
    for (const auto &[width, height] : sizes) {
        const Image image = resizeTriangle(drawn, width, height);
        std::vector<float> row(kClassicColumns);
        double best = 1e9, total = 0;
        constexpr int kRuns = 15;
        for (int i = 0; i < kRuns; ++i) {
            const auto start = Clock::now();
            classicFeatures(image, row);
            const double took = millisecondsSince(start);
            best = std::min(best, took);
            total += took;
        }
        std::printf("%5d x %-5d best %.1f ms, mean %.1f ms\n", width, height, best, total / kRuns);
    }
}

}  // namespace

int main(int argc, char **argv)
{
    try {
        if (argc == 2 && std::string(argv[1]) == "--speed") {
            speed();
            return 0;
        }
        if (argc == 4 && std::string(argv[1]) == "--sample") {
            writeSample(argv[2], std::stoi(argv[3]), 1, {});
            return 0;
        }
        if (argc == 3)
            return dump(argv[1], argv[2]);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::fprintf(stderr, "Usage: classic_dump DATASET OUT.npy | --sample DIR COUNT | --speed\n");
    return 2;
}
