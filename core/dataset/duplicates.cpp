#include "core/dataset/duplicates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/error.h"
#include "core/base/random.h"

namespace dank {

namespace {

constexpr std::size_t kAlwaysAllowed = 20;  // members that a cluster may have whatever its share
constexpr int kMaxBits = 12;
constexpr int kLeastInformation = 4;

// ---- perceptual hashes

/// How many bits of a hash are of the rarer kind: a measure of what it can tell.
int information(std::uint64_t hash)
{
    const int set = std::popcount(hash);
    return std::min(set, 64 - set);
}

struct KnownHash {
    std::uint64_t hash = 0;
    std::size_t row = 0;  ///< the first that has it
    int allowed = 0;      ///< how far another may be, as far as this one is concerned
};

/// Rows with one hash are united at once; each hash that can tell something is returned once.
std::vector<KnownHash> knownHashes(std::span<const std::optional<std::uint64_t>> hashes, int bits, UnionFind &sets)
{
    std::unordered_map<std::uint64_t, std::size_t> firstRow;
    std::vector<KnownHash> known;
    for (std::size_t row = 0; row < hashes.size(); ++row) {
        if (!hashes[row] || information(*hashes[row]) < kLeastInformation)
            continue;
        const auto [found, isNew] = firstRow.try_emplace(*hashes[row], row);
        if (isNew)
            known.push_back({*hashes[row], row, std::min(bits, information(*hashes[row]) / 2)});
        else
            sets.unite(found->second, row);
    }
    return known;
}

unsigned chunkOf(std::uint64_t hash, int chunk)
{
    return static_cast<unsigned>(hash >> (16 * chunk) & 0xffff);
}

/// All 16-bit words with at most `most` bits set.
std::vector<unsigned> nearWords(int most)
{
    std::vector<unsigned> words;
    for (unsigned word = 0; word < 0x10000; ++word)
        if (std::popcount(word) <= most)
            words.push_back(word);
    return words;
}

/// Unites rows whose hashes are near. Of four 16-bit chunks one differs in at most a quarter of the bits in which the
/// hashes differ, so looking up every chunk's near words finds every pair.
void unitePerceptual(std::span<const std::optional<std::uint64_t>> hashes, int bits, UnionFind &sets,
                     const JobContext &job)
{
    const std::vector<KnownHash> known = knownHashes(hashes, bits, sets);
    if (bits == 0)
        return;
    const std::vector<unsigned> near = nearWords(bits / 4);
    std::vector<std::size_t> start(0x10001);
    std::vector<KnownHash> sorted(known.size());
    for (int chunk = 0; chunk < 4; ++chunk) {
        std::fill(start.begin(), start.end(), 0);
        for (const KnownHash &item : known)
            ++start[chunkOf(item.hash, chunk) + 1];
        std::partial_sum(start.begin(), start.end(), start.begin());
        std::vector<std::size_t> next(start.begin(), start.end() - 1);
        for (const KnownHash &item : known)
            sorted[next[chunkOf(item.hash, chunk)]++] = item;
        for (std::size_t i = 0; i < known.size(); ++i) {
            if (i % 256 == 0) {
                job.cancel.check();
                job.report("duplicates", static_cast<std::size_t>(chunk) * known.size() + i, 4 * known.size());
            }
            const KnownHash &one = known[i];
            for (const unsigned difference : near) {
                const unsigned word = chunkOf(one.hash, chunk) ^ difference;
                for (std::size_t at = start[word]; at < start[word + 1]; ++at) {
                    const KnownHash &other = sorted[at];
                    if (other.row < one.row
                        && std::popcount(one.hash ^ other.hash) <= std::min(one.allowed, other.allowed))
                        sets.unite(one.row, other.row);
                }
            }
        }
    }
}

// ---- features

constexpr std::size_t kPlanes = 256;
using Signature = std::array<std::uint64_t, kPlanes / 64>;

/// Rows of features with each column at mean 0 and deviation 1, scaled to length 1; and on which side of each random
/// plane they lie.
struct Directions {
    std::size_t columns = 0;
    std::vector<float> values;  ///< [rows, columns]
    std::vector<bool> usable;   ///< finite, and not the mean itself
    std::vector<Signature> signatures;
};

Directions directionsOf(const FeatureMatrix &features, const JobContext &job)
{
    const std::size_t rows = features.rows();
    const std::size_t columns = features.columns;
    std::vector<std::size_t> all(rows);
    std::iota(all.begin(), all.end(), std::size_t{0});
    Directions result{columns, features.gathered(all), std::vector<bool>(rows, true), std::vector<Signature>(rows)};
    std::vector<double> mean(columns), scale(columns);
    std::size_t finite = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto values = features.row(row);
        result.usable[row] = std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
        if (!result.usable[row])
            continue;
        ++finite;
        for (std::size_t c = 0; c < columns; ++c)
            mean[c] += values[c];
    }
    for (double &value : mean)
        value /= static_cast<double>(std::max<std::size_t>(finite, 1));
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t c = 0; result.usable[row] && c < columns; ++c)
            scale[c] += std::pow(static_cast<double>(features.row(row)[c]) - mean[c], 2);
    for (std::size_t c = 0; c < columns; ++c) {
        const double deviation = std::sqrt(scale[c] / static_cast<double>(std::max<std::size_t>(finite, 1)));
        // A column that is constant but for rounding tells nothing.
        scale[c] = deviation > 1e-6 * std::max(std::abs(mean[c]), 1e-30) ? 1 / deviation : 0;
    }

