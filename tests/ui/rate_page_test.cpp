// The Rate page: no score without what its model is worth.

#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QTableWidget>
#include <QTest>

#include <algorithm>

#include "core/store/model_file.h"
#include "tests/ui/session_fixture.h"
#include "ui/rate/rate_page.h"
#include "ui/rate/score_model.h"
#include "ui/rate/score_preview.h"
#include "ui/widgets/verdict_banner.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

namespace {

Judgement judgement(VerdictKind kind, const char *headline)
{
    return {kind,    headline,    "On them its order could be luck.", "477 held-out memes of reddit", "", 477, 0.136,
            -0.0512, std::nullopt};
}

const char *const kTold = "Spearman 0.14, R² −0.05 on 477 held-out memes of reddit";

struct RateFixture : Fixture {
    std::vector<Page> asked;
    std::unique_ptr<QWidget> page{makeRatePage(*session, [this](Page to) { asked.push_back(to); })};
    VerdictBanner *banner = page->findChild<VerdictBanner *>();
    QPushButton *action = banner ? banner->findChild<QPushButton *>() : nullptr;

    RateFixture()
    {
        page->resize(700, 560);
        page->show();
    }
    bool shows() const { return banner && banner->isVisible(); }
    QString says() const { return banner->accessibleName() + '|' + banner->accessibleDescription(); }
    bool open(const Model &model)
    {
        const std::string file = folder.path().toStdString() + "/m.dankmodel";
        saveModel(model, file);
        const auto before = session->rater().model();
        session->rater().open(QString::fromStdString(file));
        return waitFor([&] { return session->rater().model() != before; });
    }
    bool rate(const QString &name)
    {
        session->board().rateImage("bytes", name);
        return waitFor([&] { return session->board().items().back().state == RatedItem::State::Scored; });
    }
};

}  // namespace

class RatePageTest : public QObject {
    Q_OBJECT

private slots:
    void openedFilesSayWhatTheyAreWorth()
    {
        RateFixture f;
        QVERIFY(f.banner && f.action);
        QVERIFY(!f.shows());  // no model, no word

        Model model = FakeEngine::tinyModel(7, 3);
        model.judgement = judgement(VerdictKind::NoEvidence, "No evidence of learning.");
        QVERIFY(f.open(model));
        QVERIFY(f.shows());
        // Nobody here has that run, so the whole reason stands here.
        QCOMPARE(f.says(), QString("No evidence of learning.|On them its order could be luck."));
        QVERIFY(!f.action->isVisible());

        model.judgement = judgement(VerdictKind::LearnedSomething, "It learned <b>something</b>.");
        QVERIFY(f.open(model));
        QVERIFY(f.shows());
        QCOMPARE(f.says(), QString("It learned <b>something</b>.|") + kTold);
        for (const auto *label : f.banner->findChildren<QLabel *>())
            QVERIFY(label->text().isEmpty() || label->textFormat() == Qt::PlainText);

        model.judgement.reset();  // an older file
        QVERIFY(f.open(model));
        QVERIFY(f.shows());
        QVERIFY2(f.says().startsWith("Not judged.|"), qPrintable(f.says()));
        QVERIFY(!f.action->isVisible());
    }

