// The Evaluate page: figures with their doubt, charts of errors, the grid that follows the chart, tables for export.

#include <QClipboard>
#include <QComboBox>
#include <QListView>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>

#include <cmath>

#include "chart_fixtures.h"
#include "screen_stage.h"
#include "ui/charts/calibration_chart.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/evaluation_rows.h"
#include "ui/charts/number_text.h"
#include "ui/charts/scatter_chart.h"
#include "ui/evaluate/cross_validation_card.h"
#include "ui/evaluate/evaluate_charts.h"
#include "ui/evaluate/evaluate_export.h"
#include "ui/evaluate/evaluate_figures.h"
#include "ui/evaluate/evaluate_memes.h"
#include "ui/evaluate/meme_detail.h"
#include "ui/memes/meme_wall.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

namespace {

/// `count` judged memes in `groups` groups (0: none), each group at another level; with every baseline there is.
std::shared_ptr<const Evaluation> judgedMemes(int count, int groups, double wild = 1)
{
    EvaluationInput input;
    std::vector<double> guesses;
    for (int i = 0; i < count; ++i) {
        JudgedMeme meme;
        meme.id = 'm' + std::to_string(i);
        meme.actual = (i + 0.5) / count;
        meme.predicted = wild * (0.2 + 0.6 * meme.actual + 0.15 * std::sin(i * 12.9898));
        meme.upvotes = 10 + i * i;
        if (groups > 0)
            meme.group = "a subreddit with a name that goes on and on and on " + std::to_string(i % groups);
        guesses.push_back(0.5 + 0.2 * std::sin(i * 3.7));
        input.memes.push_back(std::move(meme));
    }
    input.subset = std::to_string(count) + " held-out memes";
    input.trainMean = 0.5;
    input.groupName = "subreddit";
    input.bootstrap.resamples = 50;
    for (const char *name : {"random_features", "shuffled", "nearest", "linear", "image_stats", "title"})
        input.baselines.push_back(makeBaseline(name, guesses));
    return std::make_shared<const Evaluation>(dank::evaluate(std::move(input)));
}

QStringList column(const QTableWidget &table, int column)
{
    QStringList texts;
    for (int row = 0; row < table.rowCount(); ++row)
        texts << table.item(row, column)->text();
    return texts;
}

QTableWidget *tableOf(FigureTable &card)
{
    return card.findChild<QTableWidget *>(QStringLiteral("allFigures"));
}

}  // namespace

class EvaluateTest : public QObject {
    Q_OBJECT

private slots:
    void everyFigureStandsInTheTable()
    {
        FigureTable card;
        const auto evaluation = judgedMemes(90, 3);
        card.setEvaluation(*evaluation, TargetKind::Percentile);
        const QTableWidget &table = *tableOf(card);
        QCOMPARE(table.rowCount(), 10);
        QCOMPARE(table.columnCount(), 5);
        QCOMPARE(table.horizontalHeaderItem(1)->text(), QStringLiteral("Within subreddit"));
        // Each with its interval, within before pooled.
        const QRegularExpression doubt(QStringLiteral("^-?[0-9.]+( %)? \\(-?[0-9.]+ to -?[0-9.]+( %)?\\)$"));
        for (const int scope : {1, 3})
            for (const QString &text : column(table, scope))
                QVERIFY2(doubt.match(text).hasMatch(), qPrintable(text));
        QCOMPARE(table.item(0, 1)->text().left(4), fixedText(*evaluation->within->spearman));
        QCOMPARE(table.item(0, 3)->text().left(4), fixedText(*evaluation->model.spearman));
        // The mean predictor orders nothing, and says so.
        QCOMPARE(table.item(0, 4)->text(), QStringLiteral("—"));
        QVERIFY(table.item(0, 4)->toolTip().contains(QStringLiteral("no order")));
        QVERIFY(table.item(3, 1)->toolTip().contains(QStringLiteral("Base rate")));
        card.setEvaluation(*judgedMemes(90, 0), TargetKind::Percentile);
        QCOMPARE(table.columnCount(), 3);
    }

