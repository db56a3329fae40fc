#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"

namespace dank {

/// Disjoint sets over 0 … count - 1 (Tarjan 1975: union by size, paths halved). Not thread-safe.
class UnionFind {
public:
    explicit UnionFind(std::size_t count);

    std::size_t find(std::size_t item);
    /// False when they were together already.
    bool unite(std::size_t a, std::size_t b);
    bool together(std::size_t a, std::size_t b) { return find(a) == find(b); }
    std::size_t largest() const { return m_largest; }  ///< members of the largest set, 0 of none

    /// For each item the lowest member of its set: a name that does not depend on the order of the unions.
    std::vector<std::size_t> lowestMembers();

private:
    std::vector<std::size_t> m_parent;
    std::vector<std::size_t> m_size;
    std::size_t m_largest;
};

/// What counts as the same meme.
struct DuplicateOptions {
    int perceptualBits = 8;  ///< perceptual hashes at most this far apart, 0..12; -1: do not look at them
    double cosine = 0.95;    ///< standardised features with a cosine above this, in (0, 1]; 1: do not look at them
    std::size_t mostFeatureRows = 20'000;  ///< beyond, features are not compared: the pairs grow with the square
    /// Rules are tightened until no cluster holds more than this share of the rows (and more than 20): one chain
    /// through half of a dataset would leave nothing to hold out.
    double largestShare = 0.1;
};

/// Which memes are copies of which.
struct DuplicateClusters {
    std::vector<std::size_t> of;     ///< for each row the lowest row of its cluster; itself where it has no copy
    std::size_t clusters = 0;        ///< of two memes or more
    std::size_t rows = 0;            ///< in those
    std::size_t largest = 0;         ///< memes of the largest, 1 where there is none
    int perceptualBits = -1;         ///< the rule in the end; -1: not used
    double cosine = 1;               ///< the rule in the end; 1: not used
    std::vector<std::string> notes;  ///< whole sentences: what was tightened or left out
};

/// Memes with the same bytes, perceptual hashes near each other, or features near each other, and all that hang
/// together through them. Any of the three may be empty or null; else row i is the same meme in each. An empty byte
/// hash, an absent perceptual hash and features that are not finite match nothing.
///
/// A plain picture's hash has few bits set, so that any two plain ones would be near: two hashes may differ by no more
/// than half the rarer bits (set or clear) of either, and one with fewer than 4 of those matches nothing.
///
/// Features are standardised column by column over these rows. Which pairs are worth computing is found by 256 random
/// planes through the origin (Charikar 2002): a pair above the cosine is missed less than once in a million.
///
/// Same inputs, same clusters. 100,000 hashes take seconds. Checks `job.cancel`, reports stage "duplicates".
/// Throws Error{Shape} for lists of different lengths, Error{Format} for options out of range.
DuplicateClusters duplicateClusters(std::span<const std::string> hashes,
                                    std::span<const std::optional<std::uint64_t>> perceptualHashes,
                                    const FeatureMatrix *features, const DuplicateOptions &options = {},
                                    const JobContext &job = {});

}  // namespace dank
