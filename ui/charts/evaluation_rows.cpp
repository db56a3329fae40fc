#include "ui/charts/evaluation_rows.h"

#include <algorithm>

#include "ui/charts/number_text.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

QString bounded(double value, const std::optional<Interval> &interval)
{
    QString text = danknessText(value);
    if (interval)
        text += RowChart::tr(" (%1 to %2)").arg(danknessText(interval->low), danknessText(interval->high));
    return text;
}

QString axisOf(Figure figure)
{
    switch (figure) {
    case Figure::Spearman: return RowChart::tr("Spearman’s ρ: 0 is no order, 1 the same order");
    case Figure::Kendall: return RowChart::tr("Kendall’s τ: 0 is no order, 1 the same order");
    case Figure::Pairwise: return RowChart::tr("share of pairs in the right order");
    case Figure::R2: return RowChart::tr("R²: 0 is what the mean explains, 1 everything");
    case Figure::Mae: return RowChart::tr("mean absolute error, less is better");
    case Figure::Rmse: return RowChart::tr("root mean squared error, less is better");
    default: return RowChart::tr("area under the curve for the dankest quarter; guessing gets 0.5");
    }
}

}  // namespace

QString oneLine(const std::string &utf8)
{
    QString text = QString::fromUtf8(utf8.data(), qsizetype(std::min<std::size_t>(utf8.size(), 1000)));
    text.removeIf([](QChar c) { return c.category() == QChar::Other_Format; });
    return text.simplified().left(200);
}

QStringList memeFields(const JudgedMeme &meme, const Dataset *dataset)
{
    const MemeRecord *record = dataset ? dataset->find(meme.id) : nullptr;
    return {QString::fromStdString(meme.id),
            record ? QString::fromStdString(record->title) : QString(),
            QString::number(meme.upvotes),
            QString::fromStdString(meme.group),
            exactNumber(meme.predicted),
            exactNumber(meme.actual),
            exactNumber(meme.predicted - meme.actual)};
}

ChartTable memeTable(const Evaluation &evaluation, const Dataset *dataset)
{
    ChartTable table{{"id", "title", "upvotes", "group", "predicted", "actual", "error"}, {}};
    for (const JudgedMeme &meme : evaluation.memes)
        table.rows.push_back(memeFields(meme, dataset));
    return table;
}

bool knowsNothing(const BaselineResult &baseline)
{
    return baseline.name == "mean" || baseline.name == "random_features" || baseline.name == "shuffled";
}

RowChartContent baselineRows(const Evaluation &evaluation, Figure figure)
{
    const bool within = evaluation.judgedWithin && evaluation.within;
    RowChartContent content;
    content.axis = axisOf(figure);
    content.title = within ? RowChart::tr("Beside simpler guesses, within each %1, on %2")
                                 .arg(oneLine(evaluation.groupName), oneLine(evaluation.subset))
                           : RowChart::tr("Beside simpler guesses, on %1").arg(oneLine(evaluation.subset));
    content.legend = {{RowChart::tr("this model"), ChartRow::Tone::Accent},
                      {RowChart::tr("a simpler guess"), ChartRow::Tone::Known},
                      {RowChart::tr("knows nothing"), ChartRow::Tone::Nothing}};
    content.table.columns = QStringList{"name", "title", QLatin1String(figureName(figure)), "low", "high"};
    const bool error = figure == Figure::Mae || figure == Figure::Rmse;
    const Metrics *mean = nullptr;
    const auto add = [&](const std::string &key, const QString &name, const Metrics *metrics,
                         const std::optional<Interval> &interval, ChartRow::Tone tone) {
        ChartRow row{.name = name, .figure = {}, .hint = {}, .tone = tone};
        // The group's median says the same about all memes of a group, whatever its figures there by leaving one out.
        if (metrics && !(within && key == "group"))
            row.value = figureOf(*metrics, figure);
        row.interval = row.value ? interval : std::nullopt;
        row.figure = row.value ? danknessText(*row.value) : QStringLiteral("—");
        row.hint = row.value ? RowChart::tr("%1\n%2").arg(name, bounded(*row.value, row.interval))
                   : within && key == "group"
                       ? RowChart::tr("%1\nnone: inside a group it says the same about all memes").arg(name)
                       : RowChart::tr("%1\nnone: it says the same about all memes").arg(name);
        if (row.value && !row.interval && figure == Figure::Spearman)
            row.hint += RowChart::tr("\ntoo few authors or pictures for an interval");
        content.table.rows.push_back({QString::fromStdString(key), name, exactNumber(row.value),
                                      row.interval ? exactNumber(row.interval->low) : QString(),
                                      row.interval ? exactNumber(row.interval->high) : QString()});
        content.rows.push_back(std::move(row));
    };
    add("model", RowChart::tr("this model"), within ? &*evaluation.within : &evaluation.model,
        intervalOf(within ? evaluation.withinIntervals : evaluation.intervals, figure), ChartRow::Tone::Accent);
    for (const BaselineResult &baseline : evaluation.baselines) {
        const Metrics *metrics = !within ? &baseline.pooled : baseline.within ? &*baseline.within : nullptr;
        if (baseline.name == "mean")
            mean = metrics;
        add(baseline.name, oneLine(baseline.title), metrics,
            figure != Figure::Spearman ? std::nullopt
            : within                   ? baseline.withinSpearman
                                       : baseline.spearman,
            knowsNothing(baseline) ? ChartRow::Tone::Nothing : ChartRow::Tone::Known);
    }
    // Differences in the noise do not fill the chart, and one wild answer does not hide all others.
    content.high = error ? 0 : 0.4;
    if (figure == Figure::R2)
        content.floor = -1;
    if (error && mean)
        content.ceiling = std::max(1e-6, 4 * figureOf(*mean, figure).value_or(1));
    return content;
}

