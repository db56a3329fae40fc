#include "ui/lanes/thumbnails.h"

#include <QSignalSpy>
#include <QTest>

#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class ThumbnailsTest : public QObject {
    Q_OBJECT

private slots:
    void newestThumbnailFirst()
    {
        Fixture f;
        const auto memes = f.db.parent_path() / "memes";
        QVERIFY(f.session->thumbnails().get(memes / "m1.png").isNull());  // asked for before the engine is there
        f.session->thumbnails().get(memes / "m2.png");
        f.session->thumbnails().get(memes / "broken.png");
        f.session->thumbnails().get(memes / "m3.png");
        f.session->thumbnails().get(memes / "m3.png");
        QSignalSpy ready(&f.session->thumbnails(), &Thumbnails::ready);
        QVERIFY(f.waitFor([&] { return ready.size() == 3; }));
        QCOMPARE(f.engine->thumbnails.load(), 4);
        const QImage picture = f.session->thumbnails().get(memes / "m1.png");
        QCOMPARE(picture.deviceIndependentSize().toSize(), QSize(160, 80));
        f.session->thumbnails().get(memes / "broken.png");  // known to be of no use: not tried again
        QTest::qWait(80);
        QCOMPARE(f.engine->thumbnails.load(), 4);
        QCOMPARE(f.engine->thumbnailOrder().back(), std::string("m1.png"));  // asked for first, served last
    }

    void whatCouldNotBeReadIsTriedAgain()
    {
        Fixture f;
        const auto picture = f.db.parent_path() / "memes" / "m1.png";
        std::atomic_bool unplugged = true;
        f.engine->onThumbnail = [&] {
            if (unplugged)
                throw Error(ErrorKind::File, "The disk does not answer.", picture);
        };
        f.session->thumbnails().get(picture);
        QVERIFY(f.waitFor([&] { return f.engine->thumbnails == 1; }));
        QTest::qWait(80);
        unplugged = false;
        QVERIFY(f.waitFor([&] { return !f.session->thumbnails().get(picture).isNull(); }));
    }

    void refusedBytesAreTriedAgainWhenTheFileChanged()
    {
        Fixture f;
        const auto picture = f.db.parent_path() / "memes" / "broken.png";
        const auto write = [&](const QByteArray &bytes) {
            QFile file(toQString(picture));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        };
        write("no picture");
        f.session->thumbnails().get(picture);
        QVERIFY(f.waitFor([&] { return f.engine->thumbnails == 1; }));
        QTest::qWait(80);
        f.session->thumbnails().get(picture);
        QTest::qWait(80);
        QCOMPARE(f.engine->thumbnails.load(), 1);  // the same bytes are not asked about twice
        write("another picture");
        f.session->thumbnails().get(picture);
        QVERIFY(f.waitFor([&] { return f.engine->thumbnails == 2; }));
    }
};

QTEST_MAIN(ThumbnailsTest)
#include "thumbnails_test.moc"
