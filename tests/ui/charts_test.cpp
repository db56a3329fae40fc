#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>

#include "tests/ui/chart_fixtures.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/histogram_chart.h"
#include "ui/charts/loss_chart.h"
#include "ui/charts/number_text.h"
#include "ui/charts/scatter_chart.h"
#include "ui/charts/score_strip.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class ChartsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void numbersReadShort_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("small") << 500.0 << "500";
        QTest::newRow("thousand") << 2000.0 << "2k";
        QTest::newRow("half") << 1500.0 << "1.5k";
        QTest::newRow("six figures") << 290000.0 << "290k";
        QTest::newRow("rounds up a unit") << 999960.0 << "1M";
        QTest::newRow("zero") << 0.0 << "0";
        QTest::newRow("negative") << -2500.0 << "-2.5k";
        QTest::newRow("negative zero") << -0.0 << "0";
    }
    void numbersReadShort()
    {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(compactNumber(value), text);
    }

    void zeroHasNoSign()
    {
        QCOMPARE(danknessText(-0.001), QStringLiteral("0.00"));
        QCOMPARE(danknessText(-0.006), QStringLiteral("-0.01"));
        QCOMPARE(fixedNumber(-0.04, 1), QStringLiteral("0.0"));
        QCOMPARE(fixedNumber(-10.0, 0), QStringLiteral("-10"));
        QCOMPARE(lossText(-0.0), QStringLiteral("0"));
        QCOMPARE(lossText(-1e-5), QStringLiteral("-1e-5"));
    }

    void upvoteTicksAreRound()
    {
        HistogramChart chart;
        chart.setDataset(upvoteDataset(2383));
        QStringList labels;
        for (const auto &[at, label] : chart.upvotes()->ticks())
            labels << label;
        QVERIFY2(labels.contains(QStringLiteral("2k")) || labels.contains(QStringLiteral("1k")),
                 qPrintable(labels.join(' ')));
        for (const QString &label : labels)
            QVERIFY(label.size() <= 4);
        show(chart, 560, 200);
        chart.upvotes()->showItem(0);
        QVERIFY2(chart.upvotes()->hoverText().startsWith(QStringLiteral("494 – ")),
                 qPrintable(chart.upvotes()->hoverText()));
        std::size_t counted = 0;
        for (const auto &row : chart.upvotes()->table().rows)
            counted += row[2].toULongLong();
        QCOMPARE(counted, std::size_t(2383));
        // The paper's target puts most memes into the first bins, the percentile spreads them evenly.
        chart.setTarget(TargetKind::Max);
        const auto squeezed = chart.dankness()->table();
        QVERIFY(squeezed.rows[0][2].toInt() > 2383 / 3);
        chart.setTarget(TargetKind::Percentile);
        for (const auto &row : chart.dankness()->table().rows)
            QVERIFY2(std::abs(row[2].toInt() - 2383 / 20) <= 3, qPrintable(row[2]));
        chart.setScale(BinScale::Linear);
        chart.setDataset(nullptr);
        QVERIFY(chart.upvotes()->table().rows.empty());
        chart.setDataset(upvoteDataset(1));
        QCOMPARE(chart.upvotes()->table().rows.size(), std::size_t(1));
    }

    void tickLabelsStayApart_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("kind");
        for (int width : {220, 300, 420, 900}) {
            QTest::addRow("log %d", width) << width << int(BinScale::Log);
            QTest::addRow("linear %d", width) << width << int(BinScale::Linear);
        }
    }
    void tickLabelsStayApart()
    {
        QFETCH(int, width);
        QFETCH(int, kind);
        HistogramChart chart;
        chart.setScale(BinScale(kind));
        chart.setDataset(upvoteDataset(2383));
        show(chart, width, 150);
        for (const BarPlot *plot : {chart.upvotes(), chart.dankness()}) {
            const auto ticks = plot->ticks();
            QVERIFY(!ticks.isEmpty());
            const QFontMetrics metrics(plot->xAxis->tickLabelFont());
            for (int i = 1; i < ticks.size(); ++i) {
                const double between =
                    plot->xAxis->coordToPixel(ticks[i].first) - plot->xAxis->coordToPixel(ticks[i - 1].first);
                const double wide =
                    (metrics.horizontalAdvance(ticks[i].second) + metrics.horizontalAdvance(ticks[i - 1].second)) / 2.0;
                QVERIFY2(between >= wide + 4, qPrintable(ticks[i - 1].second + QLatin1Char(' ') + ticks[i].second));
            }
        }
    }

    void scatterNamesAndPicks()
    {
        ScatterChart chart;
        const auto evaluation = someEvaluation(48);
        chart.setEvaluation(evaluation, upvoteDataset(48), TargetKind::Percentile);
        show(chart, 420, 320);
        const auto &meme = evaluation->memes[10];
        const QPoint at(qRound(chart.xAxis->coordToPixel(meme.actual)),
                        qRound(chart.yAxis->coordToPixel(meme.predicted)));
        QTest::mouseMove(&chart, at);
        QTRY_VERIFY(chart.hoverText().startsWith(QStringLiteral("meme number 10\n")));
        QSignalSpy spy(&chart, &ScatterChart::memeActivated);
        QTest::mouseClick(&chart, Qt::LeftButton, {}, at);
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy.first().first().toString(), QStringLiteral("m10"));
        QTest::keyClick(&chart, Qt::Key_Home);
        QTest::keyClick(&chart, Qt::Key_Return);
        QCOMPARE(spy.last().first().toString(), QStringLiteral("m0"));
        // A click into the void picks nothing.
        QCOMPARE(chart.itemAt(QPoint(1, 1)), -1);
    }

    void stripCountsTheReference()
    {
        ScoreStrip strip;
        strip.setReference({-1.0f, 0.0f, 0.01f, 0.5f, 1.0f, 7.0f});
        QCOMPARE(strip.bars()[0], 3);
        QCOMPARE(strip.bars()[20], 1);
        QCOMPARE(strip.bars()[39], 2);
    }

    void stripBundlesWhatFallsTogether()
    {
        ScoreStrip strip;
        strip.resize(404, 90);
        QVERIFY(strip.bundles().empty());
        QVERIFY(strip.textAt(100).isEmpty());
        std::vector<ScoreStrip::Mark> marks{{0.0, "low"}, {std::nan(""), "lost"}, {1.7, "beyond"}};
        for (int i = 0; i < 12; ++i)
            marks.push_back({0.5, QStringLiteral("<b>same %1").arg(i)});
        marks.push_back({0.51, "beside"});
        strip.setScores(marks);
        const auto bundles = strip.bundles();
        QCOMPARE(bundles.size(), std::size_t{4});
        QCOMPARE(bundles[1].marks.size(), std::size_t{12});
        QVERIFY(bundles[0].x < bundles[1].x && bundles[2].x < bundles[3].x && bundles[3].x <= 404);
        QCOMPARE(bundles[2].x - bundles[1].x, 4.0);
        const QStringList told = strip.textAt(bundles[1].x + 1).split(u'\n');
        QCOMPARE(told.size(), 9);
        QCOMPARE(told.first(), QStringLiteral("0.50  <b>same 0"));
        QCOMPARE(told.last(), QStringLiteral("and 4 more"));
        QVERIFY(strip.textAt(bundles[3].x).contains("beyond"));
        QVERIFY(strip.textAt((bundles[0].x + bundles[1].x) / 2).isEmpty());
    }

    void pictures()
    {
        for (const auto mode : {ThemeMode::Light, ThemeMode::Dark}) {
            applyTheme(*qApp, mode);
            const QString suffix = mode == ThemeMode::Light ? QStringLiteral("-light") : QStringLiteral("-dark");
            LossChart loss;
            auto view = fallingRun(141, 104);
            view.live = true;
            view.pauses = {{63, 65}};
            view.curve[30].validationLoss = kNaN;
            loss.setTraining(view);
            show(loss, 726, 320);
            loss.showEpoch(80);
            keepPicture(loss, QStringLiteral("chart-loss") + suffix);
            QCOMPARE(loss.grab().toImage().pixelColor(1, 1), tokensFor(loss.palette()).surface);

            LossChart paper;
            TrainingView exploding;
            exploding.run = 4;
            exploding.config.epochs = 1000;
            exploding.meanPredictorLoss = 0.0098;
            for (int epoch = 1; epoch <= 1000; ++epoch)
                exploding.curve.push_back(
                    {epoch, 1e14 * std::exp(-epoch / 45.0) + 9383, 6e13 * std::exp(-epoch / 50.0) + 4000, 0});
            exploding.bestEpoch = 1000;
            paper.setTraining(exploding);
            show(paper, 726, 320);
            keepPicture(paper, QStringLiteral("chart-loss-paper") + suffix);

            HistogramChart histogram;
            histogram.setDataset(upvoteDataset(2383));
            histogram.setTarget(TargetKind::Max);
            show(histogram, 560, 200);
            keepPicture(histogram, QStringLiteral("chart-upvotes") + suffix);

            ScatterChart scatter;
            scatter.setEvaluation(someEvaluation(485), upvoteDataset(485), TargetKind::Percentile);
            show(scatter, 440, 320);
            keepPicture(scatter, QStringLiteral("chart-scatter") + suffix);

            ScoreStrip strip;
            std::vector<float> reference;
            for (int i = 0; i < 485; ++i)
                reference.push_back(float(0.5 + 0.4 * std::sin(i) * std::cos(i * 1.7)));
            strip.setReference(reference);
            std::vector<ScoreStrip::Mark> marks;
            for (int i = 0; i < 60; ++i)
                marks.push_back({0.5 + 0.4 * std::sin(i * 0.7) * std::cos(i), QString::number(i)});
            strip.setScores(marks);
            show(strip, 270, 90);
            keepPicture(strip, QStringLiteral("chart-strip") + suffix);
            if (mode == ThemeMode::Dark) {
                loss.setProvenance({7, "42", "reddit-2018", "0123456789abcdef", "inception_v3", {}});
                QDir().mkpath(QStringLiteral(DANK_BIN "/../pictures"));
                const QString base = QStringLiteral(DANK_BIN "/../pictures/export-loss.");
                for (const char *ending : {"png", "svg", "pdf"})
                    exportChart(loss, base + ending, {*chartFormatFor(base + ending), 2, {960, 600}});
            }
        }
    }
};

QTEST_MAIN(ChartsTest)
#include "charts_test.moc"
