#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QTableWidget>
#include <QTest>
#include <QTimer>

#include "session_fixture.h"
#include "ui/widgets/theme.h"
#include "ui/window/library_dialog.h"
#include "ui/window/main_window.h"

using namespace dank;
using namespace dank::ui;
using dank::test::Fixture;

namespace {

constexpr auto kOld = "vgg16/warp/fp32/w-1";

/// Features of two backbones; a run's model needs those of the first.
void fill(const Fixture &f)
{
    Library library = Library::open(f.library);
    const std::vector<float> values(1000, 1.0F);
    const std::vector<FeatureStore::Entry> entries{{"a", values}, {"b", values}};
    library.features().put(kOld, entries);
    library.features().put("resnet50/warp/fp32/w-2", entries);
    RunRecord run;
    run.backbone = kOld;
    const auto number = library.runs().create(run).first;
    library.runs().setState(number, RunState::Done);
    library.runs().setModel(number, library.modelPath(number).string());
}

int rowOf(const LibraryDialog &dialog, const QString &name)
{
    auto *table = const_cast<LibraryDialog &>(dialog).table();
    for (int row = 0; row < table->rowCount(); ++row)
        if (table->item(row, 0)->text().contains(name))
            return row;
    return -1;
}

/// Answers the question that is asked next.
void answer(const QString &button, QString *asked)
{
    QTimer::singleShot(0, qApp, [button, asked] {
        auto *box = qobject_cast<QMessageBox *>(QApplication::activeModalWidget());
        *asked = box ? box->text() + ' ' + box->informativeText() : QString("nothing was asked");
        if (!box)
            return;
        for (QAbstractButton *choice : box->buttons())
            if (choice->text().remove('&') == button)
                choice->click();
    });
}

}  // namespace

class LibraryDialogTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void listsWhatIsStored()
    {
        Fixture f;
        fill(f);
        LibraryDialog dialog(*f.session);
        QVERIFY(f.waitFor([&] { return rowOf(dialog, kOld) >= 0; }));
        QVERIFY(rowOf(dialog, "resnet50") >= 0 && rowOf(dialog, "models") > rowOf(dialog, "resnet50"));
        QCOMPARE(dialog.table()->item(rowOf(dialog, kOld), 1)->text(), QString("2"));
        QVERIFY(dialog.status().contains("in all"));
        QVERIFY(!dialog.freeButton()->isEnabled());
        dialog.table()->selectRow(rowOf(dialog, "models"));  // cannot be freed
        QVERIFY(!dialog.freeButton()->isEnabled());
        dialog.table()->selectRow(rowOf(dialog, kOld));
        QVERIFY(dialog.freeButton()->isEnabled());
        QVERIFY2(dialog.status().contains("no similar memes"), qPrintable(dialog.status()));
    }

    void freesAfterAsking()
    {
        Fixture f;
        fill(f);
        const auto stored = [&](const char *backbone) {
            return Library::open(f.library).features().hashes(backbone).size();
        };
        LibraryDialog dialog(*f.session);
        QVERIFY(f.waitFor([&] { return rowOf(dialog, kOld) >= 0; }));
        dialog.table()->selectRow(rowOf(dialog, kOld));
        QString asked;
        answer("Cancel", &asked);
        dialog.freeButton()->click();
        QVERIFY2(asked.contains(kOld) && asked.contains("run 1"), qPrintable(asked));
        QCOMPARE(dialog.keeper().work(), LibraryKeeper::Work::None);
        QCOMPARE(stored(kOld), std::size_t(2));
        const int told = f.changes[Change::Features];
        answer("Free", &asked);
        dialog.freeButton()->click();
        QVERIFY(f.waitFor([&] { return rowOf(dialog, kOld) < 0; }));
        QCOMPARE(stored(kOld), std::size_t(0));
        QCOMPARE(stored("resnet50/warp/fp32/w-2"), std::size_t(2));
        QVERIFY2(dialog.status().contains("freed"), qPrintable(dialog.status()));
        QVERIFY(f.changes[Change::Features] > told);  // the pages look anew
    }

    void compacts()
    {
        Fixture f;
        {
            Library library = Library::open(f.library);
            const std::vector<float> values(100'000, 1.0F);
            library.features().put(kOld, std::vector<FeatureStore::Entry>{{"a", values}, {"b", values}});
        }
        LibraryDialog dialog(*f.session);
        QVERIFY(f.waitFor([&] { return rowOf(dialog, kOld) >= 0; }));
        QVERIFY(!dialog.compactButton()->isEnabled());
        dialog.keeper().free({dialog.keeper().items().front()});
        QVERIFY(f.waitFor([&] { return dialog.compactButton()->isEnabled(); }));
        dialog.compactButton()->click();
        QVERIFY(f.waitFor([&] { return dialog.keeper().work() == LibraryKeeper::Work::None; }));
        QVERIFY(!dialog.keeper().failed());
        QVERIFY(!dialog.compactButton()->isEnabled());
        QVERIFY2(dialog.status().contains("given back"), qPrintable(dialog.status()));
    }

    void waitsForWhatIsRunning()
    {
        Fixture f;
        fill(f);
        QVERIFY(f.load());
        LibraryDialog dialog(*f.session);
        QVERIFY(f.waitFor([&] { return rowOf(dialog, kOld) >= 0; }));
        dialog.table()->selectRow(rowOf(dialog, kOld));
        QVERIFY(dialog.freeButton()->isEnabled());
        f.engine->epochMs = 50;
        f.setEpochs(500);
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.session->chart().shown().live; }));
        QVERIFY(!dialog.freeButton()->isEnabled());
        QVERIFY(dialog.status().startsWith("Wait until"));
        f.session->jobs().stopAndDiscard();
        QVERIFY(f.waitFor([&] { return f.settled() && dialog.freeButton()->isEnabled(); }));
    }

    void tellsWhatIsWrong()
    {
        Fixture f;
        LibraryDialog dialog(*f.session);
        QVERIFY(f.waitFor([&] { return dialog.keeper().work() == LibraryKeeper::Work::None; }));
        dialog.keeper().free({{.kind = "runs"}});
        QVERIFY(f.waitFor([&] { return dialog.keeper().failed(); }));
        QVERIFY2(dialog.status().contains("cannot be computed again"), qPrintable(dialog.status()));
    }

    void theMenuOpensIt()
    {
        Fixture f;
        MainWindow window(*f.session);
        auto *action = window.findChild<QAction *>("library");
        QVERIFY(action);
        action->trigger();
        auto *dialog = window.findChild<LibraryDialog *>();
        QVERIFY(dialog);
        dialog->reject();
        QTRY_VERIFY(!window.findChild<LibraryDialog *>());
    }
};

QTEST_MAIN(LibraryDialogTest)
#include "library_dialog_test.moc"
