// The moderation view: worked through by keys, each decision on the disk at once, figures that follow the slider.

#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QTableWidget>
#include <QTest>
#include <QToolButton>

#include "core/base/file.h"
#include "tests/ui/session_fixture.h"
#include "ui/evaluate/evaluate_page.h"
#include "ui/moderation/errors_by_group.h"
#include "ui/moderation/moderation_dialog.h"
#include "ui/moderation/moderation_list.h"
#include "ui/moderation/moderation_model.h"
#include "ui/moderation/moderation_picture.h"
#include "ui/moderation/threshold_chart.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

namespace {

const Label kLabel{"hateful", {"no", "yes"}};

/// The fixture's ten memes, judged; every second one is of the higher class. Without a label: by upvotes.
std::shared_ptr<const Evaluation> judged(const Label &label = kLabel)
{
    EvaluationInput input;
    for (int i = 0; i < kRows; ++i) {
        JudgedMeme meme;
        meme.id = 'm' + std::to_string(i + 1);
        meme.predicted = 0.05 + 0.1 * (i * 7 % kRows);
        meme.upvotes = i % 2;
        meme.actual = double(meme.upvotes);
        meme.group = i < 6 ? "x" : "y";
        input.memes.push_back(std::move(meme));
    }
    input.subset = "10 held-out memes";
    input.trainMean = 0.5;
    input.label = label;
    input.bootstrap.resamples = 20;
    input.permutation.permutations = 20;
    return std::make_shared<const Evaluation>(evaluate(std::move(input)));
}

/// A session with the dataset open, and the view on it.
struct View {
    Fixture fixture;
    std::unique_ptr<ModerationDialog> dialog;

    View()
    {
        if (!fixture.load())
            qFatal("The dataset is not loaded.");
        open();
    }
    void open()
    {
        dialog =
            std::make_unique<ModerationDialog>(*fixture.session, judged(), fixture.session->data().dataset(), nullptr);
        dialog->show();
    }
    ModerationList &list() const { return *dialog->findChild<ModerationList *>(); }
    ModerationModel &model() const { return *dialog->findChild<ModerationModel *>(); }
    int row() const { return list().currentIndex().row(); }
    QString text(const char *name) const { return dialog->findChild<QLabel *>(QLatin1String(name))->text(); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) const { QTest::keyClick(&list(), key, modifiers); }
    DecisionStore store() const { return {fixture.library, fixture.session->data().dataset()->contentHash(), kLabel}; }
};

}  // namespace

class ModerationTest : public QObject {
    Q_OBJECT

private slots:
    void theMostProbableComesFirst()
    {
        const View view;
        const ModerationModel &model = view.model();
        QCOMPARE(model.rowCount(), kRows);
        for (int row = 1; row < kRows; ++row)
            QVERIFY(model.meme(row - 1).predicted > model.meme(row).predicted);
        QCOMPARE(model.index(0).data(ModerationModel::IdRole).toString(), QStringLiteral("m8"));
        QCOMPARE(view.row(), 0);
    }

    void keysDecideAndMoveOn()
    {
        const View view;
        const MemeId first = view.model().meme(0).id, second = view.model().meme(1).id,
                     fourth = view.model().meme(3).id;
        view.press(Qt::Key_K);
        QVERIFY((view.store().load() == Decisions{{first, Decision::Keep}}));  // before anything else happens
        QCOMPARE(view.row(), 1);
        view.press(Qt::Key_R);
        view.press(Qt::Key_Right);
        view.press(Qt::Key_U);
        QVERIFY((view.store().load()
                 == Decisions{{first, Decision::Keep}, {second, Decision::Remove}, {fourth, Decision::Unsure}}));
        QCOMPARE(view.row(), 4);
        view.press(Qt::Key_Left);
        view.press(Qt::Key_Up);
        QCOMPARE(view.row(), 2);
        view.press(Qt::Key_Down);
        QCOMPARE(view.row(), 3);
        QVERIFY(view.text("decided").startsWith(QStringLiteral("3 of 10 decided: 1 keep, 1 remove, 1 unsure; ")));
        const auto labels = view.dialog->findChildren<QLabel *>();
        QVERIFY(std::ranges::any_of(labels, [](const QLabel *label) {
            return label->text().contains(QStringLiteral("no file is ever deleted"));
        }));
        // A key that is held down decides once.
        QKeyEvent held(QEvent::KeyPress, Qt::Key_K, Qt::NoModifier, QStringLiteral("k"), true);
        QCoreApplication::sendEvent(&view.list(), &held);
        QCOMPARE(view.store().load().size(), std::size_t(3));
        QCOMPARE(view.store().load().at(fourth), Decision::Unsure);
    }

