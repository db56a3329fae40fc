#include <QDir>
#include <QGraphicsScene>
#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/store/library.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/histogram_chart.h"
#include "ui/charts/loss_chart.h"
#include "ui/charts/number_text.h"
#include "ui/charts/scatter_chart.h"
#include "ui/charts/score_strip.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A curve that falls and then overfits, with its least validation loss at epoch `best`.
TrainingView fallingRun(int epochs, int best, std::int64_t run = 7)
{
    TrainingView view;
    view.run = run;
    view.config.epochs = 200;
    view.meanPredictorLoss = 0.0098;
    view.bestEpoch = best;
    for (int epoch = 1; epoch <= epochs; ++epoch) {
        const double wobble = 0.0004 * std::sin(epoch * 2.7) + 0.0003 * std::sin(epoch * 0.9);
        const double train = 0.005 + 0.031 * std::exp(-epoch / 28.0) + wobble;
        const double away = std::abs(epoch - best);
        const double validation = 0.0075 + 0.000008 * away + 0.027 * std::exp(-epoch / 26.0) + (epoch == best ? -0.001 : std::abs(wobble));
        view.curve.push_back({epoch, train, validation, 0.08});
    }
    return view;
}

std::shared_ptr<const Dataset> upvoteDataset(int count)
{
    std::vector<MemeRecord> records;
    for (int i = 0; i < count; ++i) {
        MemeRecord record;
        record.id = "m" + std::to_string(i);
        record.title = i % 7 == 0 ? "=cmd|' /C calc'!A0, \"quoted\"" : "meme number " + std::to_string(i);
        record.upvotes = std::int64_t(494 * std::exp(6.38 * std::pow((i + 0.5) / count, 1.6)));
        records.push_back(record);
    }
    return std::make_shared<const Dataset>(Dataset::fromRecords("/data/reddit-2018/db.json", std::move(records)));
}

std::shared_ptr<const Evaluation> someEvaluation(int count)
{
    auto evaluation = std::make_shared<Evaluation>();
    evaluation->subset = std::to_string(count) + " held-out memes";
    for (int i = 0; i < count; ++i) {
        const double actual = (i + 0.5) / count;
        const double predicted = std::clamp(0.25 + 0.5 * actual + 0.25 * std::sin(i * 12.9898) * std::sin(i * 3.1), 0.0, 1.0);
        evaluation->memes.push_back({"m" + std::to_string(i), predicted, actual, 500 + i * 100});
    }
    return evaluation;
}

/// Pictures for a person to look at, in the build folder.
void keepPicture(QWidget &widget, const QString &name)
{
    const QString folder = QStringLiteral(DANK_BIN "/../pictures");
    QDir().mkpath(folder);
    widget.grab().save(folder + QLatin1Char('/') + name + QStringLiteral(".png"));
}

