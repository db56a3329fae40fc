// A file of each of the sources that the program knows, opened in the window.

#include "tests/feeds/formats.h"
#include "tests/ui/feed/feed_stage.h"

using namespace dank;
using namespace dank::test;

class FeedFormatsTest : public QObject {
    Q_OBJECT

private:
    FeedStage m_stage;

private slots:
    void opens_data()
    {
        QTest::addColumn<int>("place");
        int place = 0;
        for (const FeedFormat &format : feedFormats())
            QTest::newRow(format.name) << place++;
    }
    void opens()
    {
        QFETCH(int, place);
        const FeedFormat format = feedFormats()[static_cast<std::size_t>(place)];
        const QString file = m_stage.write(QString::fromLatin1(format.file), format.bytes);
        m_stage.f.session->data().open(file);
        QVERIFY(m_stage.opened(file));
        QVERIFY2(!m_stage.dialog(), "its columns are asked about");
        const auto dataset = m_stage.f.session->data().dataset();
        QCOMPARE(QString::fromStdString(dataset->source().layout), format.layout);
        QStringList mapping;
        for (std::size_t f = 0; f < kFeedFields; ++f)
            if (const std::string &column = dataset->source().mapping.columns[f]; !column.empty())
                mapping << QString::fromStdString(feedFieldName(static_cast<FeedField>(f)) + ('=' + column));
        QCOMPARE(mapping.join(' '), format.mapping);
        QCOMPARE(static_cast<int>(dataset->records().size()), format.usable);
        QCOMPARE(static_cast<int>(dataset->skipped().size()), format.skipped);
        QCOMPARE(dataset->hasUpvotes(), format.upvotes);
        for (int i = 0; i < format.usable; ++i) {
            const MemeRecord &meme = dataset->records()[static_cast<std::size_t>(i)];
            QCOMPARE(QString::fromStdString(meme.image.stem().string()), QString("m%1").arg(i + 1));
            QCOMPARE(static_cast<int>(meme.upvotes), format.upvotes ? (i + 1) * 100 : 0);
        }
    }
};

QTEST_MAIN(FeedFormatsTest)
#include "feed_formats_test.moc"