    void theLastOneStays()
    {
        const View view;
        view.list().setCurrentIndex(view.model().index(kRows - 1));
        view.press(Qt::Key_R);
        QCOMPARE(view.row(), kRows - 1);
        QCOMPARE(view.model().decision(kRows - 1), std::optional(Decision::Remove));
    }

    void undoneAndDoneAgain()
    {
        const View view;
        view.press(Qt::Key_K);
        view.press(Qt::Key_R);
        view.list().setCurrentIndex(view.model().index(0));
        view.press(Qt::Key_U);  // another mind about the first
        const auto decisions = [&] { return std::pair(view.model().decision(0), view.model().decision(1)); };
        const std::optional keep(Decision::Keep), remove(Decision::Remove), unsure(Decision::Unsure);
        QVERIFY(decisions() == std::pair(unsure, remove));
        view.press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(decisions() == std::pair(keep, remove));
        QCOMPARE(view.row(), 0);
        view.press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(decisions() == std::pair(keep, std::optional<Decision>()));
        QCOMPARE(view.row(), 1);
        QCOMPARE(view.store().load().size(), std::size_t(1));
        view.press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(view.store().load().empty());
        for (int i = 0; i < 3; ++i)
            view.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(decisions() == std::pair(unsure, remove));
        QCOMPARE(view.store().load().size(), std::size_t(2));
    }

    void decisionsComeBack()
    {
        View view;
        view.press(Qt::Key_R);
        view.press(Qt::Key_K);
        view.dialog.reset();
        view.open();
        QCOMPARE(view.model().decision(0), std::optional(Decision::Remove));
        QCOMPARE(view.model().decision(1), std::optional(Decision::Keep));
        QCOMPARE(view.row(), 2);  // where one left off
        QVERIFY(view.text("decided").startsWith(QStringLiteral("2 of 10")));
    }

    void anotherWindowsDecisionsStay()
    {
        const View view;
        const MemeId theirs = view.model().meme(5).id;
        const DecisionChange change{theirs, Decision::Remove};
        view.store().change(std::span(&change, 1));
        view.press(Qt::Key_K);
        QCOMPARE(view.store().load().size(), std::size_t(2));
        QCOMPARE(view.model().decision(5), std::optional(Decision::Remove));
    }

    void aDamagedFileIsToldAndLeftAlone()
    {
        View view;
        view.press(Qt::Key_K);
        view.dialog.reset();
        const std::filesystem::path file = view.store().file();
        const std::string damaged = readTextFile(file, 1 << 20).substr(0, 40);
        writeFileAtomically(file, damaged);
        view.open();
        QVERIFY(view.dialog->findChild<QLabel *>(QStringLiteral("trouble"))->isVisible());
        QVERIFY(view.text("trouble").contains(QStringLiteral("cannot be used")));
        QVERIFY(!view.dialog->findChild<QPushButton *>(QStringLiteral("remove"))->isEnabled());
        view.press(Qt::Key_R);
        QCOMPARE(view.row(), 0);
        QVERIFY(!view.model().decision(0));
        QCOMPARE(readTextFile(file, 1 << 20), damaged);
    }

    void whatCannotBeStoredIsNotDecided()
    {
        const View view;
        QFile inTheWay(QString::fromStdString((view.fixture.library / "moderation").string()));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        view.press(Qt::Key_R);
        QCOMPARE(view.row(), 0);
        QVERIFY(!view.model().decision(0));
        QVERIFY(view.dialog->findChild<QLabel *>(QStringLiteral("trouble"))->isVisible());
        QVERIFY(inTheWay.remove());
        view.press(Qt::Key_R);
        QCOMPARE(view.model().decision(0), std::optional(Decision::Remove));
        QVERIFY(!view.dialog->findChild<QLabel *>(QStringLiteral("trouble"))->isVisible());
    }