void show(QWidget &widget, int width, int height)
{
    widget.resize(width, height);
    widget.show();
    QVERIFY(QTest::qWaitForWindowExposed(&widget));
    QTest::qWait(80);
}

}  // namespace

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
    }
    void numbersReadShort()
    {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(compactNumber(value), text);
    }

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
        const bool possible = std::any_of(losses.begin(), losses.end(), [](double x) { return x > 0 && std::isfinite(x); });
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

    void upvoteTicksAreRound()
    {
        HistogramChart chart;
        chart.setDataset(upvoteDataset(2383));
        QStringList labels;
        for (const auto &[at, label] : chart.upvotes()->ticks())
            labels << label;
        QVERIFY2(labels.contains(QStringLiteral("2k")) || labels.contains(QStringLiteral("1k")), qPrintable(labels.join(' ')));
        for (const QString &label : labels)
            QVERIFY(label.size() <= 4);
        show(chart, 560, 200);
        chart.upvotes()->showBin(0);
        QVERIFY2(chart.upvotes()->hoverText().startsWith(QStringLiteral("494 – ")), qPrintable(chart.upvotes()->hoverText()));
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

    void scatterNamesAndPicks()
    {
        ScatterChart chart;
        const auto evaluation = someEvaluation(48);
        chart.setEvaluation(evaluation, upvoteDataset(48), TargetKind::Percentile);
        show(chart, 420, 320);
        const auto &meme = evaluation->memes[10];
        const QPoint at(qRound(chart.xAxis->coordToPixel(meme.actual)), qRound(chart.yAxis->coordToPixel(meme.predicted)));
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
        QCOMPARE(chart.memeAt(QPoint(1, 1)), -1);
    }

    void stripCountsTheReference()
    {
        ScoreStrip strip;
        strip.setReference({-1.0f, 0.0f, 0.01f, 0.5f, 1.0f, 7.0f});
        QCOMPARE(strip.bars()[0], 3);
        QCOMPARE(strip.bars()[20], 1);
        QCOMPARE(strip.bars()[39], 2);
    }

    void exportsEveryFormat()
    {
        QTemporaryDir folder;
        LossChart chart;
        auto view = fallingRun(141, 104);
        view.curve[2].trainLoss = kNaN;
        chart.setTraining(view);
        chart.setProvenance({7, QStringLiteral("42"), QStringLiteral("reddit, 2018"), QStringLiteral("0123456789abcdef"),
                             QStringLiteral("inception_v3"), {}});
        const QString footer = QStringLiteral("run 7 · seed 42 · reddit, 2018 (01234567) · inception_v3 · Dank Learning " DANK_VERSION);
        QCOMPARE(chart.provenance().footer(), footer);
        const QColor before = chart.yAxis->tickLabelColor();

        ChartExportOptions options;
        for (int scale : {1, 2, 4}) {
            options.scale = scale;
            const QImage image = QImage::fromData(renderChart(chart, options), "PNG");
            QCOMPARE(image.size(), options.size * scale);
            QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));
            QCOMPARE(image.text(QStringLiteral("Description")), footer);
        }
        options.dark = true;
        QVERIFY(QImage::fromData(renderChart(chart, options), "PNG").pixelColor(2, 2).lightness() < 60);
        options.dark = false;

        options.format = ChartFormat::Svg;
        const QByteArray svg = renderChart(chart, options);
        QVERIFY(QSvgRenderer(svg).isValid());
        QXmlStreamReader reader(svg);
        QStringList texts;
        while (!reader.atEnd()) {
            if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == QLatin1String("text"))
                texts << reader.readElementText(QXmlStreamReader::IncludeChildElements).trimmed();
        }
        for (const QString &expected : {QStringLiteral("Loss of run 7"), QStringLiteral("training"), QStringLiteral("validation"),
                                        QStringLiteral("epoch"), QStringLiteral("best, epoch 104"),
                                        QStringLiteral("predict the mean 0.0098"), footer})
            QVERIFY2(texts.contains(expected), qPrintable(expected + QStringLiteral(" not in ") + texts.join('|')));

        options.format = ChartFormat::Pdf;
        const QByteArray pdf = renderChart(chart, options);
        QVERIFY(pdf.startsWith("%PDF-1."));
        QVERIFY(pdf.trimmed().endsWith("%%EOF"));
        QVERIFY(pdf.contains("/Font"));  // text, not curves or a picture
        QVERIFY(!pdf.contains("/Subtype /Image"));

        options.format = ChartFormat::Csv;
        const QString csv = QString::fromUtf8(renderChart(chart, options));
        const QStringList lines = csv.split('\n');
        QCOMPARE(lines[0], QStringLiteral("# Loss of run 7"));
        QCOMPARE(lines[1], QStringLiteral("# ") + footer);
        QCOMPARE(lines[2], QStringLiteral("epoch,train_loss,validation_loss,seconds"));
        QCOMPARE(lines.size(), 3 + 141 + 1);
        const QStringList third = lines[5].split(',');
        QCOMPARE(third[0], QStringLiteral("3"));
        QCOMPARE(third[1], QString());
        QCOMPARE(third[2].toDouble(), view.curve[2].validationLoss);
        // The window's own look is as it was.
        QCOMPARE(chart.yAxis->tickLabelColor(), before);
        QCOMPARE(chart.layer(QStringLiteral("hover"))->visible(), true);

        const QString file = folder.filePath(QStringLiteral("curve, né «1».SVG"));
        exportChart(chart, file, {chartFormatFor(file).value(), 1, false, {800, 500}});
        QVERIFY(QFileInfo(file).size() > 1000);
        QVERIFY_EXCEPTION_THROWN(exportChart(chart, folder.filePath("no/such/folder/x.png"), {}), Error);
        QVERIFY(!chartFormatFor(QStringLiteral("x.jpg")).has_value());
    }

    void titlesAreQuotedInCsv()
    {
        ScatterChart chart;
        chart.setEvaluation(someEvaluation(8), upvoteDataset(8), TargetKind::Percentile);
        ChartExportOptions options;
        options.format = ChartFormat::Csv;
        const QString csv = QString::fromUtf8(renderChart(chart, options));
        QVERIFY(csv.contains(QStringLiteral(",\"=cmd|' /C calc'!A0, \"\"quoted\"\"\"\n")));
    }

    void commandLineDrawsARun()
    {
        QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString());
        ChartExportRequest request{QStringLiteral("loss"), 1, folder.filePath("loss.svg"), path / "library"};
        std::int64_t run = 0;
        {
            Library library = Library::open(request.library);
            RunRecord record;
            record.dataset = (path / "nowhere" / "db.json").string();
            record.datasetHash = "abcdef0123456789";
            record.backbone = "classic";
            auto [number, lock] = library.createRun(record);
            run = number;
            for (const auto &stats : fallingRun(30, 20).curve)
                library.addEpoch(run, stats);
        }
        request.run = run;
        QCOMPARE(exportChartFromCommandLine(request), 0);
        QFile file(request.out);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().contains("abcdef01"));
        // Usage.
        auto wrong = request;
        wrong.chart = QStringLiteral("pie");
        QCOMPARE(exportChartFromCommandLine(wrong), 2);
        wrong = request;
        wrong.out = folder.filePath("x.gif");
        QCOMPARE(exportChartFromCommandLine(wrong), 2);
        wrong = request;
        wrong.run = 0;
        QCOMPARE(exportChartFromCommandLine(wrong), 2);
        // Failures: no such run, no such dataset, no model, no folder.
        wrong = request;
        wrong.run = 999;
        QCOMPARE(exportChartFromCommandLine(wrong), 1);
        wrong = request;
        wrong.chart = QStringLiteral("upvotes");
        QCOMPARE(exportChartFromCommandLine(wrong), 1);
        wrong.chart = QStringLiteral("scatter");
        QCOMPARE(exportChartFromCommandLine(wrong), 1);
        wrong = request;
        wrong.out = folder.filePath("no/folder/x.png");
        QCOMPARE(exportChartFromCommandLine(wrong), 1);
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
                exploding.curve.push_back({epoch, 1e14 * std::exp(-epoch / 45.0) + 9383, 6e13 * std::exp(-epoch / 50.0) + 4000, 0});
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
            strip.setScores({0.12, 0.38, 0.64, 0.81, 0.93});
            show(strip, 270, 90);
            keepPicture(strip, QStringLiteral("chart-strip") + suffix);
            if (mode == ThemeMode::Dark) {
                loss.setProvenance({7, "42", "reddit-2018", "0123456789abcdef", "inception_v3", {}});
                QDir().mkpath(QStringLiteral(DANK_BIN "/../pictures"));
                const QString base = QStringLiteral(DANK_BIN "/../pictures/export-loss.");
                for (const char *ending : {"png", "svg", "pdf"})
                    exportChart(loss, base + ending, {*chartFormatFor(base + ending), 2, false, {960, 600}});
            }
        }
    }
};

QTEST_MAIN(ChartsTest)
#include "charts_test.moc"
