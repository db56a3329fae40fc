#include "ui/evaluate/evaluate_figures.h"

#include <QHeaderView>
#include <QStyledItemDelegate>
#include <QTableWidget>

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/evaluate/evaluate_layout.h"
#include "ui/evaluate/metric_card.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kRowHeight = 27;
constexpr int kMutedRole = Qt::UserRole;
const QString kNone = QStringLiteral("—");

/// What stands in the second row of attention is muted, in whatever theme.
class FigureDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        if (index.data(kMutedRole).toBool())
            option->palette.setColor(QPalette::Text, tokensFor(option->palette).muted);
    }
};

struct Words {
    Figure figure;
    const char *title, *help;
};

const Words &wordsOf(Figure figure)
{
    static constexpr Words kWords[] = {
        {Figure::Mae, "Mean absolute error", "How far a prediction is off on average. Less is better."},
        {Figure::Rmse, "Root mean squared error",
         "Like the mean absolute error, but large misses weigh more. Less is better."},
        {Figure::R2, "R²",
         "The share of the differences between memes that the model explains. 1 is all of them, 0 no more than a "
         "constant, below 0 is worse than a constant."},
        {Figure::Spearman, "Spearman’s ρ",
         "How well the order of the memes is predicted. 1 is the same order, 0 no relation, −1 the reverse."},
        {Figure::Kendall, "Kendall’s τ",
         "Of all pairs of memes, how many more are in the right order than in the wrong one. 1 is the same order, 0 no "
         "relation, −1 the reverse."},
        {Figure::Pairwise, "Pairs in the right order",
         "Two memes, one with at least twice the other’s upvotes: how often the model puts that one higher. A coin "
         "gets "
         "50 %."},
        {Figure::RocAucTop25, "AUC, top quarter",
         "A meme of the dankest quarter and another one: how often the model puts the dank one higher. Guessing gets "
         "0.5, 1 is always."},
        {Figure::PrAucTop25, "PR-AUC, top quarter",
         "Going down the model’s list, how pure it stays in memes of the dankest quarter. Guessing gets the base rate, "
         "the share of such memes; 1 is all of them first."},
        {Figure::RocAucTop5, "AUC, top 5 %",
         "A meme of the dankest 5 % and another one: how often the model puts the dank one higher. Guessing gets 0.5, "
         "1 is always."},
        {Figure::PrAucTop5, "PR-AUC, top 5 %",
         "Going down the model’s list, how pure it stays in memes of the dankest 5 %. Guessing gets the base rate, the "
         "share of such memes; 1 is all of them first."},
    };
    return *std::ranges::find(kWords, figure, &Words::figure);
}

bool isError(Figure figure)
{
    return figure == Figure::Mae || figure == Figure::Rmse;
}

const TopShare *topOf(Figure figure, const Metrics &metrics)
{
    switch (figure) {
    case Figure::RocAucTop25:
    case Figure::PrAucTop25: return &metrics.topQuarter;
    case Figure::RocAucTop5:
    case Figure::PrAucTop5: return &metrics.topTwentieth;
    default: return nullptr;
    }
}

/// What knowing nothing gets, where that is a plain number.
std::optional<double> chanceOf(Figure figure, const Metrics &metrics)
{
    switch (figure) {
    case Figure::R2:
    case Figure::Spearman:
    case Figure::Kendall: return 0;
    case Figure::Pairwise:
    case Figure::RocAucTop25:
    case Figure::RocAucTop5: return 0.5;
    case Figure::PrAucTop25:
    case Figure::PrAucTop5: return topOf(figure, metrics)->baseRate;
    default: return std::nullopt;
    }
}

const Metrics *meanOf(const Evaluation &evaluation, bool within)
{
    if (!within)
        return &evaluation.meanPredictor;
    for (const BaselineResult &baseline : evaluation.baselines)
        if (baseline.name == "mean")
            return baseline.within ? &*baseline.within : nullptr;
    return nullptr;
}

