#include "core/templates/near_signatures.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace dank {

namespace {

constexpr std::size_t kBands = 4, kPieces = 2 * kBands;
constexpr int kLeastSet = 2;     // a piece with fewer bits of the rarer kind is shared by too many
constexpr int kMostCoarse = 16;  // of the 64 bits of the two bands that agree best; chance gives about 26
constexpr std::size_t kMostCandidates = 32, kMostNear = 16;
constexpr std::size_t kMostLooks = 20'000;  // at entries, for one window and piece
constexpr std::size_t kChunk = 256;         // pictures between two reports

/// A window from afar: for 8 × 8 cells whether it mostly becomes darker to the right, and downwards. Two rows a band.
struct Coarse {
    std::uint64_t across = 0, down = 0;

    std::uint64_t piece(std::size_t at) const { return (at < kBands ? across : down) >> (16 * (at % kBands)) & 0xffff; }
};

Coarse coarseOf(const SignatureWindow &window)
{
    Coarse coarse;
    for (std::size_t block = 0; block < SignatureWindow::kBlocks; ++block)
        for (std::size_t cell = 0; cell < 4; ++cell) {
            const std::uint64_t cells = std::uint64_t{0x0303} << (2 * cell);  // 2 × 2 of a block's 2 × 8
            const auto count = [&](int plane) { return std::popcount(window.blocks[block] >> (16 * plane) & cells); };
            const std::size_t bit = block / 2 * 8 + block % 2 * 4 + cell;
            coarse.across |= std::uint64_t{count(1) > count(0)} << bit;
            coarse.down |= std::uint64_t{count(3) > count(2)} << bit;
        }
    return coarse;
}

/// Bits that differ in the two bands that agree best, of 64.
int coarseDistance(const Coarse &a, const Coarse &b)
{
    const std::uint64_t across = a.across ^ b.across, down = a.down ^ b.down;
    int least = 64, second = 64;
    for (std::size_t band = 0; band < kBands; ++band) {
        const int bits = std::popcount((across >> (16 * band) & 0xffff) << 16 | (down >> (16 * band) & 0xffff));
        second = std::min(second, std::max(least, bits));
        least = std::min(least, bits);
    }
    return least + second;
}

bool tells(std::uint64_t piece)
{
    const int set = std::popcount(piece);
    return std::min(set, 16 - set) >= kLeastSet;
}

struct Entry {
    Coarse coarse;
    std::uint32_t picture = 0;
};

/// One piece's buckets.
struct Table {
    std::vector<std::size_t> start = std::vector<std::size_t>(0x10001);
    std::vector<Entry> entries;

    void fill(std::span<const Entry> all, std::size_t piece)
    {
        std::fill(start.begin(), start.end(), 0);
        for (const Entry &entry : all)
            if (tells(entry.coarse.piece(piece)))
                ++start[entry.coarse.piece(piece) + 1];
        std::partial_sum(start.begin(), start.end(), start.begin());
        entries.resize(start.back());
        std::vector<std::size_t> next(start.begin(), start.end() - 1);
        for (const Entry &entry : all)
            if (tells(entry.coarse.piece(piece)))
                entries[next[entry.coarse.piece(piece)]++] = entry;
    }
};

/// The nearest so far of one picture, by coarse hash.
class Candidates {
public:
    void add(std::uint32_t picture, int coarse)
    {
        if (coarse >= m_worst)
            return;
        for (Item &item : m_items)
            if (item.picture == picture) {
                item.coarse = std::min(item.coarse, coarse);
                return;
            }
        if (m_items.size() < kMostCandidates) {
            m_items.push_back({picture, coarse});
        } else {
            *std::max_element(m_items.begin(), m_items.end(), byCoarse) = {picture, coarse};
        }
        if (m_items.size() == kMostCandidates)
            m_worst = std::max_element(m_items.begin(), m_items.end(), byCoarse)->coarse;
    }

    bool has(std::uint32_t picture) const
    {
        return std::ranges::any_of(m_items, [&](const Item &item) { return item.picture == picture; });
    }

