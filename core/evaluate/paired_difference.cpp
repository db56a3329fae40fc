#include "core/evaluate/paired_difference.h"

#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/evaluate/weighted_rows.h"

namespace dank {

namespace {

template <typename Rows>
std::optional<PairedDifference> compared(const Rows &first, const Rows &second, std::size_t rows, Figure figure,
                                         const Resamples &resamples, const JobContext &job)
{
    const std::vector<std::uint8_t> once(rows, 1);
    const auto one = first.value(figure, once), other = second.value(figure, once);
    if (!one || !other)
        return std::nullopt;
    PairedDifference result{*one, *other, *other - *one, std::nullopt};
    if (resamples.clusters() < 2)
        return result;
    std::vector<double> differences;
    for (std::size_t i = 0; i < resamples.count(); ++i) {
        job.cancel.check();
        const auto drawn = resamples.weights(i);
        const auto a = first.value(figure, drawn), b = second.value(figure, drawn);
        if (a && b)
            differences.push_back(*b - *a);
    }
    result.interval = percentileInterval(std::move(differences), resamples.count());
    return result;
}

}  // namespace

std::optional<PairedDifference> pairedDifference(const JudgedRows &rows, std::span<const double> second,
                                                 FigureWanted wanted, const Resamples &resamples, const JobContext &job)
{
    if (second.size() != rows.predicted.size() || rows.actual.size() != second.size())
        throw Error(ErrorKind::Shape, "Two models can be compared on the same memes only.");
    if (wanted.within)
        return compared(GroupedRows(rows.predicted, rows.actual, rows.upvotes, rows.groups),
                        GroupedRows(second, rows.actual, rows.upvotes, rows.groups), second.size(), wanted.figure,
                        resamples, job);
    return compared(WeightedRows(rows.predicted, rows.actual, rows.upvotes),
                    WeightedRows(second, rows.actual, rows.upvotes), second.size(), wanted.figure, resamples, job);
}

}  // namespace dank
