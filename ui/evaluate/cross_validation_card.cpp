#include "ui/evaluate/cross_validation_card.h"

#include <QTableWidget>

#include "ui/charts/number_text.h"
#include "ui/evaluate/evaluate_figures.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kMostNotes = 12;

const MeanAndSd *overOf(const SeedFigures &figures, Figure figure)
{
    const auto found = figures.find(figure);
    return found == figures.end() ? nullptr : &found->second;
}

QString counted(std::size_t count)
{
    return groupedNumber(static_cast<qint64>(count));
}

/// Finer than the figure itself: seeds differ by little.
QString spreadText(Figure figure, double sd, bool points)
{
    const bool percent = figure == Figure::Pairwise || ((figure == Figure::Mae || figure == Figure::Rmse) && points);
    const double shown = percent ? sd * 100 : sd;
    return shown >= 100 ? lossText(shown, 2) : fixedNumber(shown, percent ? 1 : 3);
}

}  // namespace

QString crossValidationLine(const CrossValidation &cross)
{
    const QString seeds = countOf(static_cast<qint64>(cross.seeds.size()), CrossValidationCard::tr("seed"),
                                  CrossValidationCard::tr("seeds"));
    const bool many = cross.seeds.size() > 1;
    if (cross.folds == 0)
        return CrossValidationCard::tr(
                   "%1: each held-out meme judged %2 times, by heads that differ in their seed only")
            .arg(seeds, counted(cross.seeds.size()));
    const QString folds = CrossValidationCard::tr("%1 folds").arg(cross.folds);
    return many
               ? CrossValidationCard::tr("%1 × %2: every meme judged %3 times by heads that did not learn from it")
                     .arg(folds, seeds, counted(cross.seeds.size()))
               : CrossValidationCard::tr("%1: every meme judged once, by a head that did not learn from it").arg(folds);
}

QString overSeedsText(Figure figure, const MeanAndSd &over, const std::optional<Interval> &interval, bool points)
{
    QString text = figureText(figure, over.mean, points);
    if (over.sd)
        text += QStringLiteral(" ± ") + spreadText(figure, *over.sd, points);
    if (interval)
        text += CrossValidationCard::tr(" (%1)").arg(figureRangeText(figure, *interval, points));
    return text;
}

CrossValidationCard::CrossValidationCard(QWidget *parent)
    : Card(tr("Across folds and seeds"), parent), m_done(paragraph({}, this, TextRole::Body, TextLabel::Tone::Normal)),
      m_verdict(new VerdictBanner(this)),
      m_table(newFigureTable(tr("Figures across folds and seeds"), QStringLiteral("crossValidationFigures"), this)),
      m_notes(paragraph({}, this))
{
    m_done->setObjectName(QStringLiteral("crossValidationDone"));
    m_notes->setObjectName(QStringLiteral("crossValidationNotes"));
    body()->setSpacing(10);
    addWidgets(*body(), {m_done, m_verdict, m_table, m_notes});
    body()->addStretch(1);
    hide();
}

void CrossValidationCard::setContent(const CrossValidation *cross, TargetKind target)
{
    setVisible(cross != nullptr);
    if (!cross)
        return;
    setTitle(cross->folds > 0 ? cross->seeds.size() > 1 ? tr("Across folds and seeds") : tr("Across folds")
                              : tr("Across seeds"));
    setSubtitle(cross->seeds.size() > 1 ? tr("mean ± spread over the seeds, with 95 % intervals")
                                        : tr("with 95 % intervals"));
    m_done->setText(crossValidationLine(*cross));
    const Verdict &verdict = cross->evaluation.verdict;
    m_verdict->setVerdict(verdict.kind, plainTitle(verdict.headline), plainTitle(verdict.reason, 1000));
    fill(*cross, target == TargetKind::Percentile);
    QStringList notes;
    for (const std::string &note : cross->notes)
        if (notes.size() < kMostNotes)
            notes << plainTitle(note, 600);
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
}

void CrossValidationCard::fill(const CrossValidation &cross, bool points)
{
    const Evaluation &evaluation = cross.evaluation;
    const bool grouped = evaluation.within.has_value();
    QStringList headers{tr("Figure")};
    if (grouped)
        headers << tr("Within %1").arg(plainTitle(evaluation.groupName, 24));
    headers << tr("All memes");
    m_table->setColumnCount(int(headers.size()));
    m_table->setHorizontalHeaderLabels(headers);
    m_table->setRowCount(int(std::size(kFigureOrder)));
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const Figure figure = kFigureOrder[row];
        int column = 0;
        const auto put = [&](const QString &text, const QString &tip, bool muted) {
            m_table->setItem(row, column, newFigureItem(text, tip, headers[column], muted));
            ++column;
        };
        put(shortFigureTitle(figure, points), figureHelp(figure), false);
        const auto scope = [&](const SeedFigures &figures, const Intervals &intervals, const Metrics &metrics,
                               bool muted) {
            const MeanAndSd *over = overOf(figures, figure);
            if (!over) {
                put(QStringLiteral("—"), whyUndefined(figure, metrics), muted);
                return;
            }
            QString tip = figureHelp(figure);
            if (over->sd)
                tip += tr("\n± is the standard deviation over %1 seeds.").arg(counted(over->runs));
            if (over->runs < cross.seeds.size())
                tip += tr("\nWith %1 of the %2 seeds it is undefined.")
                           .arg(counted(cross.seeds.size() - over->runs), counted(cross.seeds.size()));
            tip += tr("\nThe interval is where one training’s figure would lie with other memes and another seed.");
            put(overSeedsText(figure, *over, intervalOf(intervals, figure), points), tip, muted);
        };
        if (grouped)
            scope(cross.within, evaluation.withinIntervals, *evaluation.within, false);
        scope(cross.metrics, evaluation.intervals, evaluation.model, grouped);
    }
    fitFigureTable(*m_table);
}

}  // namespace dank::ui