    void figuresFollowTheSlider()
    {
        const View view;
        const auto evaluation = judged();
        auto *slider = view.dialog->findChild<QSlider *>(QStringLiteral("threshold"));
        auto *groups = view.dialog->findChild<QTableWidget *>(QStringLiteral("groupErrors"));
        QCOMPARE(slider->value(), qRound(evaluation->classes->threshold * 1000));
        // 0.75 and more: m8 (yes), m5 (no), m2 (yes).
        slider->setValue(750);
        QCOMPARE(view.model().flagged(), 3);
        QCOMPARE(view.text("precision"), QStringLiteral("67 %"));
        QCOMPARE(view.text("recall"), QStringLiteral("40 %"));
        QVERIFY2(view.text("meaning").contains(QStringLiteral("flags 300, of them 100 wrongly, and misses 300")),
                 qPrintable(view.text("meaning")));
        QCOMPARE(groups->item(0, 1)->text(), QStringLiteral("1 of 3"));
        QCOMPARE(groups->item(0, 2)->text(), QStringLiteral("2 of 3"));
        QCOMPARE(groups->item(1, 1)->text(), QStringLiteral("0 of 2"));
        QCOMPARE(groups->item(1, 2)->text(), QStringLiteral("1 of 2"));
        slider->setValue(1000);
        QCOMPARE(view.model().flagged(), 0);
        QCOMPARE(view.text("precision"), QStringLiteral("—"));
        QCOMPARE(view.text("recall"), QStringLiteral("0 %"));
        slider->setValue(0);
        QCOMPARE(view.model().flagged(), kRows);
        QCOMPARE(view.text("recall"), QStringLiteral("100 %"));
        emit view.dialog->findChild<ThresholdChart *>()->thresholdPicked(0.5);
        QCOMPARE(slider->value(), 500);
        QCOMPARE(view.model().flagged(), 5);
    }

    void errorsByGroupAgreeWithTheEvaluation()
    {
        const auto evaluation = judged();
        const ClassEvaluation &classes = *evaluation->classes;
        QVERIFY(!classes.groups.empty());
        QVERIFY(errorsAt(classes.groups, evaluation->memes, classes.threshold) == classes.groups);
    }

    void blurredUntilAsked()
    {
        const View view;
        const ModerationModel &model = view.model();
        QVERIFY(model.isBlurred(0) && model.isBlurred(1));
        view.press(Qt::Key_Space);
        QVERIFY(!model.isBlurred(0) && model.isBlurred(1));
        view.press(Qt::Key_Space);
        QVERIFY(model.isBlurred(0));
        view.press(Qt::Key_Space);
        view.press(Qt::Key_Down);
        QVERIFY(model.isBlurred(0) && model.isBlurred(1));  // one that was left is blurred again
        view.press(Qt::Key_B);
        QVERIFY(!model.isBlurred(0) && !model.isBlurred(9));
        QVERIFY(!view.dialog->findChild<QCheckBox *>(QStringLiteral("blur"))->isChecked());
        QVERIFY(view.store().load().empty());

        QImage stripes(160, 120, QImage::Format_RGB888);
        for (int y = 0; y < stripes.height(); ++y)
            for (int x = 0; x < stripes.width(); ++x)
                stripes.setPixelColor(x, y, x % 4 < 2 ? Qt::black : Qt::white);
        const QImage soft = blurred(stripes);
        QCOMPARE(soft.size(), stripes.size());
        for (int x = 0; x < soft.width(); ++x)
            QVERIFY(std::abs(qGray(soft.pixel(x, 60)) - 128) < 40);
        QVERIFY(blurred({}).isNull());
    }

    void theButtonIsThereForTwoClassesOnly()
    {
        Fixture fixture;
        QVERIFY(fixture.load());
        const std::unique_ptr<QWidget> page(makeEvaluatePage(*fixture.session));
        auto *button = page->findChild<QPushButton *>(QStringLiteral("moderate"));
        const auto model = std::make_shared<Model>(FakeEngine::tinyModel(1, 3));
        Evaluations &evaluations = fixture.session->evaluations();
        QVERIFY(button->isHidden());
        evaluations.show(judged({}), nullptr, model);
        QVERIFY(button->isHidden());
        evaluations.show(judged(Label{"humour", {"no", "a little", "very"}}), nullptr, model);
        QVERIFY(button->isHidden());
        evaluations.show(judged(), nullptr, model);
        QVERIFY(!button->isHidden());
        page->show();
        button->click();
        auto *dialog = page->findChild<ModerationDialog *>();
        QVERIFY(dialog && dialog->isVisible());
        dialog->close();
        evaluations.show(nullptr, nullptr, nullptr);
        QVERIFY(button->isHidden());
    }
};

QTEST_MAIN(ModerationTest)
#include "moderation_test.moc"
