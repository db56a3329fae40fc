#include <QDir>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/dank_process.h"
#include "tests/feeds/formats.h"

using namespace Qt::StringLiterals;
using namespace dank::test;

/// `dank inspect` on a file of each of the sources that the program knows.
class CliFormatsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString path(const QString &name) const { return m_folder.filePath(name); }

private slots:
    void initTestCase()
    {
        QVERIFY(QDir(m_folder.path()).mkdir(u"memes"_s));
        // A picture of one grey pixel: a BMP of 58 bytes.
        const QByteArray picture =
            QByteArray::fromHex("424d3a0000000000000036000000280000000100000001000000010018000000"
                                "00000400000000000000000000000000000000000000808080ff");
        QCOMPARE(picture.size(), 58);
        for (int i = 1; i <= 10; ++i)
            QVERIFY(writeAll(path(u"memes/m%1.png"_s.arg(i)), picture));
    }

    void inspects_data()
    {
        QTest::addColumn<int>("place");
        int place = 0;
        for (const FeedFormat &format : feedFormats())
            QTest::newRow(format.name) << place++;
    }
    void inspects()
    {
        QFETCH(int, place);
        const FeedFormat format = feedFormats()[static_cast<std::size_t>(place)];
        const QString file = path(QString::fromLatin1(format.file));
        QVERIFY(writeAll(file, format.bytes));
        const Outcome outcome = runDank({u"inspect"_s, file, u"--json"_s});
        QCOMPARE(outcome.code, 0);
        const QJsonObject inspected = outcome.object();
        QCOMPARE(inspected[u"layout"].toString(), format.layout);
        QStringList mapping;
        for (const char *field : {"id", "image", "upvotes", "title", "author", "group", "created", "label"})
            if (const QJsonValue column = inspected[u"mapping"][QLatin1String(field)]; column.isString())
                mapping << QLatin1String(field) + '=' + column.toString();
        QCOMPARE(mapping.join(' '), format.mapping);
        QCOMPARE(inspected[u"usable"].toInt(), format.usable);
        QCOMPARE(inspected[u"rows"].toInt(), format.usable + format.skipped);
        const QJsonArray skipped = inspected[u"skipped"].toArray();
        QCOMPARE(static_cast<int>(skipped.size()), format.skipped);
        if (format.upvotes) {
            QCOMPARE(inspected[u"upvotes"][u"max"].toInt(), format.usable * 100);
            if (format.skipped)
                QCOMPARE(skipped[0][u"reason"].toString(), u"upvotes_missing"_s);
        } else {
            QVERIFY(inspected[u"upvotes"].isNull());
            QCOMPARE(skipped[0][u"reason"].toString(), u"label_missing"_s);
            QCOMPARE(inspected[u"labels"][0][u"counts"][0].toInt(), 4);
        }
        if (format.skipped)
            QCOMPARE(skipped[1][u"reason"].toString(), u"image_missing"_s);
    }
};

QTEST_GUILESS_MAIN(CliFormatsTest)
#include "cli_formats_test.moc"
