#include "ui/evaluate/class_figures.h"

#include <QHeaderView>
#include <QTableWidget>

#include <algorithm>

#include "ui/charts/number_text.h"
#include "ui/evaluate/evaluate_figures.h"
#include "ui/evaluate/evaluate_layout.h"
#include "ui/evaluate/metric_card.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr std::size_t kMostGroupsShown = 12;

struct Words {
    const char *title, *help;
};
constexpr Words kWords[kClassFigures] = {
    {QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "AUC"),
     QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures",
                       "Of a meme of the higher class and one of the lower, how often the first gets the higher "
                       "probability. 0.5 is a coin’s, 1 is perfect; it does not depend on how rare the class is.")},
    {QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "PR-AUC"),
     QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures",
                       "The mean precision over all thresholds: how clean the list is from the top down. Guessing gets "
                       "the base rate, so a rare class has a low one.")},
    {QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "Balanced accuracy"),
     QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures",
                       "The share called rightly of either class, averaged, so that calling everything by the "
                       "frequent class is worth no more than a coin’s 50 %.")},
    {QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "Recall at 90 % precision"),
     QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures",
                       "How much of the higher class is found by the lowest threshold at which 9 of 10 flagged memes "
                       "are of it. 0 %: there is no such threshold.")},
    {QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "Brier score"),
     QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures",
                       "The mean squared error of the probability. Less is better; always answering the base rate is "
                       "the line to hold it to.")},
    {QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "Spearman’s ρ"),
     QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "How well the order of the classes is followed: 0 is none.")},
    {QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "Quadratic kappa"),
     QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures",
                       "Agreement of the nearest class with the true one beyond chance, far misses counting more "
                       "(Cohen 1968): 0 is chance, 1 is perfect.")},
    {QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "Classes off"),
     QT_TRANSLATE_NOOP("dank::ui::ClassKeyFigures", "By how many classes it is off, on average. Less is better.")},
};

bool isShare(ClassFigure figure)
{
    return figure == ClassFigure::BalancedAccuracy || figure == ClassFigure::RecallAtPrecision;
}

QString valueText(ClassFigure figure, const std::optional<double> &value)
{
    if (!value)
        return QStringLiteral("—");
    return isShare(figure) ? ClassKeyFigures::tr("%1 %").arg(fixedNumber(*value * 100, 0))
                           : fixedNumber(*value, isError(figure) ? 3 : 2);
}

QString rangeText(ClassFigure figure, const Interval &interval)
{
    return ClassKeyFigures::tr("%1 to %2").arg(valueText(figure, interval.low), valueText(figure, interval.high));
}

std::optional<Interval> intervalIn(const ClassEvaluation &classes, ClassFigure figure)
{
    const auto found = classes.intervals.find(figure);
    return found == classes.intervals.end() ? std::nullopt : std::optional(found->second);
}

/// What knowing nothing gets; empty where there is no such thing.
std::optional<double> chanceOf(const ClassEvaluation &classes, ClassFigure figure)
{
    switch (figure) {
    case ClassFigure::Auc:
    case ClassFigure::BalancedAccuracy: return 0.5;
    case ClassFigure::PrAuc: return classes.model.baseRate();
    case ClassFigure::Spearman:
    case ClassFigure::Kappa: return 0;
    case ClassFigure::Brier:
    case ClassFigure::ClassError:
        for (const ClassBaseline &baseline : classes.baselines)
            if (baseline.name == "mean")
                return baseline.metrics.of(figure);
        return std::nullopt;
    case ClassFigure::RecallAtPrecision: return std::nullopt;
    }
    return std::nullopt;
}

QString share(std::size_t part, std::size_t whole)
{
    return whole == 0 ? QStringLiteral("—")
                      : GroupErrorsTable::tr("%1 % (%2 of %3)")
                            .arg(fixedNumber(100 * double(part) / double(whole), 0))
                            .arg(part)
                            .arg(whole);
}

}  // namespace

QString classFigureTitle(ClassFigure figure)
{
    return ClassKeyFigures::tr(kWords[std::size_t(figure)].title);
}

QString classFigureHelp(ClassFigure figure)
{
    return ClassKeyFigures::tr(kWords[std::size_t(figure)].help);
}

ClassKeyFigures::ClassKeyFigures(QWidget *parent) : QWidget(parent)
{
    fillWithCards(*this, m_cards);
}

void ClassKeyFigures::setClasses(const ClassEvaluation &classes)
{
    const auto figures = classFiguresOf(classes.label.classes.size());
    for (std::size_t i = 0; i < m_cards.size(); ++i) {
        m_cards[i]->setVisible(i < figures.size());
        if (i >= figures.size())
            continue;
        const ClassFigure figure = figures[i];
        m_cards[i]->setFigure(classFigureTitle(figure), classFigureHelp(figure), false);
        const auto interval = intervalIn(classes, figure);
        const auto chance = chanceOf(classes, figure);
        auto better = MetricCard::Better::Unknown;
        if (interval && chance)
            better = (isError(figure) ? interval->high < *chance : interval->low > *chance) ? MetricCard::Better::Yes
                                                                                            : MetricCard::Better::No;
        const QString line = !chance                        ? QString()
                             : figure == ClassFigure::PrAuc ? tr("the base rate’s %1").arg(valueText(figure, chance))
                             : isError(figure)              ? tr("the mean’s %1").arg(valueText(figure, chance))
                                                            : tr("chance, %1").arg(valueText(figure, chance));
        m_cards[i]->setValue(valueText(figure, classes.model.of(figure)),
                             interval ? tr("95 %: %1").arg(rangeText(figure, *interval)) : tr("no interval"),
                             line.isEmpty() ? QString()
                             : better == MetricCard::Better::Yes
                                 ? isError(figure) ? tr("less than %1").arg(line) : tr("clear of %1").arg(line)
                             : better == MetricCard::Better::No ? tr("not clear of %1").arg(line)
                                                                : tr("knowing nothing: %1").arg(line),
                             better);
    }
}