    void whatIsUndefinedSaysWhy()
    {
        std::vector<JudgedMeme> memes;
        for (int i = 0; i < 3; ++i)
            memes.push_back({"m" + std::to_string(i), 0.1 * i, 0.5, 7});
        FigureTable card;
        KeyFigures keys;
        CalibrationCard calibration;
        ResidualsCard residuals;
        for (const std::size_t rows : {std::size_t(3), std::size_t(1)}) {
            memes.resize(rows);
            const Evaluation evaluation = dank::evaluate({memes, 0.5, "few memes", false});
            card.setEvaluation(evaluation, TargetKind::Max);
            keys.setEvaluation(evaluation, TargetKind::Max);
            calibration.setEvaluation(evaluation);
            residuals.setEvaluation(evaluation, nullptr);
            const QTableWidget &table = *tableOf(card);
            for (const int row : {0, 1, 2, 3, 4, 7}) {
                QCOMPARE(table.item(row, 1)->text(), QStringLiteral("—"));
                QVERIFY(table.item(row, 1)->toolTip().contains(QStringLiteral("Undefined")));
            }
            QVERIFY(calibration.chart()->bins().empty());
            QVERIFY(!residuals.any());
        }
        for (const QString &text : column(*tableOf(card), 1))
            QVERIFY(!text.contains(QStringLiteral("nan"), Qt::CaseInsensitive));
    }

    void wildFiguresStayShort()
    {
        QCOMPARE(figureText(Figure::R2, -1e14, false), QStringLiteral("-1e14"));
        QCOMPARE(figureText(Figure::Mae, 0.1624, true), QStringLiteral("16.2"));
        QCOMPARE(figureText(Figure::Pairwise, 0.574, false), QStringLiteral("57.4 %"));
        const auto evaluation = judgedMemes(60, 0, 1e7);
        const RowChartContent rows = baselineRows(*evaluation, Figure::R2);
        RowChart chart;
        chart.setContent(rows);
        QVERIFY(*rows.rows.front().value < -1e13);
        QVERIFY(chart.xAxis->range().lower > -1.2 && chart.xAxis->range().lower <= -1);
        QVERIFY(chart.yAxis2->ticker().dynamicCast<QCPAxisTickerText>()->ticks().value(0).startsWith(QChar(0x25C2)));
        RowChart errors;
        errors.setContent(baselineRows(*evaluation, Figure::Mae));
        QVERIFY(errors.xAxis->range().upper < 2);
    }

    void everyBaselineIsABar()
    {
        for (const int groups : {0, 3}) {
            const auto evaluation = judgedMemes(90, groups);
            const RowChartContent content = baselineRows(*evaluation);
            QCOMPARE(content.rows.size(), evaluation->baselines.size() + 1);
            QCOMPARE(content.rows.size(), content.table.rows.size());
            for (std::size_t i = 0; i < evaluation->baselines.size(); ++i) {
                const auto &baseline = evaluation->baselines[i];
                const ChartRow &row = content.rows[i + 1];
                QCOMPARE(row.tone, knowsNothing(baseline) ? ChartRow::Tone::Nothing : ChartRow::Tone::Known);
                // Those that say the same about all memes of a group order nothing there.
                const bool orders = baseline.name != "mean" && baseline.name != "group";
                QCOMPARE(row.value.has_value(), orders);
                QCOMPARE(row.interval.has_value(), orders);
            }
            QCOMPARE(content.rows.front().tone, ChartRow::Tone::Accent);
        }
    }

    void rowsAreReadOut()
    {
        RowChart chart;
        chart.setContent(residualRows(residualsByGroup(*judgedMemes(600, 30), nullptr), QStringLiteral("600 memes")));
        QCOMPARE(chart.content().rows.size(), std::size_t(20));  // the rest is in the table
        QCOMPARE(chart.table().rows.size(), std::size_t(30));
        show(chart, 500, 640);
        QTest::keyClick(&chart, Qt::Key_Down);
        QVERIFY(chart.hoverText().startsWith(chart.content().rows[0].name));
        QTest::keyClick(&chart, Qt::Key_End);
        QVERIFY(chart.hoverText().startsWith(chart.content().rows[19].name));
        QTest::mouseMove(&chart, {200, int(chart.yAxis->coordToPixel(3))});
        QTRY_VERIFY(chart.hoverText().startsWith(chart.content().rows[3].name));
        keepPicture(chart, QStringLiteral("chart-residuals"));
        for (const auto format : {ChartFormat::Png, ChartFormat::Svg, ChartFormat::Pdf, ChartFormat::Csv})
            QVERIFY(renderChart(chart, {.format = format}).size() > 1000);
    }