    Random random(0x64616e6b);
    std::vector<float> planes(columns * kPlanes);  // [columns, planes]
    for (float &value : planes)
        value = static_cast<float>(random.normal());
    std::array<float, kPlanes> sides{};
    for (std::size_t row = 0; row < rows; ++row) {
        job.cancel.check();
        if (!result.usable[row])
            continue;
        float *values = result.values.data() + row * columns;
        double length = 0;
        for (std::size_t c = 0; c < columns; ++c) {
            const double value = (static_cast<double>(values[c]) - mean[c]) * scale[c];
            values[c] = static_cast<float>(value);
            length += value * value;
        }
        length = std::sqrt(length);
        if (!(length > 1e-9) || !std::isfinite(length)) {
            result.usable[row] = false;
            continue;
        }
        sides.fill(0);
        for (std::size_t c = 0; c < columns; ++c) {
            values[c] = static_cast<float>(values[c] / length);
            const float *plane = planes.data() + c * kPlanes;
            for (std::size_t p = 0; p < kPlanes; ++p)
                sides[p] += values[c] * plane[p];
        }
        for (std::size_t p = 0; p < kPlanes; ++p)
            result.signatures[row][p / 64] |= std::uint64_t{sides[p] > 0} << (p % 64);
    }
    return result;
}

void uniteFeatures(const Directions &directions, double cosine, UnionFind &sets, const JobContext &job)
{
    // Directions at an angle a lie on different sides of a share a / π of the planes; six deviations to spare.
    const double share = std::acos(std::clamp(cosine, -1.0, 1.0)) / std::numbers::pi;
    const int most = static_cast<int>(
        std::ceil(kPlanes * share + 6 * std::sqrt(kPlanes * std::max(share * (1 - share), 1.0 / kPlanes))));
    const std::size_t rows = directions.signatures.size();
    for (std::size_t i = 1; i < rows; ++i) {
        job.cancel.check();
        if (i % 256 == 0)
            job.report("duplicates", i, rows);
        if (!directions.usable[i])
            continue;
        const Signature one = directions.signatures[i];
        for (std::size_t j = 0; j < i; ++j) {
            const Signature &other = directions.signatures[j];
            int differ = 0;
            for (std::size_t word = 0; word < one.size(); ++word)
                differ += std::popcount(one[word] ^ other[word]);
            if (differ > most || !directions.usable[j] || sets.together(i, j))
                continue;
            const float *a = directions.values.data() + i * directions.columns;
            const float *b = directions.values.data() + j * directions.columns;
            if (std::inner_product(a, a + directions.columns, b, 0.0) > cosine)
                sets.unite(i, j);
        }
    }
}

// ---- both, without a chain through everything

std::string number(double value)
{
    std::string text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    return text;
}

void checkOptions(const DuplicateOptions &options)
{
    if (options.perceptualBits < -1 || options.perceptualBits > kMaxBits)
        throw Error(ErrorKind::Format, "Perceptual hashes can be compared with 0 to " + std::to_string(kMaxBits)
                                           + " bits to spare, not " + std::to_string(options.perceptualBits) + ".");
    if (!(options.cosine > 0 && options.cosine <= 1) || !(options.largestShare > 0))
        throw Error(ErrorKind::Format, "The cosine of duplicates must lie between 0 and 1, and the share of the "
                                       "largest cluster above 0.");
}

constexpr int kLevels = 4;  // as asked for, two tighter ones, and copies alone

int bitsAt(int bits, int level)
{
    return bits <= 0 ? bits : level + 1 >= kLevels ? 0 : bits >> level;
}

/// 0.95, 0.98, 0.992, off.
double cosineAt(double cosine, int level)
{
    return level + 1 >= kLevels ? 1 : 1 - (1 - cosine) * std::pow(0.4, level);
}

}  // namespace

UnionFind::UnionFind(std::size_t count) : m_parent(count), m_size(count, 1), m_largest(count == 0 ? 0 : 1)
{
    std::iota(m_parent.begin(), m_parent.end(), std::size_t{0});
}

std::size_t UnionFind::find(std::size_t item)
{
    while (m_parent[item] != item) {
        m_parent[item] = m_parent[m_parent[item]];
        item = m_parent[item];
    }
    return item;
}

bool UnionFind::unite(std::size_t a, std::size_t b)
{
    a = find(a);
    b = find(b);
    if (a == b)
        return false;
    if (m_size[a] < m_size[b])
        std::swap(a, b);
    m_parent[b] = a;
    m_size[a] += m_size[b];
    m_largest = std::max(m_largest, m_size[a]);
    return true;
}

