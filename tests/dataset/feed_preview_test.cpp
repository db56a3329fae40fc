#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/error.h"
#include "core/dataset/dataset.h"
#include "core/dataset/feed_preview.h"

using namespace dank;

/// Ways of reading a file, tried on its first rows.
class TestFeedPreview : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::filesystem::path write(const QByteArray &bytes, const QString &name = "feed.csv") const
    {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write the test's file");
        return file.fileName().toStdString();
    }

private slots:
    void initTestCase()
    {
        // The smallest GIF.
        const QByteArray gif =
            QByteArray::fromHex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b");
        QVERIFY(QDir(m_folder.path()).mkpath("memes") && QDir(m_folder.path()).mkpath("elsewhere"));
        for (const char *name : {"memes/a.gif", "memes/b.gif", "elsewhere/c.gif"})
            write(gif, name);
        write("no picture", "memes/d.gif");
    }

    void asDatasetLoadJudges()
    {
        const std::filesystem::path file = write("x,y,z\na,5,one\nb,six,two\nc,7,three\nd,8,four\na,9,again\n");
        FeedPreview preview(file, {});
        FeedTrial trial = preview.attempt({}, 10, 1000, {});
        QCOMPARE(trial.rows, std::size_t(5));
        QCOMPARE(trial.usable, std::size_t(0));
        QVERIFY(!isEnough(trial.mapping, false));

        FeedOptions options{parseFeedMapping({"id=x", "upvotes=y", "title=z"}), {}};
        trial = preview.attempt(options, 3, 1000, {});
        const Dataset dataset = Dataset::load(file, {}, options);
        QCOMPARE(trial.usable, dataset.records().size());
        QCOMPARE(trial.usable, std::size_t(1));
        QCOMPARE(trial.first.size(), std::size_t(3));
        QCOMPARE(trial.first[0].id, std::string("a"));
        QCOMPARE(trial.first[0].upvotes, std::optional<std::int64_t>(5));
        QCOMPARE(trial.first[0].picture.filename().string(), std::string("a.gif"));
        QCOMPARE(trial.first[0].texts[static_cast<std::size_t>(FeedField::Title)], std::string("one"));
        QVERIFY(trial.first[0].problem.empty());
        // Its picture is there, its upvotes are not.
        QCOMPARE(trial.first[1].picture.filename().string(), std::string("b.gif"));
        QVERIFY(trial.first[1].problem.find("the text \"six\"") != std::string::npos);
        QVERIFY(trial.first[2].picture.empty());
        QCOMPARE(trial.examples[static_cast<std::size_t>(FeedField::Upvotes)], std::string("5"));
        std::size_t skipped = 0;
        for (const auto &[reason, count] : trial.skipped)
            skipped += count;
        QCOMPARE(skipped, dataset.skipped().size());

        options.images = m_folder.filePath("elsewhere").toStdString();
        trial = preview.attempt(options, 3, 1000, {});
        QCOMPARE(trial.first[2].picture.filename().string(), std::string("c.gif"));
        QCOMPARE(trial.usable, std::size_t(1));
        options.images = m_folder.filePath("nowhere").toStdString();
        QVERIFY_THROWS_EXCEPTION(Error, preview.attempt(options, 3, 1000, {}));
        options = {parseFeedMapping({"id=gone"}), {}};
        QVERIFY_THROWS_EXCEPTION(Error, preview.attempt(options, 3, 1000, {}));
    }

    void judgesNoMoreThanAsked()
    {
        FeedPreview preview(write("id,ups\na,1\nb,2\nc,3\n", "few.csv"), {});
        const FeedTrial trial = preview.attempt({}, 1, 2, {});
        QCOMPARE(trial.rows, std::size_t(2));
        QCOMPARE(trial.first.size(), std::size_t(1));
        QCOMPARE(trial.usable, std::size_t(2));
    }

    void stops()
    {
        FeedPreview preview(write("id,ups\na,1\n", "stop.csv"), {});
        JobContext job;
        job.cancel.cancel();
        QVERIFY_THROWS_EXCEPTION(Cancelled, preview.attempt({}, 1, 2, job));
    }
};

QTEST_GUILESS_MAIN(TestFeedPreview)
#include "feed_preview_test.moc"
