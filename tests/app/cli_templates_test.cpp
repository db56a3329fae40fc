#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/file.h"
#include "tests/app/dank_process.h"
#include "tests/image/made_memes.h"

using namespace Qt::StringLiterals;
using namespace dank;

/// `dank templates` over memes made of eight templates, three or four each, and twelve that stand alone.
class TestCliTemplates : public QObject {
    Q_OBJECT

private:
    static constexpr int kTemplates = 8, kAlone = 12;

    QTemporaryDir m_folder;
    QString m_db;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    Outcome templates(const QStringList &rest) const
    {
        return runDank(QStringList{"--library", path("library"), "templates"} + rest);
    }
    bool write(const QString &name, const std::vector<std::byte> &bytes) const
    {
        return writeAll(path(name),
                        {reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size())});
    }
    bool writeMeme(const QString &name, std::uint64_t base, std::uint64_t seed) const
    {
        return write(name, encodePng(madeMeme(madeTemplate(base), seed)));
    }

private slots:
    void initTestCase()
    {
        QVERIFY(QDir(m_folder.path()).mkpath("feed/memes") && QDir(m_folder.path()).mkpath("known"));
        QJsonArray rows;
        const auto row = [&](const QString &id) {
            rows.append(QJsonObject{{"id", id}, {"ups", 10 * rows.size()}, {"title", id}});
            return "feed/memes/" + id + ".png";
        };
        for (int base = 0; base < kTemplates; ++base)
            for (int k = 0; k < 3 + base % 2; ++k)
                QVERIFY(writeMeme(row(QString("t%1_%2").arg(base).arg(k)), base, mixSeed(base, k)));
        for (int i = 0; i < kAlone; ++i)
            QVERIFY(writeMeme(row(QString("alone%1").arg(i)), 1000 + i, i));
        QVERIFY(writeAll(path("feed/memes/broken.png"), readAll(path("feed/memes/t0_0.png")).left(4000)));
        rows.append(QJsonObject{{"id", "broken"}, {"ups", 1}, {"title", "broken"}});
        m_db = path("feed/db.json");
        QVERIFY(writeAll(m_db, QJsonDocument(rows).toJson()));

        QVERIFY(write("known/Distracted-Frog.png", encodePng(madeTemplate(3))));
        QVERIFY(write("known/boss_cat.jpg", encodeJpeg(madeTemplate(5), 80)));
        QVERIFY(write("known/white.png", encodePng(blankImage(200, 150, {255, 255, 255}))));
        QVERIFY(writeAll(path("known/notes.txt"), "no picture"));
        QVERIFY(writeAll(path("known/fake.jpg"), "no picture either"));
    }

    void findsThem()
    {
        const Outcome told = templates({m_db, "--json"});
        QVERIFY2(told.code == 0, told.err);
        const QJsonObject document = told.object();
        const QJsonArray found = document["templates"].toArray();
        QCOMPARE(found.size(), kTemplates);
        for (qsizetype i = 0; i < found.size(); ++i) {
            const QJsonObject one = found[i].toObject();
            QCOMPARE(one["name"].toString(), QString("template %1").arg(i + 1));
            const QJsonArray members = one["members"].toArray();
            QCOMPARE(one["size"].toInt(), members.size());
            QCOMPARE(members.size(), i < kTemplates / 2 ? 4 : 3);
            for (const QJsonValue &member : members)
                QCOMPARE(member.toString().section('_', 0, 0), members[0].toString().section('_', 0, 0));
            const QJsonArray interval = one["interval"].toArray();
            const double median = one["median_percentile"].toDouble();
            QVERIFY(interval[0].toDouble() <= median && median <= interval[1].toDouble());
            QVERIFY(!one["known"].toBool());
        }
        QVERIFY(document["threshold"].toInt() >= 8 && document["threshold"].toInt() <= 15);
        const QJsonObject distances = document["distances"].toObject();
        QCOMPARE(distances["edges"].toArray().size(), distances["counts"].toArray().size() + 1);
        int counted = 0;
        for (const QJsonValue &count : distances["counts"].toArray())
            counted += count.toInt();
        QCOMPARE(counted, kTemplates / 2 * 7 + kAlone);
        QCOMPARE(templates({m_db, "--json"}).out, told.out);  // from what is stored
    }

    void leastAndFormats()
    {
        QCOMPARE(templates({m_db, "--min", "4", "--json"}).object()["templates"].toArray().size(), kTemplates / 2);
        const Outcome csv = templates({m_db, "--min", "4", "--format", "csv"});
        QVERIFY2(csv.out.startsWith("name,size,median_percentile,percentile_low,percentile_high,known,members\n"
                                    "template 1,4,"),
                 csv.out);
        QCOMPARE(csv.out.count('\n'), kTemplates / 2 + 1);
        const Outcome table = templates({m_db});
        QVERIFY2(table.out.contains("template 8") && table.out.contains("one template up to here")
                     && table.out.contains("28 memes of 40 are of 8 templates."),
                 table.out);
        const Outcome none = templates({m_db, "--min", "9"});
        QVERIFY2(none.out.contains("No 9 memes or more of the 40 share a picture."), none.out);
    }

    void knownOnes()
    {
        const Outcome before = templates({"match", path("feed/memes/t3_0.png"), "--json"});
        QVERIFY2(before.code == 0 && before.err.contains("No template is known yet"), before.err);
        QVERIFY(before.json().array()[0].toObject()["template"].isNull());

        const Outcome added = templates({"add", path("known"), "--json"});
        QVERIFY2(added.code == 0, added.err);
        QCOMPARE(added.object()["added"].toInt(), 2);
        QCOMPARE(added.object()["skipped"].toArray().size(),
                 2);  // what is called a picture and is none, and a white one
        QVERIFY2(added.err.contains("fake.jpg") && added.err.contains("white.png: it is too plain"), added.err);
        QCOMPARE(templates({"add", path("known"), "--strict"}).code, 3);
        QCOMPARE(templates({"add", path("known"), "--json"}).object()["already"].toInt(), 2);
        QCOMPARE(templates({"list"}).out, QByteArray("boss cat\nDistracted Frog\n"));

        const QStringList given{path("feed/memes/t3_3.png"), path("feed/memes/alone2.png"), path("gone.png"),
                                path("feed/memes/t5_0.png")};
        const Outcome told = templates(QStringList{"match"} + given + QStringList{"--json"});
        QVERIFY2(told.code == 0, told.err);
        const QJsonArray matches = told.json().array();
        QCOMPARE(matches.size(), given.size());
        const QStringList expected{"Distracted Frog", "", "", "boss cat"};
        for (qsizetype i = 0; i < given.size(); ++i) {
            const QJsonObject match = matches[i].toObject();
            QCOMPARE(match["path"].toString(), given[i]);
            QCOMPARE(match["template"].toString(), expected[i]);
            QCOMPARE(match["template"].isNull(), expected[i].isEmpty());
            QCOMPARE(match["distance"].isDouble(), !expected[i].isEmpty());
            QVERIFY(match.contains("confidence"));
            QCOMPARE(match.contains("skipped"), i == 2);
        }
        QCOMPARE(templates(QStringList{"match"} + given + QStringList{"--strict"}).code, 3);
        const Outcome table = templates({"match", given[0], given[1]});
        QVERIFY2(table.out.contains("  Distracted Frog (distance ") && table.out.contains("  none that is known"),
                 table.out);
        const Outcome csv = templates(QStringList{"match"} + given + QStringList{"--format", "csv"});
        QVERIFY2(csv.out.startsWith("path,template,distance,confidence,skipped\n"), csv.out);

        // What is found takes their names.
        QStringList names;
        for (const QJsonValue &one : templates({m_db, "--json"}).object()["templates"].toArray())
            names << one["name"_L1].toString();
        QCOMPARE(names.size(), kTemplates);
        QVERIFY2(names.contains("Distracted Frog") && names.contains("boss cat"), qPrintable(names.join(' ')));
        QVERIFY2(names.contains("template 6") && !names.contains("template 7"), qPrintable(names.join(' ')));
    }

    void twoFilesOfOneName()
    {
        QVERIFY(QDir(m_folder.path()).mkpath("more/deep"));
        QVERIFY(write("more/Boss Cat.png", encodePng(madeTemplate(6))));
        QVERIFY(write("more/deep/boss-cat.png", encodePng(madeTemplate(7))));
        const Outcome added = templates({"add", path("more"), "--json"});
        QCOMPARE(added.object()["added"].toInt(), 0);
        QCOMPARE(added.object()["looks"].toInt(), 2);
        QVERIFY2(added.err.contains("counts as another look"), added.err);
        for (const QString meme : {"t5_0", "t6_0", "t7_0"})
            QCOMPARE(templates({"match", path("feed/memes/" + meme + ".png"), "--json"})
                         .json()
                         .array()[0]
                         .toObject()["template"]
                         .toString(),
                     QString("boss cat"));
        QCOMPARE(templates({"remove", "BOSS CAT", "--json"}).object()["known"].toInt(), 1);
        const Outcome twice = templates({"remove", "boss cat"});
        QVERIFY2(twice.code == 1 && twice.err.contains("dank templates list"), twice.err);
    }

    void refuses()
    {
        QCOMPARE(templates({}).code, 2);
        QCOMPARE(templates({m_db, "--min", "1"}).code, 2);
        QCOMPARE(templates({"add"}).code, 2);
        QCOMPARE(templates({path("none.json")}).code, 1);
        QVERIFY(QDir(m_folder.path()).mkpath("empty") && QDir(m_folder.path()).mkpath("bad"));
        const Outcome empty = templates({"add", path("empty")});
        QVERIFY2(empty.code == 1 && empty.err.contains("There is no picture"), empty.err);
        QVERIFY(writeAll(path("bad/a.jpg"), "no picture"));
        const Outcome bad = templates({"add", path("bad")});
        QVERIFY2(bad.code == 1 && bad.err.contains("no template was added"), bad.err);

        // A foreign file in the library is told of and left alone.
        const QString file = path("library/templates.json");
        const QByteArray before = readAll(file);
        QVERIFY(!before.isEmpty() && writeAll(file, "{\"version\": 99}"));
        for (const QStringList &call :
             {QStringList{m_db}, {"add", path("known")}, {"match", path("known/boss_cat.jpg")}, {"list"}}) {
            const Outcome foreign = templates(call);
            QVERIFY2(foreign.code == 1 && foreign.err.contains("newer program"), foreign.err);
        }
        QCOMPARE(readAll(file), QByteArray("{\"version\": 99}"));
        QVERIFY(writeAll(file, before));
    }
};

QTEST_GUILESS_MAIN(TestCliTemplates)
#include "cli_templates_test.moc"
