#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "core/feeds/feed_sample.h"
#include "ui/widgets/remembered_feeds.h"
#include "ui/widgets/window_settings.h"

using namespace dank;
using namespace dank::ui;

/// What the window keeps of how files are read.
class RememberedFeedsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_config.path()); }
    void init() { windowSettings()->clear(); }

    void comesBack()
    {
        QVERIFY(!rememberedColumns("a"));
        FeedMapping map;
        map.column(FeedField::Id) = "x, with a comma = and \"more\"";
        map.column(FeedField::Upvotes) = "\xc3\xa4\n\t@%1";
        map.column(FeedField::Title) = kNoColumn;
        QVERIFY(rememberColumns("a", map));
        QVERIFY(rememberColumns("b", {}));
        QCOMPARE(rememberedColumns("a")->columns, map.columns);
        QVERIFY(rememberedColumns("b")->empty());
        QVERIFY(!rememberedColumns("c"));
        map.column(FeedField::Id) = "z";
        QVERIFY(rememberColumns("a", map));
        QCOMPARE(rememberedColumns("a")->column(FeedField::Id), std::string("z"));
    }

    void nonsenseIsNothing()
    {
        for (const QVariant &value :
             {QVariant(), QVariant("x"), QVariant(QStringList{"1", "karma=x"}), QVariant(QStringList{"1", "id="}),
              QVariant(QStringList{"id=x"}), QVariant(QByteArray("\0\xff", 2))}) {
            windowSettings()->setValue("feedColumns/a", value);
            QVERIFY(!rememberedColumns("a"));
        }
    }

    void onlySoMany()
    {
        FeedMapping map;
        map.column(FeedField::Id) = std::string(1 << 20, 'n');
        QVERIFY(!rememberColumns("long", map));
        QVERIFY(!rememberedColumns("long"));
        for (int i = 0; i < 230; ++i)
            QVERIFY(rememberColumns(std::to_string(i), {}));
        const auto settings = windowSettings();
        settings->beginGroup("feedColumns");
        QCOMPARE(settings->childKeys().size(), 200);
        QVERIFY(!rememberedColumns("29") && rememberedColumns("30") && rememberedColumns("229"));
    }

    void folders()
    {
        QTemporaryDir folder;
        const std::filesystem::path images = folder.path().toStdString();
        rememberPictures("/a/db.json", images);
        QCOMPARE(rememberedPictures("/a/db.json"), images);
        QVERIFY(rememberedPictures("/b/db.json").empty());
        QVERIFY(folder.remove());
        QVERIFY(rememberedPictures("/a/db.json").empty());  // it is gone
        rememberPictures("/a/db.json", {});
        QVERIFY(rememberedPictures("/a/db.json").empty());
    }

private:
    QTemporaryDir m_config;
};

QTEST_GUILESS_MAIN(RememberedFeedsTest)
#include "remembered_feeds_test.moc"