ClassTable::ClassTable(QWidget *parent)
    : Card(tr("All figures"), parent),
      m_table(newFigureTable(tr("Figures of the classes"), QStringLiteral("classFigures"), this))
{
    body()->addWidget(m_table);
    body()->addStretch(1);
}

void ClassTable::setClasses(const ClassEvaluation &classes)
{
    const auto figures = classFiguresOf(classes.label.classes.size());
    QStringList counts;
    for (std::size_t i = 0; i < classes.label.classes.size(); ++i)
        counts << QStringLiteral("%1: %2").arg(plainTitle(classes.label.classes[i], 24)).arg(classes.model.counts[i]);
    setSubtitle(tr("%1 · %2").arg(plainTitle(classes.label.column, 40), counts.join(QStringLiteral(", "))));
    QStringList headers{tr("What answers")};
    for (const ClassFigure figure : figures)
        headers << classFigureTitle(figure);
    m_table->setColumnCount(int(headers.size()));
    m_table->setHorizontalHeaderLabels(headers);
    for (std::size_t i = 0; i < figures.size(); ++i)
        m_table->horizontalHeaderItem(int(i) + 1)->setToolTip(wrapped(classFigureHelp(figures[i])));
    m_table->setRowCount(int(classes.baselines.size()) + 1);
    const auto put = [&](int row, const QString &name, const ClassMetrics &metrics,
                         const std::optional<Interval> &first) {
        m_table->setItem(row, 0, newFigureItem(name, name, headers[0], row > 0));
        for (int i = 0; i < int(figures.size()); ++i) {
            const ClassFigure figure = figures[std::size_t(i)];
            QString text = valueText(figure, metrics.of(figure));
            const auto interval = i == 0 ? first : row == 0 ? intervalIn(classes, figure) : std::nullopt;
            if (interval && metrics.of(figure))
                text += tr(" (%1)").arg(rangeText(figure, *interval));
            m_table->setItem(row, i + 1, newFigureItem(text, classFigureHelp(figure), headers[i + 1], row > 0));
        }
    };
    put(0, tr("this model"), classes.model, intervalIn(classes, figures.front()));
    for (std::size_t i = 0; i < classes.baselines.size(); ++i)
        put(int(i) + 1, plainTitle(classes.baselines[i].title, 60), classes.baselines[i].metrics,
            classes.baselines[i].interval);
    fitFigureTable(*m_table);
}

GroupErrorsTable::GroupErrorsTable(QWidget *parent)
    : Card(tr("Errors by group"), parent),
      m_table(newFigureTable(tr("Errors by group"), QStringLiteral("groupErrors"), this))
{
    body()->addWidget(m_table);
    body()->addStretch(1);
}

void GroupErrorsTable::setClasses(const ClassEvaluation &classes, const QString &groupName)
{
    setVisible(classes.groups.size() > 1);
    if (classes.groups.size() < 2)
        return;
    const std::size_t shown = std::min(classes.groups.size(), kMostGroupsShown);
    setSubtitle(tr("flagged from a probability of %1").arg(fixedNumber(classes.threshold, 2))
                + (shown < classes.groups.size() ? tr(" · the %1 largest of %2").arg(shown).arg(classes.groups.size())
                                                 : QString()));
    const QStringList headers{groupName, tr("Memes"), tr("Wrongly flagged"), tr("Missed")};
    m_table->setColumnCount(int(headers.size()));
    m_table->setHorizontalHeaderLabels(headers);
    m_table->setRowCount(int(shown));
    for (int row = 0; row < int(shown); ++row) {
        const GroupErrors &group = classes.groups[std::size_t(row)];
        const QString cells[] = {plainTitle(group.group, 60), groupedNumber(qint64(group.positive + group.negative)),
                                 share(group.flagged, group.negative), share(group.missed, group.positive)};
        for (int column = 0; column < 4; ++column)
            m_table->setItem(row, column, newFigureItem(cells[column], cells[column], headers[column], false));
    }
    fitFigureTable(*m_table);
}

ChartTable classFiguresForExport(const ClassEvaluation &classes)
{
    ChartTable table{{"who", "figure", "value", "low", "high", "base_rate", "memes"}, {}};
    const auto figures = classFiguresOf(classes.label.classes.size());
    const auto add = [&](const QString &who, const ClassMetrics &metrics, auto intervalFor) {
        for (const ClassFigure figure : figures) {
            const std::optional<Interval> interval = intervalFor(figure);
            table.rows.push_back({who, QLatin1String(classFigureName(figure)), exactNumber(metrics.of(figure)),
                                  exactNumber(interval ? std::optional(interval->low) : std::nullopt),
                                  exactNumber(interval ? std::optional(interval->high) : std::nullopt),
                                  exactNumber(std::optional(metrics.baseRate())), QString::number(metrics.rows())});
        }
    };
    add(QStringLiteral("model"), classes.model, [&](ClassFigure figure) { return intervalIn(classes, figure); });
    for (const ClassBaseline &baseline : classes.baselines)
        add(QString::fromStdString(baseline.name), baseline.metrics,
            [&](ClassFigure figure) { return figure == figures.front() ? baseline.interval : std::nullopt; });
    return table;
}

}  // namespace dank::ui
