#include <QDateTime>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "core/store/library.h"
#include "tests/app/dank_process.h"
#include "tests/ui/compared_runs.h"

using namespace Qt::StringLiterals;
using namespace dank;

/// `dank library` on a library with features, runs and models.
class TestCliLibrary : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString path(const QString &name) const { return m_folder->filePath(name); }
    Outcome library(const QStringList &words) const
    {
        return runDank(QStringList{"--library", path("library"), "library"} + words);
    }
    QStringList kinds(const Outcome &told) const
    {
        QStringList list;
        for (const QJsonValue &item : told.object()["items"_L1].toArray())
            list << item["kind"_L1].toString() + ' ' + item["backbone"_L1].toString();
        return list;
    }
    Library open() const { return Library::open(path("library").toStdString()); }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        test::recordComparedRuns(path("library").toStdString(), "/d/memes/db.json", "hash", 2, 3);
        Library made = open();
        const std::vector<float> values(300, 1.0F);
        const std::vector<FeatureStore::Entry> entries{{"a", values}, {"b", values}};
        made.features().put("other/warp/fp32/w-1", entries);
        made.features().put(made.runs().get(1).backbone, entries);
        made.runs().setModel(1, made.modelPath(1).string());
        made.facts().set("picture/a", "b");
    }

    void infoTellsWhatIsStored()
    {
        const Outcome told = library({"--json"});
        QCOMPARE(told.code, 0);
        QVERIFY2(kinds(told).contains("features other/warp/fp32/w-1") && kinds(told).contains("models "), told.out);
        double sum = 0;
        for (const QJsonValue &item : told.object()["items"_L1].toArray()) {
            sum += item["bytes"_L1].toDouble();
            if (item["backbone"_L1].toString() == "other/warp/fp32/w-1") {
                QCOMPARE(item["rows"_L1].toInt(), 2);
                QCOMPARE(item["bytes"_L1].toInt(), 2 * (300 * 4 + 1));
                QCOMPARE(item["last_used"_L1].toString(), QDateTime::currentDateTimeUtc().date().toString(Qt::ISODate));
            }
            if (item["kind"_L1].toString() == "models")
                QVERIFY(item["last_used"_L1].isNull() && item["backbone"_L1].isNull());
        }
        QCOMPARE(told.object()["bytes"_L1].toDouble(), sum);
        QCOMPARE(kinds(library({"info", "--json"})), kinds(told));
        const QByteArray text = library({}).out;
        QVERIFY2(text.contains("other/warp/fp32/w-1") && text.contains("last used"), text);
        const Outcome none = runDank({"--library", path("nowhere"), "library", "--json"});
        QCOMPARE(none.code, 0);
        QVERIFY(none.object()["items"_L1].toArray().isEmpty());
        QVERIFY(!QFileInfo::exists(path("nowhere")));
        QCOMPARE(runDank({"--library", path("nowhere"), "library", "vacuum"}).code, 1);
    }

    void pruneNamesWhatGoes()
    {
        QCOMPARE(library({"prune"}).code, 2);  // of what?
        QCOMPARE(library({"prune", "--kind", "models"}).code, 2);
        const Outcome dry = library({"prune", "--backbone", "other", "--dry-run", "--json"});
        QCOMPARE(dry.code, 0);
        QCOMPARE(kinds(dry), QStringList{"features other/warp/fp32/w-1"});
        QCOMPARE(dry.object()["dry_run"_L1].toBool(), true);
        QCOMPARE(open().features().hashes("other/warp/fp32/w-1").size(), std::size_t(2));
        QCOMPARE(kinds(library({"prune", "--unused-for", "1", "--json"})), QStringList{"facts "});  // all else is fresh
        const Outcome gone = library({"prune", "--backbone", "other"});
        QCOMPARE(gone.code, 0);
        QVERIFY2(gone.out.contains("freed") && gone.out.contains("dank library vacuum"), gone.out);
        QVERIFY(open().features().hashes("other/warp/fp32/w-1").empty());
        QVERIFY(library({"prune", "--backbone", "other"}).out.contains("Nothing of that kind"));
    }

    void whatAModelNeedsGoesOnlyWithAWord()
    {
        const std::string backbone = open().runs().get(1).backbone;
        const QStringList words{"prune", "--backbone", QString::fromStdString(backbone)};
        const Outcome refused = library(words);
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.out.contains("run 1") && refused.err.contains("--yes"), refused.out + refused.err);
        QCOMPARE(open().features().hashes(backbone).size(), std::size_t(2));
        QCOMPARE(library(words + QStringList{"--dry-run"}).code, 0);
        QCOMPARE(library(QStringList{"prune", "--to", "1B", "--json"}).code, 1);
        const Outcome told = library(words + QStringList{"--yes", "--json"});
        QCOMPARE(told.code, 0);
        QCOMPARE(told.object()["items"_L1][0]["models"_L1].toArray(), (QJsonArray{1}));
        QVERIFY(open().features().hashes(backbone).empty());
        QCOMPARE(open().runs().list().size(), std::size_t(2));
    }

    void vacuumTellsHowMuch()
    {
        {
            Library filled = open();
            const std::vector<float> values(100'000, 1.0F);
            for (const char *hash : {"c", "d", "e"})
                filled.features().put("other/warp/fp32/w-1", std::vector<FeatureStore::Entry>{{hash, values}});
        }
        QCOMPARE(library({"prune", "--kind", "features", "--backbone", "other"}).code, 0);
        const auto size = QFileInfo(path("library/library.sqlite")).size();
        const Outcome told = library({"vacuum", "--json"});
        QCOMPARE(told.code, 0);
        QVERIFY2(told.object()["bytes"_L1].toDouble() > 1'000'000, told.out);
        QVERIFY(QFileInfo(path("library/library.sqlite")).size() < size - 1'000'000);
        QVERIFY(library({"vacuum"}).out.contains("given back to the disk"));
    }
};

QTEST_GUILESS_MAIN(TestCliLibrary)
#include "cli_library_test.moc"