QString whyNoInterval(const Evaluation &evaluation)
{
    return evaluation.clusters < 2 ? KeyFigures::tr("no interval: fewer than two authors or pictures to draw anew")
                                   : KeyFigures::tr("no interval: too few of the draws have this figure");
}

}  // namespace

QString figureTitle(Figure figure)
{
    return KeyFigures::tr(wordsOf(figure).title);
}

QString figureHelp(Figure figure)
{
    return KeyFigures::tr(wordsOf(figure).help);
}

QString figureText(Figure figure, double value, bool points)
{
    if (!std::isfinite(value) || std::abs(value) >= 100)
        return lossText(value, 2);
    if (figure == Figure::Pairwise)
        return KeyFigures::tr("%1 %").arg(fixedNumber(value * 100, 1));
    if (isError(figure))
        return points ? fixedNumber(value * 100, 1) : lossText(value, 3);
    return fixedNumber(value, 2);
}

QString whyUndefined(Figure figure, const Metrics &metrics)
{
    if (metrics.rows < 2)
        return KeyFigures::tr("Undefined: it takes at least two memes.");
    switch (figure) {
    case Figure::R2:
        return KeyFigures::tr("Undefined: all these memes did equally well, so there is nothing to explain.");
    case Figure::Pairwise:
        return KeyFigures::tr(
            "Undefined: no meme has at least twice the upvotes of another, so there is no pair to judge.");
    case Figure::Spearman:
    case Figure::Kendall:
        return KeyFigures::tr(
            "Undefined: either all predictions or all memes’ upvotes are the same, so there is no order.");
    default: return KeyFigures::tr("Undefined: all these memes are equally dank, so none of them is a top one.");
    }
}

KeyFigures::KeyFigures(QWidget *parent) : QWidget(parent)
{
    fillWithCards(*this, m_cards);
}

void KeyFigures::setEvaluation(const Evaluation &evaluation, TargetKind target)
{
    const bool points = target == TargetKind::Percentile, within = evaluation.judgedWithin && evaluation.within;
    show(*m_cards[0], evaluation, Figure::Spearman, within, points);
    show(*m_cards[1], evaluation, Figure::Pairwise, within, points);
    show(*m_cards[2], evaluation, Figure::RocAucTop25, within, points);
    // Pooled order beside the order within groups, to be told apart; else how far it is off.
    show(*m_cards[3], evaluation, within ? Figure::Spearman : Figure::Mae, false, points);
}

void KeyFigures::show(MetricCard &card, const Evaluation &evaluation, Figure figure, bool within, bool points)
{
    const Metrics &metrics = within ? *evaluation.within : evaluation.model;
    const bool secondary = evaluation.judgedWithin && evaluation.within && !within;
    const QString group = plainTitle(evaluation.groupName, 30);
    QString help = figureHelp(figure);
    if (within)
        help += tr(" Only memes of the same %1 are compared, so knowing the %1 is no help.").arg(group);
    else if (secondary)
        help += tr(" Over all memes: whoever knows the %1 and nothing else gets some of it.").arg(group);
    card.setFigure(within      ? tr("%1, within %2").arg(figureTitle(figure), group)
                   : secondary ? tr("%1, over all memes").arg(figureTitle(figure))
                               : figureTitle(figure),
                   help, secondary);

    using Better = MetricCard::Better;
    const std::optional<double> value = figureOf(metrics, figure);
    if (!value) {
        card.setValue(kNone, whyUndefined(figure, metrics), {}, Better::Unknown);
        return;
    }
    const QString unit = points && isError(figure) ? tr(" points") : QString();
    const std::optional<Interval> interval =
        intervalOf(within ? evaluation.withinIntervals : evaluation.intervals, figure);
    const QString doubt =
        interval ? tr("95 %: %1").arg(figureRangeText(figure, *interval, points)) : whyNoInterval(evaluation);
    if (secondary) {
        QString alone;
        for (const BaselineResult &baseline : evaluation.baselines)
            if (const auto of = figureOf(baseline.pooled, figure); baseline.name == "group" && of)
                alone = tr("the %1 alone gets %2").arg(group, figureText(figure, *of, points));
        card.setValue(figureText(figure, *value, points) + unit, doubt, alone, Better::Unknown);
        return;
    }
    const std::optional<double> chance =
        isError(figure) ? figureOf(evaluation.meanPredictor, figure) : chanceOf(figure, metrics);
    Better better = Better::Unknown;
    if (interval && chance)
        better = (isError(figure) ? interval->high < *chance : interval->low > *chance) ? Better::Yes : Better::No;
    const QString of = isError(figure) ? tr("the mean’s %1").arg(figureText(figure, chance.value_or(0), points))
                       : figure == Figure::Pairwise ? tr("a coin’s 50 %")
                       : figure == Figure::Spearman ? tr("0, no order")
                                                    : tr("guessing’s 0.50");
    card.setValue(figureText(figure, *value, points) + unit, doubt,
                  (better == Better::Yes  ? isError(figure) ? tr("less than %1") : tr("clear of %1")
                    : better == Better::No ? isError(figure) ? tr("not clearly less than %1") : tr("not clear of %1")
                                           : tr("knowing nothing: %1"))
                      .arg(of),
                  better);
}