    void aTrainedRunLeadsToItsReasons()
    {
        RateFixture f;
        f.engine->judgement = judgement(VerdictKind::NoEvidence, "No evidence of learning.");
        QVERIFY(f.load());
        f.setEpochs(3);
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->rater().model(); }));
        QVERIFY(f.shows());
        QCOMPARE(f.says(), QString("No evidence of learning.|%1. Take the scores below for guesses.").arg(kTold));
        QVERIFY(f.action->isVisible());
        QCOMPARE(f.action->text(), QString("See why"));
        QTest::mouseClick(f.action, Qt::LeftButton);
        QCOMPARE(f.asked, std::vector{Page::Evaluate});
        QCOMPARE(f.engine->evaluations.load(), 0);  // it is there already

        // A run from before models told: it can be judged now.
        f.engine->judgement.reset();
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->rater().model()->run == 2; }));
        QVERIFY2(f.says().startsWith("Not judged.|"), qPrintable(f.says()));
        QVERIFY(f.action->isVisible());
        QCOMPARE(f.action->text(), QString("Evaluate it"));
    }

    void whileItTrainsThereIsNoVerdict()
    {
        RateFixture f;
        f.engine->judgement = judgement(VerdictKind::LearnedSomething, "It learned something.");
        QVERIFY(f.load());
        f.setEpochs(100000);
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.session->rater().model() != nullptr; }));
        QVERIFY(f.shows());
        QVERIFY2(f.says().startsWith("Not judged yet.|"), qPrintable(f.says()));
        QVERIFY(!f.action->isVisible());
        QVERIFY(f.rate("while training"));
        f.session->jobs().stopAndKeep();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY2(f.says().startsWith("It learned something.|"), qPrintable(f.says()));
        QVERIFY(f.rate("afterwards"));
        // Each score keeps what was known of the model that gave it.
        QCOMPARE(f.session->board().items()[0].judgement, notJudgedYet());
        QCOMPARE(f.session->board().items()[1].judgement, *f.engine->judgement);
        const auto *model = f.page->findChild<ScoreModel *>();
        auto *board = f.page->findChild<QListView *>();
        QStringList told;
        for (int row = 0; row < 2; ++row) {
            board->setCurrentIndex(model->index(row));
            QTest::keyClick(board, Qt::Key_Space);
            auto *preview = f.page->findChild<ScorePreview *>();
            QVERIFY(preview);
            told << preview->findChild<QLabel *>(QStringLiteral("verdict"))->text();
            delete preview;
        }
        told.sort();
        QCOMPARE(told, QStringList({QString("It learned something. ") + kTold, "Not judged yet."}));
    }

    /// In the preview, by keyboard, without the keys that walk the board or close it.
    void aCaptionIsTyped()
    {
        RateFixture f;
        QVERIFY(f.open(FakeEngine::tinyModel(7, 3)) && f.rate("plain"));
        auto *board = f.page->findChild<QListView *>();
        const auto preview = [&] {
            board->setCurrentIndex(board->model()->index(0, 0));
            QTest::keyClick(board, Qt::Key_Space);
            return f.page->findChild<ScorePreview *>();
        };
        auto *first = preview();
        QVERIFY(first && !first->findChild<QLineEdit *>(QStringLiteral("caption"))->isVisible());
        QVERIFY(std::ranges::any_of(first->findChildren<QLabel *>(), [](const QLabel *label) {
            return label->isVisible() && label->text().contains(QStringLiteral("looks at pictures alone"));
        }));
        delete first;

        f.session->board().clear();
        QVERIFY(f.open(FakeEngine::readingModel()) && f.rate("with words"));
        auto *shown = preview();
        QVERIFY(shown);
        auto *caption = shown->findChild<QLineEdit *>(QStringLiteral("caption"));
        QVERIFY(caption->isVisible() && !caption->hasFocus() && !caption->accessibleName().isEmpty());
        caption->setFocus();
        QTest::keyClicks(caption, "two cats");
        QVERIFY(f.waitFor([&] { return f.session->board().items()[0].score.dankness == 0.8; }));
        QVERIFY(shown->isVisible());
        QCOMPARE(caption->text(), QStringLiteral("two cats"));
        QVERIFY(std::ranges::any_of(shown->findChildren<QLabel *>(), [](const QLabel *label) {
            return label->isVisible() && label->text().contains(QStringLiteral("words 0.80"));
        }));

        // Two are held against each other; Delete takes one away.
        auto *table = shown->findChild<QTableWidget *>();
        QTest::keyClick(caption, Qt::Key_Return);
        caption->selectAll();
        QTest::keyClicks(caption, "cat");
        QTest::keyClick(caption, Qt::Key_Return);
        QTRY_COMPARE(table->rowCount(), 2);
        QTRY_COMPARE(table->item(1, 1)->text(), QStringLiteral("0.30"));
        QCOMPARE(table->item(0, 0)->text(), QStringLiteral("two cats"));
        auto *verdict = shown->findChild<QLabel *>(QStringLiteral("captionsVerdict"));
        QVERIFY2(verdict->text().contains("no interval"), qPrintable(verdict->text()));
        table->setCurrentCell(1, 0);
        QTest::keyClick(table, Qt::Key_Delete);
        QTRY_COMPARE(table->rowCount(), 1);
        QVERIFY(shown->isVisible());
        delete shown;
        QCOMPARE(preview()->findChild<QLineEdit *>(QStringLiteral("caption"))->text(), QStringLiteral("cat"));
    }
};

QTEST_MAIN(RatePageTest)
#include "rate_page_test.moc"
