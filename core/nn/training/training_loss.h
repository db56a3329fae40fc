#pragma once

// Internal to core/nn.

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/learn/loss.h"
#include "core/learn/train_config.h"

namespace dank {

/// What a loss compares, all [rows].
struct LossRows {
    std::span<const float> scores;   ///< before the output's activation
    std::span<const float> answers;  ///< after it
    std::span<const float> targets;
    std::span<const std::uint32_t> groups;  ///< empty: all rows are one group
};

/// The pairs of rows that RankNet learns from: of one group, with different targets.
class RankPairs {
public:
    /// At most so many are visited at a time.
    static constexpr std::uint64_t kMost = 200'000;

    void fit(std::span<const float> targets, std::span<const std::uint32_t> groups);
    /// How many there are.
    std::uint64_t count() const { return m_before.empty() ? 0 : m_before.back(); }
    /// How many visit() calls for.
    std::uint64_t visited() const { return std::min(count(), kMost); }

    /// Calls visit(higher, lower), two rows, for each pair, or for kMost of them drawn by `random`, each as likely as
    /// any other and with replacement.
    template <typename Visit>
    void visit(Random &random, Visit &&visit) const
    {
        if (count() > kMost) {
            for (std::uint64_t i = 0; i < kMost; ++i) {
                const auto [higher, lower] = at(random.below(count()));
                visit(higher, lower);
            }
            return;
        }
        for (std::size_t place = 0; place < m_order.size(); ++place)
            for (std::size_t below = m_groupStart[place]; below < m_tieStart[place]; ++below)
                visit(m_order[place], m_order[below]);
    }

private:
    std::pair<std::uint32_t, std::uint32_t> at(std::uint64_t index) const;

    std::vector<std::uint32_t> m_order;       ///< rows by group, then by target
    std::vector<std::uint32_t> m_groupStart;  ///< of each place in m_order: where its group begins
    std::vector<std::uint32_t> m_tieStart;    ///< and where the rows of its target begin
    std::vector<std::uint64_t> m_before;      ///< pairs whose higher row stands at this place or before
};

/// The weighted sum of a configuration. Keeps buffers between calls; not thread-safe.
class TrainingLoss {
public:
    TrainingLoss(std::span<const LossTerm> terms, OutputActivation output);

    /// Of one batch: fills `delta` [rows] with the gradient of the loss with respect to the scores, and returns the
    /// loss times rows. `pairs` draws where a batch has too many.
    double batch(const LossRows &rows, std::span<float> delta, Random &pairs);

    /// Which pairs value() ranks. Call it once for the rows that it will be given. Returns how many.
    std::size_t choosePairs(std::span<const float> targets, std::span<const std::uint32_t> groups, Random &random);
    /// The loss of many rows, not their gradient.
    double value(const LossRows &rows) const;

private:
    std::vector<LossTerm> m_terms;
    OutputActivation m_output;
    RankPairs m_batchPairs;
    std::vector<double> m_slopes;  ///< of one batch's scores
    std::vector<std::pair<std::uint32_t, std::uint32_t>> m_pairs;
};

}  // namespace dank