QString figureRangeText(Figure figure, const Interval &interval, bool points)
{
    QString low = figureText(figure, interval.low, points), high = figureText(figure, interval.high, points);
    if (figure == Figure::Pairwise && low.endsWith(QLatin1String(" %")))
        low.chop(2);
    return KeyFigures::tr("%1 to %2").arg(low, high);
}

QString shortFigureTitle(Figure figure, bool points)
{
    const QString title = figure == Figure::Mae    ? KeyFigures::tr("MAE")
                          : figure == Figure::Rmse ? KeyFigures::tr("RMSE")
                                                   : figureTitle(figure);
    return title + (points && isError(figure) ? KeyFigures::tr(", points") : QString());
}

QTableWidget *newFigureTable(const QString &name, const QString &objectName, QWidget *parent)
{
    auto *table = new QTableWidget(parent);
    setUpTable(*table, name, kRowHeight);
    table->setObjectName(objectName);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setItemDelegate(new FigureDelegate(table));
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table->setTextElideMode(Qt::ElideRight);
    return table;
}

void fitFigureTable(QTableWidget &table)
{
    QHeaderView *header = table.horizontalHeader();
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setStretchLastSection(true);
    table.setFixedHeight(header->sizeHint().height() + kRowHeight * table.rowCount() + 4);
}

QTableWidgetItem *newFigureItem(const QString &text, const QString &tip, const QString &column, bool muted)
{
    auto *item = new QTableWidgetItem(text);
    item->setToolTip(wrapped(tip));
    item->setData(Qt::AccessibleTextRole, FigureTable::tr("%1: %2").arg(column, text));
    item->setData(kMutedRole, muted);
    return item;
}

FigureTable::FigureTable(QWidget *parent)
    : Card(tr("All figures"), parent), m_table(newFigureTable(tr("All figures"), QStringLiteral("allFigures"), this))
{
    body()->addWidget(m_table);
    body()->addStretch(1);
}

