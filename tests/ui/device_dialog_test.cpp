// The dialog behind the device chip: what it shows, its self-test through the session, stops, failures.

#include <QClipboard>
#include <QGuiApplication>
#include <QProgressBar>
#include <QPushButton>
#include <QTableWidget>
#include <QTest>

#include "core/engine/engine_text.h"
#include "session_fixture.h"
#include "ui/widgets/card.h"
#include "ui/widgets/theme.h"
#include "ui/window/device_dialog.h"
#include "ui/window/main_window.h"

using namespace dank;
using namespace dank::ui;
using dank::test::Fixture;
using State = DeviceCheck::State;

namespace {

QStringList labels(const QDialog &dialog)
{
    QStringList texts;
    for (const TextLabel *label : dialog.findChildren<TextLabel *>())
        texts << label->text();
    return texts;
}

QStringList rowOf(const QTableWidget &table, int row)
{
    QStringList texts;
    for (int column = 0; column < table.columnCount(); ++column)
        texts << table.item(row, column)->text();
    return texts;
}

}  // namespace

class DeviceDialogTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void showsTheDeviceAndWhy()
    {
        Fixture f;
        DeviceDialog dialog(*f.session);
        QVERIFY(f.waitFor([&] { return f.session->engine().info() != nullptr; }));
        const QStringList texts = labels(dialog);
        QVERIFY2(texts.contains("cpu: CPU"), qPrintable(texts.join('|')));
        QVERIFY2(texts.contains("cpu (no CUDA device was found)"), qPrintable(texts.join('|')));
        QVERIFY(texts.contains("not native on this processor"));
        QVERIFY(dialog.status().contains("half a minute"));
        QVERIFY(!dialog.copyButton()->isEnabled());
        QVERIFY(dialog.runButton()->isDefault());
    }

    void testsAndMeasures()
    {
        Fixture f;
        std::string tested;
        f.engine->onSelfTest = [&tested](const std::string &device) { tested = device; };
        BackboneRequest request = f.session->features().request();
        request.device = "cpu";
        f.session->features().setRequest(request);
        DeviceDialog dialog(*f.session);
        dialog.show();
        QTest::keyClick(&dialog, Qt::Key_Return);  // the default button
        QVERIFY(f.waitFor([&] { return f.session->studies().deviceCheck().state == State::Done; }));
        QCOMPARE(tested, std::string("cpu"));
        QCOMPARE(dialog.checks()->rowCount(), 4);
        QCOMPARE(rowOf(*dialog.checks(), 0), QStringList({"features inception_v3 fp32", "2.1e-06", "0.0001", "✓ ok"}));
        QCOMPARE(dialog.speeds()->rowCount(), 9);
        QCOMPARE(rowOf(*dialog.speeds(), 0),
                 QStringList({"pictures to features, Inception V3, fp32", "15.71 images/s"}));
        QCOMPARE(rowOf(*dialog.speeds(), 2)[1], QString("211 images/s"));
        QCOMPARE(dialog.status(), QString("✓ Every check holds."));
        // The command line's own lines.
        dialog.copyButton()->click();
        const QString copied = QGuiApplication::clipboard()->text();
        QVERIFY(copied.startsWith("Device          cpu: CPU\n"));
        QVERIFY(copied.contains(QString::fromStdString(selfTestText(f.session->studies().deviceCheck().checks))));
        QVERIFY(copied.contains("\nDevice cpu, 2 threads (LibTorch here has no CUDA)\n"));
        QVERIFY2(copied.contains("\ntraining step, gradient                    8.7e-08   1e-05  ok\n"),
                 qPrintable(copied));
        QVERIFY2(copied.contains("\nfirst score of a JPEG of 1080 pixels             70.10 ms\n"), qPrintable(copied));
        // It is still there for the next dialog.
        const DeviceDialog next(*f.session);
        QCOMPARE(next.text(), copied);
    }

    void wrongNumbersAreSaid()
    {
        Fixture f;
        f.engine->deviceIsWrong = true;
        DeviceDialog dialog(*f.session);
        dialog.runButton()->click();
        QVERIFY(f.waitFor([&] { return f.session->studies().deviceCheck().state == State::Done; }));
        QCOMPARE(rowOf(*dialog.checks(), 1).last(), QString("✗ WRONG"));
        QCOMPARE(rowOf(*dialog.checks(), 2).last(), QString("✓ ok"));
        QVERIFY2(dialog.status().startsWith("✗ The numbers of the device are not what"), qPrintable(dialog.status()));
    }

    void reportsAndCancels()
    {
        Fixture f;
        f.engine->holdBenchAt = 2;
        DeviceDialog dialog(*f.session);
        dialog.show();
        dialog.runButton()->click();
        QVERIFY(f.waitFor([&] {
            return f.session->studies().deviceCheck().done == 2 && f.session->studies().deviceCheck().measuring;
        }));
        QCOMPARE(dialog.status(), QString("Measuring: 2 of 9…"));
        QCOMPARE(dialog.runButton()->text(), QString("&Cancel"));
        auto *bar = dialog.findChild<QProgressBar *>();
        QVERIFY(bar->isVisible());
        QCOMPARE(bar->value(), 2);
        QVERIFY(dialog.checks()->isVisible());  // the self-test is over and told
        dialog.runButton()->click();
        QVERIFY(f.waitFor([&] { return f.session->studies().deviceCheck().state == State::Idle; }));
        QCOMPARE(f.engine->benching.load(), 0);
        QCOMPARE(dialog.status(), QString("✓ Every check holds; the measuring was stopped."));
        QCOMPARE(dialog.runButton()->text(), QString("&Run self-test"));
        QVERIFY(!dialog.speeds()->isVisible());
    }

    void escapeStops()
    {
        Fixture f;
        f.engine->holdBenchAt = 0;
        DeviceDialog dialog(*f.session);
        dialog.show();
        dialog.runButton()->click();
        QVERIFY(f.waitFor([&] { return f.engine->benching == 1; }));
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QVERIFY(!dialog.isVisible());
        QVERIFY(f.waitFor([&] { return f.engine->benching == 0 && !f.session->studies().deviceCheck().isBusy(); }));
        // So does the session's end.
        f.session->studies().checkDevice();
        QVERIFY(f.waitFor([&] { return f.engine->benching == 1; }));
        f.session.reset();
        QCOMPARE(f.engine->benching.load(), 0);
    }

    void waitsForATraining()
    {
        Fixture f;
        QVERIFY(f.load());
        f.engine->epochMs = 2;
        f.setEpochs(100'000);
        f.session->training().train();
        QVERIFY(f.waitForEpoch(2));
        DeviceDialog dialog(*f.session);
        QVERIFY(!dialog.runButton()->isEnabled());
        QVERIFY2(dialog.status().contains("wait"), qPrintable(dialog.status()));
        f.session->studies().checkDevice();
        QCOMPARE(f.session->studies().deviceCheck().state, State::Idle);
        f.session->jobs().stopAndKeep();
        QVERIFY(f.waitFor([&] { return dialog.runButton()->isEnabled(); }));
    }

    void failuresAreTold()
    {
        Fixture f;
        f.engine->onSelfTest = [](const std::string &) {
            throw Error(ErrorKind::Device, "There is no device cuda:7.");
        };
        DeviceDialog dialog(*f.session);
        dialog.runButton()->click();
        QVERIFY(f.waitFor([&] { return f.session->studies().deviceCheck().state == State::Failed; }));
        QCOMPARE(dialog.status(), QString("There is no device cuda:7."));
        QVERIFY(dialog.runButton()->isEnabled());
    }

    void theChipOpensIt()
    {
        Fixture f;
        MainWindow window(*f.session);
        window.resize(900, 600);
        window.show();
        QVERIFY(f.waitFor([&] { return f.session->engine().info() != nullptr; }));
        window.findChild<QAbstractButton *>("deviceChip")->click();
        auto *dialog = window.findChild<DeviceDialog *>();
        QVERIFY(dialog && dialog->isVisible());
        // However much it has to show, it stays in its window.
        dialog->move(window.x() + 40, window.y() + 300);
        dialog->runButton()->click();
        QVERIFY(f.waitFor([&] { return f.session->studies().deviceCheck().state == State::Done; }));
        QTRY_VERIFY(dialog->height() > 400);
        QTRY_VERIFY(window.frameGeometry().contains(dialog->frameGeometry()));
        for (QPushButton *button : dialog->findChildren<QPushButton *>())
            if (button->text().startsWith("Choose another"))
                button->click();
        QVERIFY(!dialog->isVisible());
        QCOMPARE(window.currentPage(), Page::Features);
    }
};

QTEST_MAIN(DeviceDialogTest)
#include "device_dialog_test.moc"
