#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/hash.h"
#include "core/store/library.h"
#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;
using namespace dank;

/// `dank search` over a sample whose titles are replaced, with the text of one picture stored.
class TestCliSearch : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_db;
    QStringList m_ids;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    Outcome search(const QStringList &words) const
    {
        return runDank(QStringList{"--library", path("library"), "search", m_db} + words);
    }
    /// "id where" of each, in order.
    QStringList hits(const QStringList &words) const
    {
        QStringList list;
        const Outcome told = search(words + QStringList{"--json"});
        if (told.code != 0)
            return {QString::fromUtf8(told.err)};
        for (const QJsonValue &hit : told.json().array())
            list << hit["id"_L1].toString() + ' ' + hit["where"_L1].toString();
        return list;
    }
    bool write(const QJsonArray &rows) { return writeAll(m_db, QJsonDocument(rows).toJson()); }

private slots:
    void initTestCase()
    {
        const QString sample = makeSample(path("sample"), 80);
        QVERIFY(!sample.isEmpty());
        m_db = sample;
        const QJsonObject table = QJsonDocument::fromJson(readAll(sample)).object()["_default"_L1].toObject();
        QJsonArray rows;
        int upvotes = 10;
        for (const QJsonValue &value : table) {
            QJsonObject row = value.toObject();
            const QString id = row["id"_L1].toString();
            const QString file = path("sample/memes/" + id + ".png");
            if (m_ids.size() == 4 || !QFile::exists(file) || m_ids.contains(id))
                continue;
            m_ids << id;
            row["title"_L1] =
                QStringList{"One does not SIMPLY", "Es läuft", "a \x1b[31m\u202Ecat", ""}[m_ids.size() - 1];
            row["ups"_L1] = upvotes;
            upvotes *= 10;
            rows.append(row);
        }
        QCOMPARE(m_ids.size(), 4);
        QVERIFY(write(rows));
    }

    void titlesAlone()
    {
        QCOMPARE(hits({"simpl"}), QStringList{m_ids[0] + " title"});
        QCOMPARE(hits({"ÄUF"}), QStringList{m_ids[1] + " title"});
        QCOMPARE(hits({"s"}), (QStringList{m_ids[1] + " title", m_ids[0] + " title"}));  // most upvotes first
        QCOMPARE(hits({"s", "--limit", "1"}), QStringList{m_ids[1] + " title"});
        QVERIFY(hits({"\" OR a"}).isEmpty());
        const Outcome none = search({"mordor"});
        QCOMPARE(none.code, 0);
        QVERIFY2(none.out.startsWith("No meme of sample has \"mordor\"."), none.out);
        QVERIFY2(none.err.contains("Only titles were searched"), none.err);
        QVERIFY(!QFile::exists(path("library")));  // looking makes none
    }

    void textsToo()
    {
        {
            Library library = Library::open(path("library").toStdString());
            const std::string hash = hashFile(path("sample/memes/" + m_ids[0] + ".png").toStdString());
            const std::string text = std::string(200, '-') + "\nwalk into MORDOR, simply";
            library.texts().put("r", std::vector<TextStore::Entry>{{hash, {text, 0.9, {}}}});
        }
        QCOMPARE(hits({"mordor"}), QStringList{m_ids[0] + " text"});
        QCOMPARE(hits({"one", "mordor"}), QStringList{m_ids[0] + " both"});
        QCOMPARE(hits({"one mordor"}), QStringList{m_ids[0] + " both"});
        const Outcome table = search({"simply"});
        QVERIFY2(table.out.contains("One does not [SIMPLY]"), table.out);
        QVERIFY2(table.out.contains("in the picture: …") && table.out.contains("MORDOR, [simply]\n"), table.out);
        QVERIFY2(table.out.contains("1 of 4 memes."), table.out);
        QVERIFY2(!table.err.contains("Only titles"), table.err);
        const Outcome csv = search({"läuft", "--format", "csv"});
        QCOMPARE(csv.out, QString("id,title,upvotes,where,text\n%1,Es läuft,100,title,\n").arg(m_ids[1]).toUtf8());
    }

    /// A title that tries to write elsewhere on the terminal stays in its line.
    void titlesDisturbNothing()
    {
        const Outcome table = search({"cat"});
        QCOMPARE(table.code, 0);
        QVERIFY2(table.out.contains("a [31m[cat]\n") || table.out.contains("a [31m [cat]\n"), table.out);
        QVERIFY(!table.out.contains('\x1b') && !table.out.contains("\u202E"));
    }

    void oddTitles()
    {
        const QByteArray before = readAll(m_db);
        QJsonArray rows = QJsonDocument::fromJson(before).array();
        for (QJsonValueRef row : rows) {
            QJsonObject object = row.toObject();
            object.remove("title");
            row = object;
        }
        QVERIFY(write(rows));
        QVERIFY(hits({"a"}).isEmpty() || hits({"a"}).first().endsWith(" text"));
        for (QJsonValueRef row : rows) {
            QJsonObject object = row.toObject();
            object["title"_L1] = QString("x").repeated(1'000'000) + "🐸 same";
            row = object;
        }
        QVERIFY(write(rows));
        QCOMPARE(hits({"🐸"}).size(), 4);
        const Outcome table = search({"🐸"});
        QVERIFY2(table.out.size() < 2000 && table.out.contains("x[🐸] same"), table.out.left(2000));
        QVERIFY(writeAll(m_db, before));
    }

    void refuses()
    {
        const Outcome nothing = search({"  "});
        QCOMPARE(nothing.code, 2);
        QVERIFY2(nothing.err.contains("Say what to look for"), nothing.err);
        QCOMPARE(search({}).code, 2);
        QCOMPARE(runDank({"search", path("none.json"), "a"}).code, 1);
    }
};

QTEST_GUILESS_MAIN(TestCliSearch)
#include "cli_search_test.moc"