void FigureTable::setEvaluation(const Evaluation &evaluation, TargetKind target)
{
    const bool points = target == TargetKind::Percentile, grouped = evaluation.within.has_value();
    const QString group = plainTitle(evaluation.groupName, 24);
    setSubtitle(tr("with 95 % intervals; point at one for what it says"));
    QStringList headers{tr("Figure")};
    if (grouped)
        headers << tr("Within %1").arg(group) << tr("Mean");
    headers << (grouped ? tr("All memes") : tr("This model")) << tr("Mean");
    m_table->setColumnCount(int(headers.size()));
    m_table->setHorizontalHeaderLabels(headers);
    m_table->setRowCount(int(std::size(kFigureOrder)));
    for (int row = 0; row < int(std::size(kFigureOrder)); ++row) {
        const Figure figure = kFigureOrder[row];
        int column = 0;
        const auto put = [&](const QString &text, const QString &tip, bool muted) {
            m_table->setItem(row, column, newFigureItem(text, tip, headers[column], muted));
            ++column;
        };
        put(shortFigureTitle(figure, points),
            isError(figure) ? figureTitle(figure) + QLatin1Char('\n') + figureHelp(figure) : figureHelp(figure), false);
        const auto scope = [&](const Metrics &metrics, const Intervals &intervals, const Metrics *mean, bool second) {
            const std::optional<double> value = figureOf(metrics, figure);
            QString text = value ? figureText(figure, *value, points) : kNone;
            QString tip = value ? figureHelp(figure) : whyUndefined(figure, metrics);
            if (const auto interval = intervalOf(intervals, figure); interval && value)
                text += tr(" (%1)").arg(figureRangeText(figure, *interval, points));
            else if (value)
                tip += QLatin1Char('\n') + whyNoInterval(evaluation);
            if (const TopShare *top = topOf(figure, metrics); top && value)
                tip += tr("\nBase rate: %1 % of the memes are top ones.").arg(fixedNumber(top->baseRate * 100, 1));
            put(text, tip, second);
            const std::optional<double> of = mean ? figureOf(*mean, figure) : std::nullopt;
            put(of ? figureText(figure, *of, points) : kNone,
                of     ? tr("What always answering the mean of the training memes gets.")
                : mean ? tr("Always answering the mean puts the memes in no order.")
                       : tr("The mean was not judged here."),
                true);
        };
        if (grouped)
            scope(*evaluation.within, evaluation.withinIntervals, meanOf(evaluation, true), false);
        scope(evaluation.model, evaluation.intervals, meanOf(evaluation, false), grouped);
    }
    for (int column = 1; column < m_table->columnCount(); ++column)
        if (headers[column] == tr("Mean"))
            m_table->horizontalHeaderItem(column)->setToolTip(
                wrapped(tr("What always answering the mean of the training memes gets.")));
    fitFigureTable(*m_table);
}

ChartTable figuresForExport(const Evaluation &evaluation, const CrossValidation *cross)
{
    ChartTable table{{"figure", "scope", "value", "low", "high", "mean_predictor", "base_rate", "memes", "sd", "seeds"},
                     {}};
    const auto add = [&](const QString &scope, const Metrics &metrics, const Intervals &intervals, const Metrics *mean,
                         const SeedFigures *over) {
        for (const Figure figure : kFigures) {
            const auto interval = intervalOf(intervals, figure);
            const TopShare *top = topOf(figure, metrics);
            std::optional<double> value = figureOf(metrics, figure), sd;
            QString seeds;
            if (over) {
                const auto found = over->find(figure);
                const bool any = found != over->end();
                value = any ? std::optional(found->second.mean) : std::nullopt;
                sd = any ? found->second.sd : std::nullopt;
                seeds = QString::number(any ? found->second.runs : 0);
            }
            table.rows.push_back({QLatin1String(figureName(figure)), scope, exactNumber(value),
                                  exactNumber(interval ? std::optional(interval->low) : std::nullopt),
                                  exactNumber(interval ? std::optional(interval->high) : std::nullopt),
                                  exactNumber(mean ? figureOf(*mean, figure) : std::nullopt),
                                  exactNumber(top ? std::optional(top->baseRate) : std::nullopt),
                                  QString::number(metrics.rows), exactNumber(sd), seeds});
        }
    };
    const auto all = [&](const QString &start, const Evaluation &of, const SeedFigures *pooled,
                         const SeedFigures *within) {
        if (of.within)
            add(start + "within_" + plainTitle(of.groupName), *of.within, of.withinIntervals, meanOf(of, true), within);
        add(start + "pooled", of.model, of.intervals, meanOf(of, false), pooled);
    };
    all({}, evaluation, nullptr, nullptr);
    if (cross)
        all(QStringLiteral("cross_validated_"), cross->evaluation, &cross->metrics, &cross->within);
    return table;
}

}  // namespace dank::ui