std::vector<std::size_t> UnionFind::lowestMembers()
{
    const std::size_t count = m_parent.size();
    std::vector<std::size_t> lowest(count, count), result(count);
    for (std::size_t item = 0; item < count; ++item) {
        const std::size_t root = find(item);
        lowest[root] = std::min(lowest[root], item);
        result[item] = lowest[root];
    }
    return result;
}

DuplicateClusters duplicateClusters(std::span<const std::string> hashes,
                                    std::span<const std::optional<std::uint64_t>> perceptualHashes,
                                    const FeatureMatrix *features, const DuplicateOptions &options,
                                    const JobContext &job)
{
    checkOptions(options);
    const std::size_t rows = std::max({hashes.size(), perceptualHashes.size(), features ? features->rows() : 0});
    if ((!hashes.empty() && hashes.size() != rows) || (!perceptualHashes.empty() && perceptualHashes.size() != rows)
        || (features && features->rows() != rows))
        throw Error(ErrorKind::Shape, "The lists to find duplicates in are not about the same memes.");
    if (features)
        features->check();

    DuplicateClusters result;
    const bool comparesHashes = options.perceptualBits >= 0 && !perceptualHashes.empty();
    bool comparesFeatures = options.cosine < 1 && features && features->columns > 0;
    if (comparesFeatures && rows > options.mostFeatureRows) {
        comparesFeatures = false;
        result.notes.push_back("Features were not compared for near-duplicates: that is done for up to "
                               + std::to_string(options.mostFeatureRows) + " memes, and there are "
                               + std::to_string(rows) + ".");
    }
    const Directions directions = comparesFeatures ? directionsOf(*features, job) : Directions{};

    const auto clustersAt = [&](int hashLevel, int featureLevel) {
        UnionFind sets(rows);
        std::unordered_map<std::string_view, std::size_t> firstRow;
        for (std::size_t row = 0; row < hashes.size(); ++row)
            if (!hashes[row].empty())
                sets.unite(firstRow.try_emplace(hashes[row], row).first->second, row);
        if (hashLevel >= 0)
            unitePerceptual(perceptualHashes, bitsAt(options.perceptualBits, hashLevel), sets, job);
        if (featureLevel >= 0 && featureLevel + 1 < kLevels)
            uniteFeatures(directions, cosineAt(options.cosine, featureLevel), sets, job);
        return sets;
    };
    const double limit =
        std::max(static_cast<double>(kAlwaysAllowed), options.largestShare * static_cast<double>(rows));
    const auto fits = [&](const UnionFind &sets) { return static_cast<double>(sets.largest()) <= limit; };

    // Each rule by itself first, so that the one that chains is the one that is tightened.
    int hashLevel = comparesHashes ? 0 : -1;
    int featureLevel = comparesFeatures ? 0 : -1;
    UnionFind sets = clustersAt(hashLevel, featureLevel);
    if (!fits(sets)) {
        while (comparesHashes && hashLevel + 1 < kLevels && !fits(clustersAt(hashLevel, -1)))
            ++hashLevel;
        while (comparesFeatures && featureLevel + 1 < kLevels && !fits(clustersAt(-1, featureLevel)))
            ++featureLevel;
        sets = clustersAt(hashLevel, featureLevel);
        while (!fits(sets)
               && ((comparesHashes && hashLevel + 1 < kLevels) || (comparesFeatures && featureLevel + 1 < kLevels))) {
            hashLevel = comparesHashes ? std::min(hashLevel + 1, kLevels - 1) : -1;
            featureLevel = comparesFeatures ? std::min(featureLevel + 1, kLevels - 1) : -1;
            sets = clustersAt(hashLevel, featureLevel);
        }
    }
    if (comparesHashes) {
        result.perceptualBits = bitsAt(options.perceptualBits, hashLevel);
        if (hashLevel > 0)
            result.notes.push_back("Many pictures look alike (one template?), so copies were looked for with "
                                   + std::to_string(result.perceptualBits) + " bits of the perceptual hash to spare "
                                   + "instead of " + std::to_string(options.perceptualBits) + ".");
    }
    if (comparesFeatures) {
        result.cosine = cosineAt(options.cosine, featureLevel);
        if (featureLevel > 0)
            result.notes.push_back(featureLevel + 1 < kLevels
                                       ? "Many features are alike, so copies were looked for with a cosine above "
                                             + number(result.cosine) + " instead of " + number(options.cosine) + "."
                                       : "Features were not compared for near-duplicates: too many are alike.");
    }

    result.of = sets.lowestMembers();
    std::vector<std::size_t> members(rows);
    for (const std::size_t lowest : result.of)
        ++members[lowest];
    for (const std::size_t count : members)
        if (count > 1) {
            ++result.clusters;
            result.rows += count;
        }
    result.largest = sets.largest();
    job.report("duplicates", rows, rows);
    return result;
}

}  // namespace dank
