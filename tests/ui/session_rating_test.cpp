// Rating and thumbnails through the Session, against an engine that only behaves.

#include <QSignalSpy>
#include <QTest>

#include <algorithm>

#include "core/store/model_file.h"
#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class SessionRatingTest : public QObject {
    Q_OBJECT

private slots:
    void ratingWaitsForAModelThenScores()
    {
        Fixture f;
        f.session->rate({QString::fromStdString(f.db.parent_path().string()), f.folder.path() + "/broken.png"});
        f.session->rateImage("not really a picture", "pasted");
        QVERIFY(f.waitFor([&] { return f.session->scores().size() == kRows + 2; }));
        QTest::qWait(100);
        for (const RatedItem &item : f.session->scores())
            QCOMPARE(item.state, RatedItem::State::Waiting);
        QCOMPARE(f.session->pageState(Page::Rate), PageState::Warning);

        const Model model = FakeEngine::tinyModel(0, 7);
        const auto file = f.folder.path().toStdString() + "/m.dankmodel";
        saveModel(model, file);
        f.session->openModel(QString::fromStdString(file));
        QVERIFY(f.waitFor([&] {
            return std::ranges::none_of(f.session->scores(),
                                        [](const RatedItem &i) { return i.state == RatedItem::State::Waiting; });
        }));
        int skipped = 0;
        for (const RatedItem &item : f.session->scores()) {
            skipped += item.state == RatedItem::State::Skipped;
            QCOMPARE(item.epoch, 7);
            QVERIFY(item.untrained);
            QVERIFY(!item.live);
        }
        QCOMPARE(skipped, 1);
        QCOMPARE(f.engine->opened.load(), 1);  // one model, one session
        QCOMPARE(f.session->pageState(Page::Rate), PageState::Done);
        QVERIFY(f.session->actions().exportScores);
        QVERIFY(!f.session->scores().front().thumbnail.isNull());
    }

    void clearIsUndone()
    {
        Fixture f;
        f.engine->rateMs = 5;
        f.session->rate({QString::fromStdString(f.db.parent_path().string())});
        QVERIFY(f.waitFor([&] { return f.session->scores().size() == kRows; }));
        const auto file = f.folder.path().toStdString() + "/m.dankmodel";
        saveModel(FakeEngine::tinyModel(0, 7), file);
        f.session->openModel(QString::fromStdString(file));
        QVERIFY(f.waitFor([&] { return f.session->scores().front().state == RatedItem::State::Scored; }));
        f.session->clearScores();  // while others are being rated
        QVERIFY(f.session->scores().empty());
        QTest::qWait(100);
        QVERIFY(f.session->scores().empty());
        f.session->rateImage("bytes", "new one");
        f.session->undoStack()->undo();
        QCOMPARE(f.session->scores().size(), std::size_t(kRows + 1));
        QCOMPARE(f.session->scores().back().name, QStringLiteral("new one"));
        QVERIFY(f.waitFor([&] {
            return std::ranges::all_of(f.session->scores(),
                                       [](const RatedItem &i) { return i.state == RatedItem::State::Scored; });
        }));
    }

    void ratesWithSnapshotsUnlessAModelWasPicked()
    {
        Fixture f;
        QVERIFY(f.load());
        f.setEpochs(100000);
        f.session->train();
        QVERIFY(f.waitFor([&] { return f.session->ratingModel() && f.session->ratingModel()->epoch >= 20; }));
        f.session->rateImage("bytes", "while training");
        QVERIFY(f.waitFor([&] { return f.session->scores().front().state == RatedItem::State::Scored; }));
        QVERIFY(f.session->scores().front().live);

        const auto file = f.folder.path().toStdString() + "/m.dankmodel";
        saveModel(FakeEngine::tinyModel(0, 3), file);
        f.session->openModel(QString::fromStdString(file));
        QVERIFY(f.waitFor([&] { return f.session->ratingModel()->run == 0; }));
        const auto epoch = f.session->training().curve.back().epoch;
        QVERIFY(f.waitForEpoch(epoch + 30));
        QCOMPARE(f.session->ratingModel()->run, std::int64_t(0));
        f.session->rateWithRun(f.session->training().run);  // follow the training again
        QVERIFY(f.session->ratingModel()->run != 0);
        f.session->stopAndKeep();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->ratingModel(), f.session->evaluatedModel());
    }

    void ratingThatCannotOpenIsSaidOnce()
    {
        Fixture f;
        int tried = 0;
        f.engine->onOpenRating = [&tried] {
            ++tried;
            throw Error(ErrorKind::Mismatch, "Other features.");
        };
        const auto file = f.folder.path().toStdString() + "/m.dankmodel";
        saveModel(FakeEngine::tinyModel(0, 7), file);
        f.session->openModel(QString::fromStdString(file));
        f.session->rate({QString::fromStdString(f.db.parent_path().string())});
        QVERIFY(f.waitFor([&] { return f.session->message().has_value(); }));
        QCOMPARE(f.session->message()->text, QStringLiteral("Other features."));
        QTest::qWait(150);
        QCOMPARE(tried, 1);
        QCOMPARE(f.session->pageState(Page::Rate), PageState::Warning);  // not busy for ever
        QCOMPARE(f.session->scores().front().state, RatedItem::State::Waiting);
    }

    void newestThumbnailFirst()
    {
        Fixture f;
        const auto memes = f.db.parent_path() / "memes";
        QVERIFY(f.session->thumbnail(memes / "m1.png").isNull());  // asked for before the engine is there
        f.session->thumbnail(memes / "m2.png");
        f.session->thumbnail(memes / "broken.png");
        f.session->thumbnail(memes / "m3.png");
        f.session->thumbnail(memes / "m3.png");
        QSignalSpy ready(f.session.get(), &Session::thumbnailReady);
        QVERIFY(f.waitFor([&] { return ready.size() == 3; }));
        QCOMPARE(f.engine->thumbnails.load(), 4);
        const QImage picture = f.session->thumbnail(memes / "m1.png");
        QCOMPARE(picture.deviceIndependentSize().toSize(), QSize(160, 80));
        f.session->thumbnail(memes / "broken.png");  // known to be of no use: not tried again
        QTest::qWait(80);
        QCOMPARE(f.engine->thumbnails.load(), 4);
        QCOMPARE(f.engine->thumbnailOrder().back(), std::string("m1.png"));  // asked for first, served last
    }
};

QTEST_MAIN(SessionRatingTest)
#include "session_rating_test.moc"
