// The rating board, against an engine that only behaves.

#include <QTest>

#include <algorithm>

#include "core/store/model_file.h"
#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class RatingBoardTest : public QObject {
    Q_OBJECT

private slots:
    void ratingWaitsForAModelThenScores()
    {
        Fixture f;
        f.session->board().rate({QString::fromStdString(f.db.parent_path().string()), f.folder.path() + "/broken.png"});
        f.session->board().rateImage("not really a picture", "pasted");
        QVERIFY(f.waitFor([&] { return f.session->board().items().size() == kRows + 2; }));
        QTest::qWait(100);
        for (const RatedItem &item : f.session->board().items())
            QCOMPARE(item.state, RatedItem::State::Waiting);
        QCOMPARE(f.session->pageState(Page::Rate), PageState::Warning);

        const Model model = FakeEngine::tinyModel(0, 7);
        const auto file = f.folder.path().toStdString() + "/m.dankmodel";
        saveModel(model, file);
        f.session->rater().open(QString::fromStdString(file));
        QVERIFY(f.waitFor([&] {
            return std::ranges::none_of(f.session->board().items(),
                                        [](const RatedItem &i) { return i.state == RatedItem::State::Waiting; });
        }));
        int skipped = 0;
        for (const RatedItem &item : f.session->board().items()) {
            skipped += item.state == RatedItem::State::Skipped;
            QCOMPARE(item.epoch, 7);
            QVERIFY(item.untrained);
            QVERIFY(!item.live);
        }
        QCOMPARE(skipped, 1);
        QCOMPARE(f.engine->opened.load(), 1);  // one model, one session
        QCOMPARE(f.session->pageState(Page::Rate), PageState::Done);
        QVERIFY(f.session->actions().exportScores);
        QVERIFY(!f.session->board().items().front().thumbnail.isNull());
    }

    /// What is typed while an earlier caption is on its way counts in the end.
    void aCaptionMovesTheScore()
    {
        Fixture f;
        f.engine->rateMs = 5;
        RatingBoard &board = f.session->board();
        board.rateImage("not really a picture", "pasted");
        board.setCaption(0, "too early");
        QVERIFY(f.waitFor([&] { return board.items().size() == 1; }));
        QVERIFY(board.items()[0].caption.isEmpty());
        const auto file = f.folder.path().toStdString() + "/m.dankmodel";
        saveModel(FakeEngine::readingModel(), file);
        f.session->rater().open(QString::fromStdString(file));
        QVERIFY(f.waitFor([&] { return board.items()[0].state == RatedItem::State::Scored; }));
        QVERIFY(board.items()[0].readsCaptions && !board.items()[0].score.wordsAlone);
        const double alone = board.items()[0].score.dankness;

        for (const char *typed : {"a", "ab", "abc", "abcd"})
            board.setCaption(0, QString::fromLatin1(typed));
        board.setCaption(7, "no such picture");
        QCOMPARE(board.items()[0].state, RatedItem::State::Scored);  // the old score stays until then
        QVERIFY(f.waitFor([&] { return board.items()[0].score.dankness == 0.4; }));
        QCOMPARE(board.items()[0].score.imageAlone, std::optional(alone));
        QCOMPARE(board.items()[0].caption, QStringLiteral("abcd"));
        board.setCaption(0, {});
        QVERIFY(f.waitFor([&] { return board.items()[0].score.dankness == alone; }));
    }

    void clearIsUndone()
    {
        Fixture f;
        f.engine->rateMs = 5;
        f.session->board().rate({QString::fromStdString(f.db.parent_path().string())});
        QVERIFY(f.waitFor([&] { return f.session->board().items().size() == kRows; }));
        const auto file = f.folder.path().toStdString() + "/m.dankmodel";
        saveModel(FakeEngine::tinyModel(0, 7), file);
        f.session->rater().open(QString::fromStdString(file));
        QVERIFY(f.waitFor([&] { return f.session->board().items().front().state == RatedItem::State::Scored; }));
        f.session->board().clear();  // while others are being rated
        QVERIFY(f.session->board().items().empty());
        QTest::qWait(100);
        QVERIFY(f.session->board().items().empty());
        f.session->board().rateImage("bytes", "new one");
        f.session->workplace().undo().undo();
        QCOMPARE(f.session->board().items().size(), std::size_t(kRows + 1));
        QCOMPARE(f.session->board().items().back().name, QStringLiteral("new one"));
        QVERIFY(f.waitFor([&] {
            return std::ranges::all_of(f.session->board().items(),
                                       [](const RatedItem &i) { return i.state == RatedItem::State::Scored; });
        }));
    }

    void ratesWithSnapshotsUnlessAModelWasPicked()
    {
        Fixture f;
        QVERIFY(f.load());
        f.setEpochs(100000);
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.session->rater().model() && f.session->rater().model()->epoch >= 20; }));
        f.session->board().rateImage("bytes", "while training");
        QVERIFY(f.waitFor([&] { return f.session->board().items().front().state == RatedItem::State::Scored; }));
        QVERIFY(f.session->board().items().front().live);

        const auto file = f.folder.path().toStdString() + "/m.dankmodel";
        saveModel(FakeEngine::tinyModel(0, 3), file);
        f.session->rater().open(QString::fromStdString(file));
        QVERIFY(f.waitFor([&] { return f.session->rater().model()->run == 0; }));
        const auto epoch = f.session->chart().shown().curve.back().epoch;
        QVERIFY(f.waitForEpoch(epoch + 30));
        QCOMPARE(f.session->rater().model()->run, std::int64_t(0));
        f.session->rater().useRun(f.session->chart().shown().run);  // follow the training again
        QVERIFY(f.session->rater().model()->run != 0);
        f.session->jobs().stopAndKeep();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->rater().model(), f.session->evaluations().model());
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
        f.session->rater().open(QString::fromStdString(file));
        f.session->board().rate({QString::fromStdString(f.db.parent_path().string())});
        QVERIFY(f.waitFor([&] { return f.session->workplace().message().has_value(); }));
        QCOMPARE(f.session->workplace().message()->text, QStringLiteral("Other features."));
        QTest::qWait(150);
        QCOMPARE(tried, 1);
        QCOMPARE(f.session->pageState(Page::Rate), PageState::Warning);  // not busy for ever
        QCOMPARE(f.session->board().items().front().state, RatedItem::State::Waiting);
    }
};

QTEST_MAIN(RatingBoardTest)
#include "rating_board_test.moc"