    struct Item {
        std::uint32_t picture;
        int coarse;
    };
    const std::vector<Item> &items() const { return m_items; }

private:
    static bool byCoarse(const Item &a, const Item &b)
    {
        return a.coarse != b.coarse ? a.coarse < b.coarse : a.picture < b.picture;
    }
    std::vector<Item> m_items;
    int m_worst = kMostCoarse + 1;
};

void lookUp(const Table &table, std::size_t piece, const Coarse &asked, std::uint32_t picture, Candidates &candidates)
{
    const std::uint64_t word = asked.piece(piece);
    if (!tells(word))
        return;
    std::size_t looks = 0;
    for (int bit = -1; bit < 16; ++bit) {
        const std::uint64_t near = bit < 0 ? word : word ^ std::uint64_t{1} << bit;
        const std::size_t from = table.start[near], to = table.start[near + 1];
        // Of a crowded bucket a part, another one for each picture.
        const std::size_t count = std::min(to - from, kMostLooks / 4);
        const std::size_t first = count < to - from ? picture * std::size_t{7919} % (to - from) : 0;
        for (std::size_t i = 0; i < count; ++i) {
            const Entry &entry = table.entries[from + (first + i) % (to - from)];
            if (entry.picture != picture)
                candidates.add(entry.picture, coarseDistance(asked, entry.coarse));
        }
        looks += count;
        if (looks > kMostLooks)
            break;
    }
}

/// Calls work(picture) for all, in chunks that tell how far it is.
template <typename Work>
void forAll(std::size_t pictures, int threads, std::size_t step, const JobContext &job, Work work)
{
    const std::size_t total = pictures * (kPieces + 1);
    for (std::size_t from = 0; from < pictures; from += kChunk) {
        job.report("templates", step * pictures + from, total);
        const std::size_t count = std::min(kChunk, pictures - from);
        constexpr std::size_t kAtOnce = 16;
        parallelFor((count + kAtOnce - 1) / kAtOnce, threads, job.cancel, [&](std::size_t part) {
            for (std::size_t i = part * kAtOnce; i < std::min(count, (part + 1) * kAtOnce); ++i)
                work(from + i);
        });
    }
}

}  // namespace

NearSignatures nearSignatures(std::span<const PictureSignature> pictures, int threads, const JobContext &job)
{
    if (pictures.size() > std::numeric_limits<std::uint32_t>::max() / 2)
        throw Error(ErrorKind::Memory, "There are too many pictures to look for templates in.");
    std::vector<Entry> entries;
    std::vector<std::size_t> first;  // of each picture's, and the end
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        if (pictures[i].views() == 0)
            throw Error(ErrorKind::Shape, "A picture's signature has no windows.");
        first.push_back(entries.size());
        for (const SignatureWindow &window : pictures[i].windows)
            entries.push_back({coarseOf(window), static_cast<std::uint32_t>(i)});
    }
    first.push_back(entries.size());

    std::vector<Candidates> candidates(pictures.size());
    Table table;
    for (std::size_t piece = 0; piece < kPieces; ++piece) {
        table.fill(entries, piece);
        forAll(pictures.size(), threads, piece, job, [&](std::size_t i) {
            for (std::size_t at = first[i]; at < first[i + 1]; at += PictureSignature::kWindows)
                lookUp(table, piece, entries[at].coarse, static_cast<std::uint32_t>(i), candidates[i]);
        });
    }
    table = {};
    entries = {};

    std::vector<std::vector<SignaturePair>> found(pictures.size());
    forAll(pictures.size(), threads, kPieces, job, [&](std::size_t i) {
        std::vector<SignaturePair> &near = found[i];
        for (const Candidates::Item &item : candidates[i].items()) {
            const auto self = static_cast<std::uint32_t>(i);
            if (item.picture < self && candidates[item.picture].has(self))
                continue;  // compared there
            near.push_back({signatureDistance(pictures[i], pictures[item.picture]), std::min(self, item.picture),
                            std::max(self, item.picture)});
        }
        std::ranges::sort(near);
        std::erase_if(near, [](const SignaturePair &pair) { return pair.distance >= kFarthest; });
        if (near.size() > kMostNear)
            near.resize(kMostNear);
        near.shrink_to_fit();
    });

    NearSignatures result;
    result.nearest.assign(pictures.size(), kFarthest);
    for (const std::vector<SignaturePair> &near : found)
        for (const SignaturePair &pair : near) {
            result.pairs.push_back(pair);
            for (const std::uint32_t picture : {pair.first, pair.second})
                result.nearest[picture] = std::min(result.nearest[picture], pair.distance);
        }
    std::ranges::sort(result.pairs);
    const auto [unique, end] = std::ranges::unique(result.pairs);
    result.pairs.erase(unique, end);
    job.report("templates", pictures.size(), pictures.size());
    return result;
}

}  // namespace dank
