#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/ui/chart_fixtures.h"
#include "ui/charts/loss_chart.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class LossChartTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void logAxisRule_data()
    {
        QTest::addColumn<QList<double>>("losses");
        QTest::addColumn<bool>("log");
        QTest::newRow("one decade") << QList<double>{0.05, 0.004} << false;
        QTest::newRow("exactly two decades") << QList<double>{1.0, 0.01} << false;
        QTest::newRow("over two decades") << QList<double>{1.0, 0.0099} << true;
        QTest::newRow("the paper's") << QList<double>{1.06e14, 9383} << true;
        QTest::newRow("a zero forbids it") << QList<double>{100.0, 0.001, 0.0} << false;
        QTest::newRow("a negative forbids it") << QList<double>{100.0, 0.001, -1.0} << false;
        QTest::newRow("not finite does not count")
            << QList<double>{0.05, 0.004, kNaN, std::numeric_limits<double>::infinity()} << false;
        QTest::newRow("nothing finite") << QList<double>{kNaN} << false;
        QTest::newRow("nothing") << QList<double>{} << false;
    }
    void logAxisRule()
    {
        QFETCH(QList<double>, losses);
        QFETCH(bool, log);
        TrainingView view;
        view.run = 1;
        for (int i = 0; i < losses.size(); ++i)
            view.curve.push_back({i + 1, losses[i], losses[i], 0});
        LossChart chart;
        chart.setTraining(view);
        QCOMPARE(chart.isLogarithmic(), log);
        QCOMPARE(chart.yAxis->scaleType() == QCPAxis::stLogarithmic, log);
        // One click reverts, and more epochs do not bring it back.
        chart.toggleAxis();
        const bool possible =
            std::any_of(losses.begin(), losses.end(), [](double x) { return x > 0 && std::isfinite(x); });
        QCOMPARE(chart.isLogarithmic(), possible && !log);
        view.curve.push_back({int(losses.size()) + 1, 0.01, 0.01, 0});
        if (log) {
            chart.setTraining(view);
            QVERIFY(!chart.isLogarithmic());
        }
        // Another run starts over.
        view.run = 2;
        view.curve.pop_back();
        chart.setTraining(view);
        QCOMPARE(chart.isLogarithmic(), log);
    }

    void smoothingStartsOnTheCurve()
    {
        SmoothedSeries smooth(0.6);
        QCOMPARE(smooth.next(5.0), 5.0);
        // (0.6·0.4·5 + 0.4·1) / (1 − 0.36) = 2.5
        QCOMPARE(smooth.next(1.0), 2.5);
        QVERIFY(std::isnan(smooth.next(kNaN)));
        // A gap leaves the average as it was: (0.6·(0.6·0.4·5 + 0.4·1) + 0.4·2) / (1 − 0.216)
        QCOMPARE(smooth.next(2.0), (0.6 * 1.6 + 0.8) / (1 - 0.216));
        SmoothedSeries raw(0);
        QCOMPARE(raw.next(3.0), 3.0);
        QCOMPARE(raw.next(8.0), 8.0);
    }

    void replotsStayBounded()
    {
        LossChart chart;
        show(chart, 700, 360);
        const auto full = fallingRun(5000, 2600);
        TrainingView view = full;
        view.live = true;
        view.config.epochs = 5000;
        view.curve.clear();
        const int before = chart.replots();
        QElapsedTimer clock;
        clock.start();
        for (const auto &stats : full.curve) {
            view.curve.push_back(stats);
            view.bestEpoch = std::min(stats.epoch, 2600);
            if (stats.epoch % 5 == 0) {
                chart.setTraining(view);
                QCoreApplication::processEvents();
            }
        }
        chart.setTraining(view);
        QTest::qWait(100);
        const int drawn = chart.replots() - before;
        // At most one repaint a slice of 33 ms, whatever the machine's pace; 1,001 updates were sent.
        const int slices = int(clock.elapsed() / 33) + 2;
        QVERIFY2(drawn <= slices, qPrintable(QStringLiteral("%1 repaints in %2 slices").arg(drawn).arg(slices)));
        QVERIFY(drawn >= 1);
        QCOMPARE(chart.table().rows.size(), std::size_t(5000));
        // Nothing is drawn for no change, nor while hidden.
        const int idle = chart.replots();
        QTest::qWait(80);
        QCOMPARE(chart.replots(), idle);
        chart.hide();
        view.curve.push_back({5001, 0.1, 0.1, 0});
        chart.setTraining(view);
        QTest::qWait(80);
        QCOMPARE(chart.replots(), idle);
        chart.show();
        QTRY_VERIFY(chart.replots() > idle);
    }

    void appendsWithoutRebuilding()
    {
        LossChart chart;
        auto view = fallingRun(100, 60);
        chart.setTraining(view);
        QCOMPARE(chart.graph(0)->dataCount(), 100);
        view.curve.push_back({101, 0.2, 0.3, 0});
        chart.setTraining(view);
        QCOMPARE(chart.graph(0)->dataCount(), 101);
        QCOMPARE(chart.graph(1)->data()->at(100)->value, 0.3);
        // Resumed from an earlier checkpoint: epochs are replaced, not doubled.
        view.curve.resize(50);
        view.curve.push_back({51, 0.7, 0.8, 0});
        chart.setTraining(view);
        QCOMPARE(chart.graph(0)->dataCount(), 51);
        QCOMPARE(chart.graph(0)->data()->at(50)->value, 0.7);
        // Another run of the same length.
        auto other = fallingRun(51, 20, 8);
        chart.setTraining(other);
        QCOMPARE(chart.graph(0)->data()->at(50)->value, other.curve[50].trainLoss);
        // None.
        chart.setTraining({});
        QCOMPARE(chart.graph(0)->dataCount(), 0);
    }

    void gapsAreMarked()
    {
        auto view = fallingRun(40, 30);
        view.curve[9].validationLoss = kNaN;
        view.curve[10].trainLoss = std::numeric_limits<double>::infinity();
        LossChart chart;
        chart.setTraining(view);
        QCOMPARE(chart.gaps(), 2);
        QVERIFY(std::isnan(chart.graph(1)->data()->at(9)->value));
        QVERIFY(std::isnan(chart.graph(0)->data()->at(10)->value));
        QVERIFY(std::isfinite(chart.graph(3)->data()->at(11)->value));
        QVERIFY(std::isfinite(chart.yAxis->range().upper));
        show(chart, 600, 320);
        chart.showEpoch(10);
        QVERIFY(chart.hoverText().contains(QStringLiteral("not a number")));
    }

    void bestEpochIsRinged()
    {
        auto view = fallingRun(141, 104);
        LossChart chart;
        chart.setTraining(view);
        QVERIFY(chart.bestMarker().has_value());
        QCOMPARE(*chart.bestMarker(), QPointF(104, view.curve[103].validationLoss));
        view.bestEpoch = 0;
        chart.setTraining(view);
        QVERIFY(!chart.bestMarker().has_value());
        // Hostile: a best epoch that is not in the curve.
        view.bestEpoch = 100000;
        chart.setTraining(view);
        QVERIFY(!chart.bestMarker().has_value());
    }

    void hoverReadsExactValues()
    {
        auto view = fallingRun(141, 104);
        view.curve[19].trainLoss = 0.0123456;
        view.curve[19].validationLoss = 0.0234561;
        LossChart chart;
        chart.setTraining(view);
        show(chart, 700, 360);
        const QPointF at(chart.xAxis->coordToPixel(20), chart.axisRect()->rect().center().y());
        QTest::mouseMove(&chart, at.toPoint());
        QTRY_COMPARE(chart.hoverText(), QStringLiteral("epoch 20\ntraining 0.0123456\nvalidation 0.0234561"));
        QTest::keyClick(&chart, Qt::Key_Right);
        QVERIFY(chart.hoverText().startsWith(QStringLiteral("epoch 21\n")));
        QTest::keyClick(&chart, Qt::Key_Left);
        QTest::keyClick(&chart, Qt::Key_Left);
        QVERIFY(chart.hoverText().startsWith(QStringLiteral("epoch 19\n")));
        QTest::keyClick(&chart, Qt::Key_End);
        QVERIFY(chart.hoverText().startsWith(QStringLiteral("epoch 141\n")));
        QTest::keyClick(&chart, Qt::Key_Right);
        QVERIFY(chart.hoverText().startsWith(QStringLiteral("epoch 141\n")));
        QVERIFY(chart.accessibleDescription().contains(QStringLiteral("best validation loss")));
    }

    void followEndsWhenTheUserMoves()
    {
        LossChart chart;
        auto view = fallingRun(100, 60);
        chart.setTraining(view);
        show(chart, 700, 360);
        QVERIFY(chart.follow());
        QSignalSpy spy(&chart, &LossChart::followChanged);
        QTest::keyClick(&chart, Qt::Key_Plus);
        QVERIFY(!chart.follow());
        QCOMPARE(spy.count(), 1);
        const auto range = chart.xAxis->range();
        view.curve.push_back({101, 0.01, 0.01, 0});
        chart.setTraining(view);
        QCOMPARE(chart.xAxis->range(), range);
        QTest::keyClick(&chart, Qt::Key_0);
        QVERIFY(chart.follow());
        QVERIFY(chart.xAxis->range().upper >= 101.0);
        QCOMPARE(chart.xAxis->range().lower, 0.0);
    }

    void thereAreNoEpochsBeforeTheFirst()
    {
        LossChart chart;
        chart.setTraining(fallingRun(100, 60));
        show(chart, 700, 360);
        for (int i = 0; i < 5; ++i)
            QTest::keyClick(&chart, Qt::Key_Minus);
        QVERIFY(chart.xAxis->range().upper > 100);
        QVERIFY2(chart.xAxis->range().lower >= 0, qPrintable(QString::number(chart.xAxis->range().lower)));
    }

    void theBaselinesLabelIsNotStruckThrough_data()
    {
        QTest::addColumn<double>("end");
        QTest::newRow("the curve ends on the line") << 1.0;
        QTest::newRow("just above it") << 1.03;
        QTest::newRow("just under it") << 0.97;
    }
    void theBaselinesLabelIsNotStruckThrough()
    {
        QFETCH(double, end);
        LossChart chart;
        TrainingView view;
        view.run = 1;
        view.meanPredictorLoss = 1.0;
        for (int epoch = 1; epoch <= 200; ++epoch) {
            const double loss = end + 0.8 * std::exp(-epoch / 15.0);
            view.curve.push_back({epoch, loss - 0.3, loss, 0});
        }
        chart.setTraining(view);
        show(chart, 700, 360);
        chart.replot();
        const QCPItemText *label = nullptr;
        for (int i = 0; i < chart.itemCount(); ++i)
            if (const auto *text = qobject_cast<QCPItemText *>(chart.item(i));
                text && text->text().startsWith("predict"))
                label = text;
        QVERIFY(label && label->visible());
        const QRectF rect(label->topLeft->pixelPosition(), label->bottomRight->pixelPosition());
        for (const EpochStats &stats : view.curve)
            for (const double loss : {stats.trainLoss, stats.validationLoss}) {
                const QPointF point(chart.xAxis->coordToPixel(stats.epoch), chart.yAxis->coordToPixel(loss));
                QVERIFY2(!rect.adjusted(0, 2, 0, -2).contains(point),
                         qPrintable(QStringLiteral("epoch %1").arg(stats.epoch)));
            }
    }

    void extremesDoNotBreakIt()
    {
        LossChart chart;
        show(chart, 500, 300);
        for (const double loss : {0.0, 1e-300, 1e300, -5.0, kNaN}) {
            TrainingView view;
            view.run = 3;
            view.meanPredictorLoss = loss;
            view.curve = {{1, loss, loss, 0}};
            view.bestEpoch = 1;
            chart.setTraining({});
            chart.setTraining(view);
            QTest::qWait(40);
            QVERIFY(std::isfinite(chart.yAxis->range().lower));
            QVERIFY(chart.yAxis->range().upper > chart.yAxis->range().lower);
        }
    }

    void otherRunsAreDrawnBeside()
    {
        LossChart chart;
        chart.setTraining(fallingRun(40, 30, 7));
        const QCPRange before = chart.yAxis->range();
        RunCurve tall{
            5, QStringLiteral("run 5"), Qt::red, Qt::DashLine, {{1, 1, 0.5, 0}, {2, 1, kNaN, 0}, {60, 1, 0.02, 0}}};
        RunCurve own{7, QStringLiteral("run 7"), Qt::blue, Qt::SolidLine, fallingRun(40, 30, 7).curve};
        chart.setOverlays({tall, own});
        QCOMPARE(chart.overlays().drawn().size(), std::size_t(1));  // run 7 is the chart's own
        QVERIFY(chart.yAxis->range().upper >= 0.5 && before.upper < 0.5);
        QVERIFY(chart.xAxis->range().upper >= 60);
        chart.showEpoch(1);
        QVERIFY2(chart.hoverText().contains("run 5 0.5"), qPrintable(chart.hoverText()));
        chart.showEpoch(3);
        QVERIFY(!chart.hoverText().contains("run 5"));

        const ChartTable table = chart.table();
        QCOMPARE(table.columns.last(), QStringLiteral("run_5_validation_loss"));
        QCOMPARE(table.rows.size(), std::size_t(60));
        QCOMPARE(table.rows[0].last(), QStringLiteral("0.5"));
        QCOMPARE(table.rows[1].last(), QString());
        QCOMPARE(table.rows[59].last(), QStringLiteral("0.02"));
        QCOMPARE(table.rows[59].size(), table.columns.size());
        const auto legend = chart.legendEntries(lightTokens());
        QVERIFY(std::any_of(legend.begin(), legend.end(), [](const LegendEntry &entry) {
            return entry.text == "run 5" && entry.shape == LegendEntry::Shape::Dashes;
        }));

        chart.setOverlays({});
        QCOMPARE(chart.yAxis->range().upper, before.upper);
        chart.setTraining(fallingRun(20, 10, 5));
        chart.setOverlays({tall});
        QVERIFY(chart.overlays().drawn().empty());
    }
};

QTEST_MAIN(LossChartTest)
#include "loss_chart_test.moc"