std::vector<CalibrationBin> binsOf(const Evaluation &evaluation)
{
    std::vector<double> predicted, actual;
    for (const JudgedMeme &meme : evaluation.memes) {
        predicted.push_back(meme.predicted);
        actual.push_back(meme.actual);
    }
    return calibrationBins(predicted, actual, clustersOf(evaluation.memes), calibrationBinCount(actual.size()),
                           quickBootstrap(actual.size()));
}

RowChartContent residualRows(const GroupResiduals &residuals, const QString &subset, std::size_t most)
{
    RowChartContent content;
    content.kind = RowChartContent::Kind::Dots;
    content.title = RowChart::tr("Errors by %1, %2").arg(oneLine(residuals.name), subset);
    content.axis = RowChart::tr("← slept on    predicted minus actual    overrated →");
    content.low = -0.1;
    content.high = 0.1;
    content.legend = {{RowChart::tr("median error, its interval clear of 0"), ChartRow::Tone::Accent},
                      {RowChart::tr("not clear of 0"), ChartRow::Tone::Nothing}};
    content.table.columns = QStringList{"group", "memes", "quarter", "median", "three_quarters", "low", "high"};
    for (const GroupResidual &group : residuals.groups) {
        content.table.rows.push_back({QString::fromStdString(group.group), QString::number(group.rows),
                                      exactNumber(group.quarter), exactNumber(group.median),
                                      exactNumber(group.threeQuarters),
                                      group.interval ? exactNumber(group.interval->low) : QString(),
                                      group.interval ? exactNumber(group.interval->high) : QString()});
        if (content.rows.size() == most)
            continue;
        const bool clear = group.interval && !group.interval->holds(0);
        const QString count = countOf(qint64(group.rows), RowChart::tr("meme"), RowChart::tr("memes"));
        ChartRow row{.name = oneLine(group.group),
                     .figure = {},
                     .hint = {},
                     .tone = clear ? ChartRow::Tone::Accent : ChartRow::Tone::Nothing};
        row.value = group.median;
        row.interval = group.interval;
        row.band = Interval{group.quarter, group.threeQuarters};
        row.figure =
            QStringLiteral("%1%2 · %3")
                .arg(group.median > 0.005 ? QStringLiteral("+") : QString(), danknessText(group.median), count);
        row.hint = RowChart::tr("%1, %2\nmedian error %3\nthe middle half from %4 to %5")
                       .arg(row.name, count, bounded(group.median, group.interval), danknessText(group.quarter),
                            danknessText(group.threeQuarters));
        content.rows.push_back(std::move(row));
    }
    return content;
}

}  // namespace dank::ui
