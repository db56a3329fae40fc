// "Reproduce the paper": starts, reports, cancels, and shows what the engine found.

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QTest>

#include "tests/ui/session_fixture.h"
#include "ui/charts/number_text.h"
#include "ui/charts/reproduction_chart.h"
#include "ui/train/reproduce_dialog.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;
using dank::test::Fixture;
using State = ReproductionJob::State;

namespace {

void setNumbers(ReproduceDialog &dialog, int seeds, int epochs)
{
    for (QSpinBox *box : dialog.findChildren<QSpinBox *>())
        box->setValue(box->accessibleName() == "Seeds" ? seeds : epochs);
}

QString cell(ReproduceDialog &dialog, int row, int column)
{
    return dialog.findChild<QTableWidget *>()->item(row, column)->text();
}

}  // namespace

class ReproduceDialogTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void showsTheTable()
    {
        Fixture f;
        const Dataset *given = f.session->data().dataset().get();
        f.engine->onReproduce = [&given](const Dataset *dataset) { given = dataset; };
        ReproduceDialog dialog(*f.session);
        dialog.show();
        // Before anything ran: the paper's numbers are there, and why they are what they are.
        QCOMPARE(dialog.findChild<QTableWidget *>()->rowCount(), 4);
        QCOMPARE(cell(dialog, 3, 1), QString("9383"));
        QVERIFY(dialog.explanation().startsWith("The network starts with weights and biases from N(0, 1)"));
        QCOMPARE(dialog.findChild<QComboBox *>()->count(), 1);  // no dataset is open

        dialog.startButton()->click();
        QVERIFY(f.waitFor([&] { return f.session->studies().reproduction().state == State::Done; }));
        QCOMPARE(given, nullptr);
        QCOMPARE(f.session->studies().reproduction().done, std::size_t(3000));
        QCOMPARE(dialog.findChild<QTableWidget *>()->columnCount(), 6);
        const int epochs[] = {10, 100, 500, 1000};
        for (int row = 0; row < 4; ++row) {
            QCOMPARE(cell(dialog, row, 0), groupedNumber(epochs[row]));
            QCOMPARE(cell(dialog, row, 1), lossText(paperLosses()[std::size_t(row)].loss, 4));
            for (int seed = 0; seed < 3; ++seed)
                QCOMPARE(cell(dialog, row, seed + 3),
                         lossText(test::FakeEngine::paperLoss(std::size_t(seed), epochs[row]), 4));
            QCOMPARE(cell(dialog, row, 2), QString("0.32"));
        }
        // One text for command line and window.
        QCOMPARE(dialog.explanation().toStdString(), explainReproduction(*f.session->studies().reproduction().result));
        const ChartTable chart = dialog.chart()->table();
        QCOMPARE(chart.rows.size(), std::size_t(1000));
        QStringList hundredth{"100"};
        for (std::size_t seed = 0; seed < 3; ++seed)
            hundredth << QString::number(test::FakeEngine::paperLoss(seed, 100), 'g', QLocale::FloatingPointShortest);
        QCOMPARE(chart.rows[99], hundredth + QStringList({"0.32", "1120687035136"}));
        dialog.chart()->showItem(99);
        QVERIFY(dialog.chart()->hoverText().contains("paper: 1.121e12"));
    }

    void worksOnTheDatasetAndOtherNumbers()
    {
        Fixture f;
        QVERIFY(f.load());
        const Dataset *given = nullptr;
        f.engine->onReproduce = [&given](const Dataset *dataset) { given = dataset; };
        ReproduceDialog dialog(*f.session);
        auto *source = dialog.findChild<QComboBox *>();
        QCOMPARE(source->count(), 2);
        source->setCurrentIndex(1);
        setNumbers(dialog, 1, 37);
        for (QPushButton *button : dialog.findChildren<QPushButton *>())
            if (button->text() == "&Copy as command")
                button->click();
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 "dank --threads 1 reproduce " + QString::fromStdString(f.db.string()) + " --seeds 1 --epochs 37");
        dialog.startButton()->click();
        QVERIFY(f.waitFor([&] { return f.session->studies().reproduction().state == State::Done; }));
        QCOMPARE(given, f.session->data().dataset().get());
        QCOMPARE(dialog.findChild<QTableWidget *>()->rowCount(), 2);  // 10, and the last
        QCOMPARE(cell(dialog, 1, 0), QString("37"));
        QCOMPARE(cell(dialog, 1, 1), QString("–"));
        // It is still there for the next dialog.
        ReproduceDialog next(*f.session);
        QCOMPARE(next.findChild<QTableWidget *>()->rowCount(), 2);
        QCOMPARE(next.findChild<QComboBox *>()->currentIndex(), 1);
    }

    void reportsAndCancels()
    {
        Fixture f;
        f.engine->paperEpochMs = 1;
        ReproduceDialog dialog(*f.session);
        dialog.show();
        setNumbers(dialog, 2, 100'000);
        dialog.startButton()->click();
        QVERIFY(f.waitFor([&] { return f.session->studies().reproduction().done > 40; }));
        QCOMPARE(dialog.startButton()->text(), QString("&Cancel"));
        QVERIFY2(dialog.status().contains("of 200,000"), qPrintable(dialog.status()));
        QVERIFY(!dialog.findChild<QSpinBox *>()->isEnabled());
        QVERIFY(dialog.findChild<QProgressBar *>()->isVisible());
        QVERIFY(!dialog.chart()->table().rows.empty());  // drawn as it comes
        QVERIFY(f.waitFor([&] { return f.session->studies().reproduction().secondsLeft.has_value(); }));
        QVERIFY2(dialog.status().contains("left"), qPrintable(dialog.status()));
        // Only one at a time.
        f.session->studies().reproduce(true, 1, 1);
        QCOMPARE(f.session->studies().reproduction().epochs, 100'000);
        dialog.startButton()->click();
        QVERIFY(f.waitFor([&] { return f.session->studies().reproduction().state == State::Idle; }));
        QCOMPARE(f.engine->reproducing.load(), 0);
        QCOMPARE(dialog.startButton()->text(), QString("&Start"));
    }

    void closingCancels()
    {
        Fixture f;
        f.engine->paperEpochMs = 1;
        {
            ReproduceDialog dialog(*f.session);
            dialog.show();
            setNumbers(dialog, 1, 100'000);
            dialog.startButton()->click();
            QVERIFY(f.waitFor([&] { return f.engine->reproducing == 1; }));
            dialog.close();
        }
        QVERIFY(f.waitFor([&] { return f.engine->reproducing == 0 && !f.session->studies().reproduction().isBusy(); }));
        // So does the session's end, whatever goes on.
        f.session->studies().reproduce(true, 100'000, 1);
        QVERIFY(f.waitFor([&] { return f.engine->reproducing == 1; }));
        f.session.reset();
        QCOMPARE(f.engine->reproducing.load(), 0);
    }

    void waitsForATraining()
    {
        Fixture f;
        QVERIFY(f.load());
        f.engine->epochMs = 2;
        f.setEpochs(100'000);
        f.session->training().train();
        QVERIFY(f.waitForEpoch(2));
        ReproduceDialog dialog(*f.session);
        QVERIFY(!dialog.startButton()->isEnabled());
        QVERIFY2(dialog.status().contains("training"), qPrintable(dialog.status()));
        f.session->studies().reproduce(true, 1, 1);
        QCOMPARE(f.session->studies().reproduction().state, State::Idle);
        f.session->jobs().stopAndKeep();
        QVERIFY(f.waitFor([&] { return dialog.startButton()->isEnabled(); }));
    }

    void failuresAreTold()
    {
        Fixture f;
        f.engine->onReproduce = [](const Dataset *) { throw Error(ErrorKind::Dataset, "Every meme has 0 upvotes."); };
        ReproduceDialog dialog(*f.session);
        dialog.startButton()->click();
        QVERIFY(f.waitFor([&] { return f.session->studies().reproduction().state == State::Failed; }));
        QCOMPARE(dialog.status(), QString("Every meme has 0 upvotes."));
        QVERIFY(dialog.startButton()->isEnabled());
    }
};

QTEST_MAIN(ReproduceDialogTest)
#include "reproduce_dialog_test.moc"
