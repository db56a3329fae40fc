#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QMimeData>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <filesystem>

#include "core/base/error.h"
#include "core/base/version.h"
#include "core/store/library.h"
#include "tests/ui/chart_fixtures.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/loss_chart.h"
#include "ui/charts/scatter_chart.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class ChartExportTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void exportsEveryFormat()
    {
        QTemporaryDir folder;
        LossChart chart;
        auto view = fallingRun(141, 104);
        view.curve[2].trainLoss = kNaN;
        chart.setTraining(view);
        chart.setProvenance({7,
                             QStringLiteral("42"),
                             QStringLiteral("reddit, 2018"),
                             QStringLiteral("0123456789abcdef"),
                             QStringLiteral("inception_v3"),
                             {}});
        const QString footer =
            QStringLiteral("run 7 · seed 42 · reddit, 2018 (01234567) · inception_v3 · Dank Learning " DANK_VERSION);
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

        options.format = ChartFormat::Svg;
        const QByteArray svg = renderChart(chart, options);
        QVERIFY(QSvgRenderer(svg).isValid());
        QXmlStreamReader reader(svg);
        QStringList texts;
        while (!reader.atEnd()) {
            if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == QLatin1String("text"))
                texts << reader.readElementText(QXmlStreamReader::IncludeChildElements).trimmed();
        }
        for (const QString &expected :
             {QStringLiteral("Loss of run 7"), QStringLiteral("training"), QStringLiteral("validation"),
              QStringLiteral("epoch"), QStringLiteral("best, epoch 104"), QStringLiteral("predict the mean 0.0098"),
              footer})
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
        exportChart(chart, file, {chartFormatFor(file).value(), 1, {800, 500}});
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
        QVERIFY(csv.contains(QStringLiteral(",\"'=cmd|' /C calc'!A0, \"\"quoted\"\"\",")));
    }

    /// A dataset's folder may be named for a spreadsheet.
    void commentsHoldNoFormula()
    {
        ScatterChart chart;
        chart.setEvaluation(someEvaluation(8), nullptr, TargetKind::Percentile);
        ChartProvenance provenance;
        provenance.run = 7;
        provenance.dataset = QStringLiteral("memes,=cmd|' /C calc'!A0");
        chart.setProvenance(provenance);
        ChartExportOptions options;
        options.format = ChartFormat::Csv;
        const QStringList lines = QString::fromUtf8(renderChart(chart, options)).split('\n');
        QVERIFY2(lines[1].contains(QStringLiteral("memes,'=cmd|")), qPrintable(lines[1]));
    }

    void aChartIsCopiedAsPng()
    {
        LossChart chart;
        chart.setTraining(fallingRun(10, 5));
        copyChart(chart);
        const QMimeData *data = QApplication::clipboard()->mimeData();
        QVERIFY(data && data->data(QStringLiteral("image/png")).startsWith("\x89PNG"));
    }

    /// What the run's stored evaluation holds is drawn where its dataset is gone; what it does not hold is said.
    void aMissingDatasetLeavesTheStoredEvaluation()
    {
        QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString());
        ChartExportRequest request{{}, 0, {}, path / "library"};
        std::int64_t judged = 0, alone = 0, ungrouped = 0;
        {
            Library library = Library::open(request.library);
            RunRecord record;
            record.dataset = (path / "gone" / "db.json").string();
            record.datasetHash = "abcdef0123456789";
            record.backbone = "classic";
            judged = library.runs().create(record).first;
            alone = library.runs().create(record).first;
            ungrouped = library.runs().create(record).first;
            Evaluation evaluation = *someEvaluation(200);
            library.evaluations().put(ungrouped, evaluation);
            for (std::size_t i = 0; i < evaluation.memes.size(); ++i)
                evaluation.memes[i].group = i % 2 ? "cats" : "dogs";
            library.evaluations().put(judged, evaluation);
        }
        for (const char *chart : {"scatter", "calibration", "residuals", "baselines"}) {
            request.chart = QLatin1String(chart);
            request.out = folder.filePath(request.chart + ".csv");
            request.run = judged;
            QCOMPARE(exportChartFromCommandLine(request), 0);
            QFile file(request.out);
            QVERIFY(file.open(QIODevice::ReadOnly) && file.readAll().count('\n') > 2);
            request.run = alone;
            QCOMPARE(exportChartFromCommandLine(request), 1);
        }
        request.run = ungrouped;
        request.chart = QStringLiteral("residuals");
        QCOMPARE(exportChartFromCommandLine(request), 1);
        request.chart = QStringLiteral("scatter");
        QCOMPARE(exportChartFromCommandLine(request), 0);
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
            auto [number, lock] = library.runs().create(record);
            run = number;
            for (const auto &stats : fallingRun(30, 20).curve)
                library.runs().addEpoch(run, stats);
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
};

QTEST_MAIN(ChartExportTest)
#include "chart_export_test.moc"