    void calibrationReadsItsBins()
    {
        CalibrationChart chart;
        const auto evaluation = judgedMemes(205, 0);
        chart.setBins(binsOf(*evaluation), QStringLiteral("205 memes"), {});
        QCOMPARE(chart.bins().size(), std::size_t(10));
        show(chart, 420, 300);
        QTest::keyClick(&chart, Qt::Key_Home);
        QVERIFY2(chart.hoverText().startsWith(QStringLiteral("21 memes predicted")), qPrintable(chart.hoverText()));
        QCOMPARE(chart.table().rows.size(), std::size_t(10));
        chart.setBins({}, {}, QStringLiteral("too few"));
        QVERIFY(chart.table().rows.empty());
    }

    void frameOnTheChartChoosesMemes()
    {
        ScatterChart chart;
        const auto evaluation = someEvaluation(48);
        chart.setEvaluation(evaluation, upvoteDataset(48), TargetKind::Percentile);
        show(chart, 420, 320);
        QSignalSpy spy(&chart, &ScatterChart::memesChosen);
        const QRect area = chart.axisRect()->rect();
        QTest::mousePress(&chart, Qt::LeftButton, {}, area.topLeft() + QPoint(1, 1));
        QTest::mouseMove(&chart, area.center());
        QTest::mouseMove(&chart, {area.center().x(), area.bottom() - 1});
        QTest::mouseRelease(&chart, Qt::LeftButton, {}, {area.center().x(), area.bottom() - 1});
        QCOMPARE(spy.count(), 1);
        QCOMPARE(chart.chosen().size(), std::size_t(24));  // the lower half by what they got
        for (const int index : chart.chosen())
            QVERIFY(evaluation->memes[std::size_t(index)].actual <= 0.5);
        QTest::keyClick(&chart, Qt::Key_Escape);
        QVERIFY(chart.chosen().empty());
        QTest::keyClick(&chart, Qt::Key_Home);
        QTest::keyClick(&chart, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&chart, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(chart.chosen(), (std::vector<int>{0, 1, 2}));
        chart.setEvaluation(nullptr, nullptr, TargetKind::Percentile);
        QVERIFY(chart.chosen().empty());
    }

    void gridFollowsTheChart()
    {
        Stage stage;
        stage.trained();
        QWidget &page = *stage.window->pageWidget(Page::Evaluate);
        stage.window->showPage(Page::Evaluate);
        const auto evaluation = stage.session->evaluations().evaluation();
        auto *scatter = page.findChild<ScatterChart *>();
        auto *view = page.findChild<QListView *>(QStringLiteral("judgedMemes"));
        auto *detail = page.findChild<MemeDetail *>();
        QCOMPARE(view->model()->rowCount(), int(evaluation->memes.size()));
        const std::string worst = memesForWall(*evaluation, WallKind::Overrated, 1).front().id;
        const auto idAt = [&](const QModelIndex &index) {
            return index.data(WallModel::IdRole).toString().toStdString();
        };
        const auto isShown = [&](const std::string &id) {
            for (const auto *label : detail->findChildren<QLabel *>())
                if (label->text().endsWith(QStringLiteral(" · ") + QString::fromStdString(id)))
                    return true;
            return false;
        };
        // The most overrated one is there at once, first in the grid too.
        QVERIFY(isShown(worst));
        QCOMPARE(idAt(view->model()->index(0, 0)), worst);
        QCOMPARE(idAt(view->currentIndex()), worst);
        // Keys walk through the grid, and the meme and the mark on the chart follow.
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Right);
        const std::string second = idAt(view->model()->index(1, 0));
        QVERIFY(isShown(second));
        QVERIFY(!scatter->hoverText().isEmpty());
        // A click elsewhere, then back by the button.
        QTest::mouseClick(page.findChild<QAbstractButton *>(QStringLiteral("mostSleptOn")), Qt::LeftButton);
        QVERIFY(isShown(memesForWall(*evaluation, WallKind::SleptOn, 1).front().id));
        QTest::keyClick(page.findChild<QAbstractButton *>(QStringLiteral("mostOverrated")), Qt::Key_Space);
        QVERIFY(isShown(worst));
        // Choosing on the chart filters; all come back.
        scatter->chooseInside(scatter->axisRect()->rect().adjusted(0, 0, -scatter->axisRect()->width() / 2, 0));
        const int some = view->model()->rowCount();
        QVERIFY(some > 0 && some < int(evaluation->memes.size()));
        page.findChild<QComboBox *>(QStringLiteral("memeOrder"))->setCurrentIndex(int(MemesCard::Order::Upvotes));
        QCOMPARE(view->model()->rowCount(), some);
        scatter->chooseInside({});
        QCOMPARE(view->model()->rowCount(), int(evaluation->memes.size()));
        // A wall that gets the focus shows its first.
        for (auto *wall : page.findChildren<MemeWall *>()) {
            auto *list = wall->findChild<QListView *>();
            list->setCurrentIndex(list->model()->index(0, 0));
            QVERIFY(isShown(idAt(list->currentIndex())));
        }
        QStringList actions;
        for (const QAction *action : page.findChildren<QAction *>())
            if (action->isEnabled() && !action->objectName().isEmpty())
                actions << action->objectName();
        for (const char *name : {"exportPredictions", "exportWalls", "exportFigures", "exportScatter",
                                 "exportBaselines", "exportCalibration", "exportResiduals", "copyEvaluateCommand"})
            QVERIFY2(actions.contains(QLatin1String(name)), name);
        page.findChild<QAction *>(QStringLiteral("copyEvaluateCommand"))->trigger();
        QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("dank --library")));
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral(" eval ")));
    }

    void manyMemesAreNotWidgets()
    {
        Stage stage;
        stage.openDataset();
        MemesCard card(stage.session->thumbnails());
        ScatterChart chart;
        const auto evaluation = judgedMemes(20000, 4);
        const auto dataset = upvoteDataset(20000);
        card.setEvaluation(evaluation, dataset);
        chart.setEvaluation(evaluation, dataset, TargetKind::Percentile);
        show(card, 620, 420);
        QCOMPARE(card.view()->model()->rowCount(), 20000);
        QVERIFY(card.findChildren<QWidget *>().size() < 60);
        card.showMeme(QStringLiteral("m19999"));
        QCOMPARE(card.view()->currentIndex().data(WallModel::IdRole).toString(), QStringLiteral("m19999"));
        QCOMPARE(binsOf(*evaluation).size(), std::size_t(10));
        QCOMPARE(residualsByGroup(*evaluation, nullptr, quickBootstrap(20000)).groups.size(), std::size_t(4));
    }

    void acrossFoldsAndSeeds()
    {
        const auto judged = judgedMemes(60, 3);
        CrossValidation asked;
        asked.folds = 5;
        asked.seeds = {1, 2, 3};
        CrossValidation cross = StagedEngine::crossed(*judged, asked);
        cross.notes = {"<b>One</b> diverged.", "Another."};
        CrossValidationCard card;
        QVERIFY(card.isHidden());
        card.setContent(&cross, TargetKind::Percentile);
        QVERIFY(!card.isHidden());
        show(card, 900, 600);
        const auto *done = card.findChild<QLabel *>(QStringLiteral("crossValidationDone"));
        QCOMPARE(done->text(),
                 QStringLiteral("5 folds × 3 seeds: every meme judged 3 times by heads that did not learn from it"));
        const auto *notes = card.findChild<QLabel *>(QStringLiteral("crossValidationNotes"));
        QCOMPARE(notes->text(), QStringLiteral("<b>One</b> diverged.\nAnother."));
        QCOMPARE(notes->textFormat(), Qt::PlainText);
        QCOMPARE(card.findChild<VerdictBanner *>()->accessibleDescription(),
                 plainTitle(cross.evaluation.verdict.reason, 1000));
        const auto *table = card.findChild<QTableWidget *>(QStringLiteral("crossValidationFigures"));
        QCOMPARE(table->rowCount(), 10);
        QCOMPARE(table->columnCount(), 3);
        const MeanAndSd &within = cross.within.at(Figure::Spearman);
        const Interval &between = cross.evaluation.withinIntervals.at(Figure::Spearman);
        QCOMPARE(table->item(0, 1)->text(), QStringLiteral("%1 ± %2 (%3 to %4)")
                                                .arg(fixedText(within.mean), QString::number(*within.sd, 'f', 3),
                                                     fixedText(between.low), fixedText(between.high)));
        QVERIFY(table->item(2, 2)->text().contains(
            QRegularExpression(QStringLiteral(R"(^\d+\.\d % ± \d+\.\d \(\d+\.\d to \d+\.\d %\)$)"))));
        QVERIFY(table->item(8, 0)->text().endsWith(QStringLiteral(", points")));
        QCOMPARE(overSeedsText(Figure::Mae, {2, 0.25, 0.0125}, Interval{0.2, 0.3}, true),
                 QStringLiteral("25.0 ± 1.3 (20.0 to 30.0)"));
        QCOMPARE(overSeedsText(Figure::R2, {1, -0.5, std::nullopt}, std::nullopt, true), fixedNumber(-0.5, 2));

        // One seed has no spread; held-out memes have no folds; what is undefined says so.
        asked.seeds = {1};
        const CrossValidation one = StagedEngine::crossed(*judged, asked);
        card.setContent(&one, TargetKind::Percentile);
        QCOMPARE(done->text(), QStringLiteral("5 folds: every meme judged once, by a head that did not learn from it"));
        QVERIFY(!table->item(0, 1)->text().contains(QStringLiteral("±")));
        CrossValidation seeds;
        seeds.seeds = {1, 2};
        card.setContent(&seeds, TargetKind::Log);
        QVERIFY(done->text().startsWith(QStringLiteral("2 seeds: each held-out meme judged 2 times")));
        QCOMPARE(table->columnCount(), 2);
        QCOMPARE(table->item(0, 1)->text(), QStringLiteral("—"));
        QVERIFY(notes->isHidden());
        card.setContent(nullptr, TargetKind::Percentile);
        QVERIFY(card.isHidden());

        const ChartTable figures = figuresForExport(*judged, &cross);
        QCOMPARE(figures.rows.size(), std::size_t(40));
        QCOMPARE(figures.columns.mid(8), (QStringList{"sd", "seeds"}));
        QCOMPARE(figures.rows[23][1], QStringLiteral("cross_validated_within_subreddit"));
        QCOMPARE(figures.rows[23][2].toDouble(), within.mean);
        QCOMPARE(figures.rows[23][3].toDouble(), between.low);
        QCOMPARE(figures.rows[23][8].toDouble(), *within.sd);
        QCOMPARE(figures.rows[23][9], QStringLiteral("3"));
        QCOMPARE(figures.rows[33][1], QStringLiteral("cross_validated_pooled"));
        QVERIFY(figures.rows[3][8].isEmpty() && figures.rows[3][9].isEmpty());
    }

    void tablesForExport()
    {
        const auto evaluation = judgedMemes(60, 3);
        const ChartTable memes = memeTable(*evaluation, upvoteDataset(60).get());
        QCOMPARE(memes.columns, (QStringList{"id", "title", "upvotes", "group", "predicted", "actual", "error"}));
        QCOMPARE(memes.rows.size(), std::size_t(60));
        QCOMPARE(memes.rows[1][6].toDouble(), evaluation->memes[1].predicted - evaluation->memes[1].actual);
        const ChartTable walls = wallsTable(*evaluation, nullptr, 5);
        QCOMPARE(walls.rows.size(), std::size_t(15));
        QCOMPARE(walls.rows[0].mid(0, 3),
                 (QStringList{"overrated", "1",
                              QString::fromStdString(memesForWall(*evaluation, WallKind::Overrated, 1)[0].id)}));
        QCOMPARE(walls.rows[14][0], QStringLiteral("nailed"));
        const ChartTable figures = figuresForExport(*evaluation);
        QCOMPARE(figures.rows.size(), std::size_t(20));
        QCOMPARE(figures.rows[3][0], QStringLiteral("spearman"));
        QCOMPARE(figures.rows[3][1], QStringLiteral("within_subreddit"));
        QCOMPARE(figures.rows[3][2].toDouble(), *evaluation->within->spearman);
    }

private:
    static QString fixedText(double value) { return QString::number(value, 'f', 2); }
};

QTEST_MAIN(EvaluateTest)
#include "evaluate_test.moc"
