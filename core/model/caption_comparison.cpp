#include "core/model/caption_comparison.h"

#include <algorithm>
#include <numeric>

#include "core/base/text.h"

namespace dank {

std::vector<std::size_t> bestFirst(std::span<const Score> scores)
{
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        const bool first = scores[a].skipped.empty(), second = scores[b].skipped.empty();
        return first != second ? first : first && scores[a].dankness > scores[b].dankness;
    });
    return order;
}

std::size_t overlapWithBest(std::span<const Score> scores)
{
    if (scores.empty() || !scores.front().interval)
        return 0;
    const double low = scores.front().interval->danknessLow;
    return static_cast<std::size_t>(std::ranges::count_if(
        scores, [&](const Score &score) { return score.interval && score.interval->danknessHigh >= low; }));
}

std::string captionsVerdict(std::span<const Score> scores)
{
    const std::size_t count = scores.size();
    if (count < 2)
        return {};
    if (std::ranges::none_of(scores, [](const Score &score) { return score.wordsAlone.has_value(); }))
        return "The captions make no difference: the model finds no word in them that it reads.";
    if (scores.front().dankness == scores.back().dankness)
        return "No difference: the captions score the same.";
    const std::size_t overlap = overlapWithBest(scores);
    if (overlap == 0)
        return "Whether the difference means anything is not known: the model has no interval for its scores.";
    const std::string intervals = fixed(scores.front().interval->level * 100, 0) + " % intervals";
    std::string text;
    if (overlap == count)
        text = "No difference you could rely on: " + std::string(count == 2 ? "the two " : "all ") + intervals
               + " overlap.";
    else if (overlap == 1)
        text = "The best one stands out: its " + fixed(scores.front().interval->level * 100, 0)
               + " % interval overlaps with no other.";
    else
        text = "No difference you could rely on between the best " + std::to_string(overlap) + ", whose " + intervals
               + " overlap; the rest lies below.";
    return text
           + " The picture is the same in all of them, and an interval is for one meme, not for the difference between "
             "two"
             " captions: how well the model tells those apart was never measured.";
}

}  // namespace dank
