#include <QTest>

#include "core/dataset/dataset.h"
#include "core/dataset/inspection.h"
#include "tests/dataset/pictures.h"

using namespace dank;
using namespace dank::test;

class InspectionTest : public QObject {
    Q_OBJECT

private slots:
    /// What is told of a file without keeping its memes is what a dataset of it holds.
    void inspectionAgreesWithTheDataset_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QByteArray lines, rows;
        for (int i = 0; i < 3'000; ++i) {  // more than the columns are guessed by
            const QByteArray id = i % 7 == 0
                                      ? QByteArray("gone") + QByteArray::number(i % 70)
                                      : QByteArray(1, char('a' + i % 20)) + (i < 20 ? "" : QByteArray::number(i));
            const QByteArray row = "{\"id\": \"" + id + "\", \"ups\": " + (i % 11 ? QByteArray::number(i * i) : "null")
                                   + ", \"media\": \"x/" + QByteArray(1, char('a' + i % 20))
                                   + ".png\", \"funny\": " + QByteArray::number(i % 3) + "}";
            lines += row + '\n';
            rows += (i ? ", " : "") + row;
        }
        QTest::newRow("JSON lines") << lines;
        QTest::newRow("JSON list") << '[' + rows + ']';
        QTest::newRow("tables") << "{\"a\": [" + rows + "], \"b\": [" + rows + "], \"c\": [{\"x\": 1}]}";
        QTest::newRow("upvotes unknown") << QByteArray(lines).replace("\"ups\"", "\"spam\"");
    }
    void inspectionAgreesWithTheDataset()
    {
        QFETCH(QByteArray, bytes);
        QList<QByteArray> names;
        for (int i = 0; i < 20; ++i)
            names << QByteArray(1, char('a' + i)) + ".png";
        const Pictures pictures(names);
        const std::filesystem::path file = pictures.write(bytes);
        const Dataset dataset = Dataset::load(file);
        const Inspection inspection = inspectMemes(file, {}, {});
        QCOMPARE(inspection.rows(), dataset.rows());
        QCOMPARE(inspection.file.hash, dataset.contentHash());
        QCOMPARE(inspection.file.path, dataset.path());
        QCOMPARE(inspection.file.hasUpvotes, dataset.hasUpvotes());
        QCOMPARE(inspection.file.source.mapping.columns, dataset.source().mapping.columns);
        QCOMPARE(inspection.file.source.tables.size(), dataset.source().tables.size());
        QVERIFY(inspection.labels == labelChoices(dataset.records()));
        QVERIFY(!inspection.labels.empty());
        QVERIFY(!dataset.records().empty() && !dataset.skipped().empty());
        QCOMPARE(inspection.upvotes.size(), dataset.records().size());
        for (std::size_t i = 0; i < inspection.upvotes.size(); ++i)
            QCOMPARE(inspection.upvotes[i], static_cast<double>(dataset.records()[i].upvotes));
        QCOMPARE(inspection.skipped.size(), dataset.skipped().size());
        for (std::size_t i = 0; i < inspection.skipped.size(); ++i)
            QVERIFY(inspection.skipped[i] == dataset.skipped()[i]);
    }
    void inspectionTellsHowFarItIs()
    {
        QByteArray lines;
        for (int i = 0; i < 150'000; ++i)
            lines += "{\"id\": \"" + QByteArray::number(i) + "\", \"ups\": 1, \"title\": \"a title of some length\"}\n";
        const Pictures pictures({});
        std::size_t done = 0, total = 0;
        JobContext job;
        job.progress = [&](const Progress &progress) {
            QVERIFY(progress.stage == "load" && progress.done >= done);
            done = progress.done;
            total = progress.total;
            if (done > 0 && done < 100'000)  // what the bytes promise that were read, in pieces of a megabyte
                QVERIFY2(total > 120'000 && total < 180'000, qPrintable(QString::number(total)));
        };
        QCOMPARE(inspectMemes(pictures.write(lines), {}, job).rows(), 150'000u);
        QCOMPARE(done, 150'000u);
        QCOMPARE(total, 150'000u);
    }
};

QTEST_GUILESS_MAIN(InspectionTest)
#include "inspection_test.moc"
