// The rating board, against an engine that only behaves.

#include <QTest>

#include <algorithm>

#include "core/base/hash.h"
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

    /// What was read in a picture is its caption until one is typed, and again when that is asked for.
    void whatWasReadIsTheCaption()
    {
        Fixture f;
        {
            Library library = Library::open(f.library);
            library.texts().put("r", std::vector<TextStore::Entry>{{hashText("bytes"), {"two\ncats", 0.9, {}}}});
        }
        const auto file = f.folder.path().toStdString() + "/m.dankmodel";
        saveModel(FakeEngine::readingModel(true), file);
        f.session->rater().open(QString::fromStdString(file));
        RatingBoard &board = f.session->board();
        board.rateImage("bytes", "read");
        board.rateImage("others", "not read");
        QVERIFY(f.waitFor([&] {
            return board.items().size() == 2 && std::ranges::all_of(board.items(), [](const RatedItem &i) {
                       return i.state == RatedItem::State::Scored;
                   });
        }));
        QCOMPARE(board.items()[0].caption, QStringLiteral("two cats"));
        QVERIFY(!board.items()[0].typed);
        QCOMPARE(board.items()[0].score.dankness, 0.8);
        QVERIFY(board.items()[1].caption.isEmpty() && board.items()[1].read.isEmpty());

        board.setCaption(0, {});  // without any words, though there are some
        QVERIFY(f.waitFor([&] { return !board.items()[0].score.wordsAlone; }));
        QVERIFY(board.items()[0].typed && board.items()[0].caption.isEmpty());
        board.setCaption(0, "dog");
        board.useWhatWasRead(0);  // while the dog is on its way
        QVERIFY(f.waitFor([&] { return board.items()[0].score.dankness == 0.8; }));
        QVERIFY(!board.items()[0].typed);
        QCOMPARE(board.items()[0].caption, QStringLiteral("two cats"));
    }

    void captionsAreCompared()
    {
        Fixture f;
        f.engine->rateMs = 5;
        const auto open = [&](const Model &model) {
            const auto file = f.folder.path().toStdString() + "/" + model.name + ".dankmodel";
            saveModel(model, file);
            f.session->rater().open(QString::fromStdString(file));
        };
        open(FakeEngine::readingModel());
        RatingBoard &board = f.session->board();
        board.rateImage("bytes", "picture");
        board.compareCaption(0, "too early");
        QVERIFY(f.waitFor([&] { return board.items()[0].state == RatedItem::State::Scored; }));
        QVERIFY(board.items()[0].compared.empty());
        for (const char *text : {"a", "abcd", "ab", "abcd", "  "})
            board.compareCaption(0, QString::fromLatin1(text));
        board.compareCaption(9, "no such picture");
        const auto &compared = board.items()[0].compared;
        QCOMPARE(compared.size(), std::size_t(3));
        const auto done = [&] {
            return std::ranges::all_of(compared, [](const ComparedCaption &one) { return one.score.has_value(); });
        };
        QVERIFY(f.waitFor(done));
        QCOMPARE(compared[0].text, QStringLiteral("abcd"));
        QCOMPARE(compared[0].score->dankness, 0.4);
        QCOMPARE(compared[2].text, QStringLiteral("a"));
        QVERIFY(board.items()[0].caption.isEmpty());  // they leave the picture's own score alone
        QVERIFY(!board.items()[0].score.wordsAlone);

        board.compareCaption(0, "abcdefgh");
        board.dropCaption(0, "abcd");  // while it is on its way
        QVERIFY(f.waitFor(done));
        QCOMPARE(compared.size(), std::size_t(3));
        QCOMPARE(compared[0].text, QStringLiteral("abcdefgh"));

        // Another model's scores never stand beside this one's.
        const auto first = board.items()[0].scoredBy;
        Model other = FakeEngine::readingModel();
        other.name = "other";
        open(other);
        QVERIFY(f.waitFor([&] { return f.session->rater().model()->name == "other"; }));
        const int before = f.engine->rated;
        board.setCaption(0, "cat");
        QVERIFY(f.waitFor([&] { return board.items()[0].scoredBy != first; }));
        QCOMPARE(f.engine->rated - before, 4);
        for (std::size_t i = 0; i < 2 * RatingBoard::kMostCompared; ++i)
            board.compareCaption(0, QString::number(i));
        QCOMPARE(compared.size(), RatingBoard::kMostCompared);
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
