#include "core/templates/find_templates.h"

#include <algorithm>

#include "core/dataset/duplicates.h"

namespace dank {

namespace {

constexpr std::size_t kLeastToChoose = 20;
constexpr int kSpare = 10;        // between clusters as a whole: words, bars and crops that differ
constexpr std::size_t kHeld = 3;  // pictures from the middle of a cluster

/// Joins clusters along near pairs, where they are alike as a whole.
class Joining {
public:
    Joining(std::span<const PictureSignature> pictures, int threshold)
        : m_pictures(pictures), m_loose(threshold + kSpare), m_sets(pictures.size()), m_middle(pictures.size())
    {
    }

    /// False where they stay apart.
    bool join(std::size_t first, std::size_t second)
    {
        const std::size_t a = m_sets.find(first), b = m_sets.find(second);
        if (a == b)
            return true;
        const std::vector<std::size_t> some = middleOf(a, first), others = middleOf(b, second);
        if (some.size() * others.size() > 1 && !alike(some, others))
            return false;
        m_sets.unite(a, b);
        // Pairs come the nearest first, so that the first members are the densest part.
        std::vector<std::size_t> joined = some.size() >= others.size() ? some : others;
        for (const std::size_t one : some.size() >= others.size() ? others : some)
            if (joined.size() < kHeld)
                joined.push_back(one);
        m_middle[a].clear();
        m_middle[b].clear();
        m_middle[m_sets.find(a)] = std::move(joined);
        return true;
    }

    TemplateClusters result()
    {
        TemplateClusters clusters;
        clusters.of = m_sets.lowestMembers();
        for (std::size_t i = 0; i < m_pictures.size(); ++i)
            clusters.middle.push_back(middleOf(m_sets.find(i), i).front());
        return clusters;
    }

private:
    /// Of a cluster by its root; of one picture alone that.
    std::vector<std::size_t> middleOf(std::size_t root, std::size_t picture) const
    {
        return m_middle[root].empty() ? std::vector<std::size_t>{picture} : m_middle[root];
    }

    bool alike(const std::vector<std::size_t> &some, const std::vector<std::size_t> &others) const
    {
        std::size_t near = 0;
        for (const std::size_t one : some)
            for (const std::size_t other : others)
                near += signatureDistance(m_pictures[one], m_pictures[other]) <= m_loose ? 1 : 0;
        return near * 2 > some.size() * others.size();
    }

    const std::span<const PictureSignature> m_pictures;
    const int m_loose;
    UnionFind m_sets;
    std::vector<std::vector<std::size_t>> m_middle;  ///< by root; empty: the picture itself
};

}  // namespace

TemplateThreshold chooseThreshold(std::span<const int> nearest)
{
    TemplateThreshold chosen;
    chosen.counts.assign(kFarthest + 1, 0);
    for (const int distance : nearest)
        ++chosen.counts[static_cast<std::size_t>(std::clamp(distance, 0, kFarthest))];
    const auto sum = [&](int from, int to) {
        std::size_t total = 0;
        for (int at = from; at <= to; ++at)
            total += chosen.counts[static_cast<std::size_t>(at)];
        return total;
    };
    if (sum(0, kFarthest - 1) < kLeastToChoose)
        return chosen;
    int first = TemplateThreshold::kLeast, last = first;
    for (int at = first + 1; at <= TemplateThreshold::kMost; ++at) {
        const std::size_t here = sum(at - 1, at + 1), lowest = sum(first - 1, first + 1);
        if (here < lowest)
            first = last = at;
        else if (here == lowest && last == at - 1)
            last = at;
    }
    const int middle = (first + last + 1) / 2;
    if (sum(0, middle - 1) == 0)
        return chosen;
    chosen.distance = middle;
    chosen.fromData = true;
    return chosen;
}

TemplateClusters findTemplates(std::span<const PictureSignature> pictures, int threads, const JobContext &job)
{
    const NearSignatures near = nearSignatures(pictures, threads, job);
    TemplateThreshold threshold = chooseThreshold(near.nearest);
    Joining joining(pictures, threshold.distance);
    std::size_t refused = 0, looked = 0;
    for (const SignaturePair &pair : near.pairs) {
        if (++looked % 1024 == 0)
            job.cancel.check();
        if (pair.distance > threshold.distance)
            break;
        refused += joining.join(pair.first, pair.second) ? 0 : 1;
    }
    TemplateClusters clusters = joining.result();
    clusters.threshold = std::move(threshold);
    clusters.refused = refused;
    return clusters;
}

}  // namespace dank
