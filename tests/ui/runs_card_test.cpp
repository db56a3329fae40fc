#include <QAbstractItemModel>
#include <QAction>
#include <QDir>
#include <QFile>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "compared_runs.h"
#include "session_fixture.h"
#include "ui/charts/loss_chart.h"
#include "ui/runs/runs_card.h"
#include "ui/train/train_page.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::test;

namespace {

/// A session on a library of compared runs, and the Train page on it.
struct Compared : Fixture {
    explicit Compared(int count, int epochs = 12)
    {
        session.reset();
        recordComparedRuns(library, db.string(), Dataset::load(db).contentHash(), count, epochs);
        open();
        page.reset(makeTrainPage(*session));
        card = page->findChild<RunsCard *>();
        chart = page->findChild<LossChart *>();
    }
    ~Compared() { page.reset(); }

    QStringList column(int which) const
    {
        QStringList texts;
        const QAbstractItemModel *shown = card->view()->model();
        for (int row = 0; row < shown->rowCount(); ++row)
            texts << shown->index(row, which).data().toString();
        return texts;
    }
    QStringList shownColumns() const
    {
        QStringList keys;
        for (int i = 0; i < card->model()->columnCount(); ++i)
            if (!card->view()->isColumnHidden(i))
                keys << card->model()->columnKey(i);
        return keys;
    }
    QAction *action(const QString &text) const
    {
        for (QAction *action : card->view()->actions())
            if (action->text() == text)
                return action;
        return nullptr;
    }

    std::unique_ptr<QWidget> page;
    RunsCard *card = nullptr;
    LossChart *chart = nullptr;
};

}  // namespace

class RunsCardTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_config.isValid());
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_config.path());
        applyTheme(*qApp, ThemeMode::Light);
    }

    void figuresAreShown()
    {
        Compared f(6);
        const RunsModel &model = *f.card->model();
        const auto text = [&](int run, int column) { return model.index(model.rowOf(run), column).data().toString(); };
        QCOMPARE(text(2, RunsModel::Verdict), QString("no evidence of learning"));
        QCOMPARE(text(2, RunsModel::Within), QString("0.22"));
        QCOMPARE(text(2, RunsModel::Spearman), QString("0.44"));
        QCOMPARE(text(4, RunsModel::R2), QString(QChar(0x2212)) + "0.05");
        QCOMPARE(text(5, RunsModel::Verdict), QString());  // never judged
        QCOMPARE(text(1, RunsModel::Within), QString());
        QVERIFY(!model.index(model.rowOf(2), RunsModel::Locked).data(Qt::DecorationRole).isNull());
        QCOMPARE(model.index(model.rowOf(2), RunsModel::Locked).data(Qt::AccessibleTextRole).toString(),
                 QString("locked"));
    }

    void sortsByEveryColumn()
    {
        Compared f(7);
        RunsModel &model = *f.card->model();
        for (int column = 0; column < model.columnCount(); ++column)
            for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
                f.card->view()->sortByColumn(column, order);
                const QAbstractItemModel *shown = f.card->view()->model();
                bool ended = false;
                for (int row = 1; row < shown->rowCount(); ++row) {
                    const QVariant a = shown->index(row - 1, column).data(RunsModel::SortRole);
                    const QVariant b = shown->index(row, column).data(RunsModel::SortRole);
                    ended = ended || !a.isValid();
                    QVERIFY2(!ended || !b.isValid(), "what is not there stands last");
                    if (!b.isValid())
                        continue;
                    const auto order2 = QVariant::compare(a, b);
                    QVERIFY(order == Qt::AscendingOrder ? order2 <= 0 : order2 >= 0);
                }
            }
        f.card->view()->sortByColumn(RunsModel::Spearman, Qt::DescendingOrder);
        QCOMPARE(f.column(RunsModel::Run).first(), QString("run 6"));
    }

    void searchFindsWordsAndSettings()
    {
        Compared f(6);
        f.card->setSearch("baseline");
        QCOMPARE(f.column(RunsModel::Run), QStringList{"run 1"});
        QCOMPARE(f.card->chosen(), 1);
        f.card->setSearch("dropout=0.5");
        QCOMPARE(f.column(RunsModel::Run), (QStringList{"run 6", "run 2"}));
        f.card->setSearch("Dropout=0.5 LEARNED");
        QCOMPARE(f.column(RunsModel::Run), QStringList{});
        f.card->setSearch("classic failed");
        QCOMPARE(f.column(RunsModel::Run), QStringList{"run 6"});
        f.card->setSearch("0.5");  // no setting is meant
        QVERIFY(!f.column(RunsModel::Run).contains("run 2"));
        f.card->setSearch("");
        QCOMPARE(f.column(RunsModel::Run).size(), 6);
    }

    void differencesOnlyHidesWhatIsEqual()
    {
        Compared f(3);
        const QStringList before = f.shownColumns();
        QVERIFY(!before.contains("dropout"));
        f.card->setDifferencesOnly(true);
        QStringList extra = f.shownColumns();
        for (const QString &key : before)
            extra.removeOne(key);
        QCOMPARE(extra, (QStringList{"dropout", "learning_rate", "seed"}));
        f.card->setSearch("dropout=0.2");  // of those shown: runs 1 and 3
        QVERIFY(!f.shownColumns().contains("dropout"));
        QVERIFY(f.shownColumns().contains("learning_rate"));
        f.card->setSearch("dropout=0.5");  // alone, nothing differs
        QVERIFY(!f.shownColumns().contains("seed"));
        f.card->setSearch("");
        f.card->setDifferencesOnly(false);
        QCOMPARE(f.shownColumns(), before);
    }

    void tickedRunsAreDrawn()
    {
        Compared f(6);
        f.session->runs().show(1);
        QCOMPARE(f.chart->overlays().drawn().size(), std::size_t(0));
        for (const int run : {1, 2, 4})
            f.card->model()->setTicked(run, true);
        // Run 1 is drawn already.
        auto drawn = f.chart->overlays().drawn();
        QCOMPARE(drawn.size(), std::size_t(2));
        QCOMPARE(drawn[0]->name, QString("run 4, another loss or target"));
        QCOMPARE(drawn[1]->name, QString("run 2"));
        QVERIFY(drawn[0]->colour != drawn[1]->colour);
        QCOMPARE(drawn[1]->curve.size(), std::size_t(12));
        QCOMPARE(drawn[1]->colour, runColour(lightTokens(), 2));
        f.session->runs().show(4);
        QCOMPARE(f.chart->overlays().drawn().size(), std::size_t(2));  // 2 and now 1
        const ChartTable table = f.chart->table();
        QVERIFY(table.columns.contains("run_2_validation_loss"));
        QCOMPARE(table.rows.front().size(), table.columns.size());
        QStringList names;
        for (const LegendEntry &entry : f.chart->legendEntries(lightTokens()))
            names << entry.text;
        QVERIFY(names.join('|').contains("run 2"));
        // One in the trash is drawn no more.
        f.session->runs().trash(1);
        QCOMPARE(f.chart->overlays().drawn().size(), std::size_t(1));
        applyTheme(*qApp, ThemeMode::Dark);
        QTRY_VERIFY(f.chart->overlays().drawn()[0]->colour != runColour(lightTokens(), 2));
        applyTheme(*qApp, ThemeMode::Light);
    }

    void coloursAndPatternsAreDistinct()
    {
        for (std::int64_t a = 1; a <= 32; ++a)
            for (std::int64_t b = a + 1; b <= 32; ++b)
                QVERIFY(runColour(lightTokens(), a) != runColour(lightTokens(), b) || runStyle(a) != runStyle(b));
        QVERIFY(runColour(lightTokens(), -3).isValid());
    }

    void keysWork()
    {
        Compared f(4);
        f.page->show();
        QVERIFY(QTest::qWaitForWindowExposed(f.page.get()));
        QTableView *view = f.card->view();
        view->setFocus();
        f.card->choose(3);
        QTest::keyClick(view, Qt::Key_Delete);
        QCOMPARE(f.session->runs().all().size(), std::size_t(3));
        QCOMPARE(f.session->runs().trashed().front().run, std::int64_t(3));
        QVERIFY(f.card->chosen() != 0);
        f.session->workplace().undo().undo();
        QCOMPARE(f.session->runs().all().size(), std::size_t(4));
        f.card->choose(2);  // locked
        QTest::keyClick(view, Qt::Key_Delete);
        QCOMPARE(f.session->runs().all().size(), std::size_t(4));
        f.card->choose(1);
        QTest::keyClick(view, Qt::Key_F2);
        auto *editor = view->findChild<QLineEdit *>();
        QVERIFY(editor);
        QCOMPARE(editor->text(), QString("the baseline: everything as it comes"));
        editor->setText("better");
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(f.session->runs().all().back().note, std::string("better"));
        QTest::keyClick(view, Qt::Key_F, Qt::ControlModifier);
        QTRY_VERIFY(f.card->findChild<QLineEdit *>() && f.card->findChild<QLineEdit *>()->hasFocus());
    }

    void aNoteBeingWrittenSurvivesThePage()
    {
        Compared f(2);
        f.page->show();
        QVERIFY(QTest::qWaitForWindowExposed(f.page.get()));
        f.card->choose(1);
        f.action("Edit note")->trigger();
        auto *editor = f.card->view()->findChild<QLineEdit *>();
        QVERIFY(editor);
        editor->setText("half a th");
        f.page.reset();
        QVERIFY(!f.session->runs().all().back().note.empty());
    }

    void lockAndCloneFromTheMenu()
    {
        Compared f(4);
        f.card->choose(1);
        f.action("Lock")->trigger();
        QVERIFY(f.session->runs().all().back().locked);
        QVERIFY(!f.action("Move to trash")->isEnabled());
        f.action("Unlock")->trigger();
        QVERIFY(f.action("Move to trash")->isEnabled());
        f.card->choose(4);
        f.action("Clone settings")->trigger();
        QCOMPARE(f.session->choices().config().preset, std::string("paper"));
    }

    void exports()
    {
        Compared f(4);
        QTemporaryDir folder;
        f.card->view()->sortByColumn(RunsModel::Run, Qt::AscendingOrder);
        f.card->setSearch("dropout=0.2");
        QVERIFY(f.card->exports().exportTable(folder.filePath("runs.csv")));
        QFile table(folder.filePath("runs.csv"));
        QVERIFY(table.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = table.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 3);  // the header, runs 1 and 3
        QVERIFY(lines[1].startsWith("1,done") && lines[2].startsWith("3,done"));
        QVERIFY(f.card->exports().exportCurve(1, folder.filePath("one.csv")));
        QVERIFY(QFile::exists(folder.filePath("one.csv")));
        QVERIFY(f.card->exports().exportEvents(1, folder.filePath("logs")));
        QCOMPARE(QDir(folder.filePath("logs/run-1")).entryList(QDir::Files).size(), 1);
        QVERIFY(!f.card->exports().exportTable("/proc/none/runs.csv"));
        QCOMPARE(f.session->workplace().message()->severity, Message::Severity::Error);
        QVERIFY(!f.card->exports().exportCurve(99, folder.filePath("no.csv")));
    }

    void columnsAreRemembered()
    {
        {
            Compared f(2);
            auto *columns = f.card->findChildren<QMenu *>().first();
            QMetaObject::invokeMethod(columns, "aboutToShow");
            for (QAction *action : columns->actions())
                if (action->text() == "batch" || action->text() == "MAE")
                    action->toggle();
            QVERIFY(f.shownColumns().contains("batch"));
        }
        Compared f(2);
        QVERIFY(f.shownColumns().contains("batch"));
        QVERIFY(!f.shownColumns().contains("mae"));
        QSettings(QSettings::IniFormat, QSettings::UserScope, "dank-learning", "window").clear();
    }

    /// An epoch touches the row of the run that trains and no other, however many there are.
    void epochsAreCheapWithManyRuns()
    {
        Compared f(500, 2);
        QVERIFY(f.load());
        QCOMPARE(f.card->model()->rowCount(), 500);
        f.engine->epochMs = 5;
        f.setEpochs(100000);
        f.session->training().train();
        QVERIFY(f.waitForEpoch(2));
        QCOMPARE(f.card->model()->rowCount(), 501);
        QSignalSpy changed(f.card->model(), &QAbstractItemModel::dataChanged);
        QSignalSpy reset(f.card->model(), &QAbstractItemModel::modelReset);
        QSignalSpy inserted(f.card->model(), &QAbstractItemModel::rowsInserted);
        QVERIFY(f.waitForEpoch(f.session->chart().shown().curve.back().epoch + 20));
        QVERIFY(!changed.isEmpty());
        for (const auto &arguments : changed) {
            QCOMPARE(arguments[0].toModelIndex().row(), 0);
            QCOMPARE(arguments[1].toModelIndex().row(), 0);
        }
        QVERIFY(reset.isEmpty() && inserted.isEmpty());
        f.session->jobs().stopAndDiscard();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
    }

private:
    QTemporaryDir m_config;
};

QTEST_MAIN(RunsCardTest)
#include "runs_card_test.moc"
