#include <QComboBox>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/code_points.h"
#include "core/feeds/feed_sample.h"
#include "tests/ui/feed/feed_stage.h"
#include "tests/ui/screen_faults.h"
#include "ui/feed/feed_dialog.h"
#include "ui/feed/feed_rows.h"
#include "ui/session/terminal_command.h"
#include "ui/widgets/window_settings.h"
#include "ui/window/main_window.h"

using namespace dank;
using namespace dank::test;

namespace {

template <typename Widget = QPushButton>
Widget *part(const QWidget &in, const char *name)
{
    return in.findChild<Widget *>(QLatin1String(name));
}

/// Chooses by keyboard, as a person would.
void choose(FeedDialog &dialog, const char *field, int entry)
{
    auto *list = part<QComboBox>(dialog, field);
    QTest::keyClick(list, Qt::Key_Home);
    for (int i = 0; i < entry; ++i)
        QTest::keyClick(list, Qt::Key_Down);
    QCOMPARE(list->currentIndex(), entry);
}

const QByteArray kTable = "x,y,z\nm1,12,one\nm2,34,two\nm3,many,three\nnone,5,four\n";

}  // namespace

/// The dialog of columns, and when it comes.
class FeedDialogTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_config.path()); }
    void init() { windowSettings()->clear(); }

    void asksChoosesAndRemembers()
    {
        FeedStage s;
        const QString file = s.write("posts.csv", kTable);
        FeedDialog *dialog = s.ask(file);
        QVERIFY(dialog);
        QVERIFY(!part<TextLabel>(*dialog, "why")->text().isEmpty());
        QVERIFY(!part(*dialog, "use")->isEnabled());
        QVERIFY(!s.f.session->data().dataset());
        QVERIFY(s.f.session->data().recents().isEmpty());

        choose(*dialog, "id", 1);
        choose(*dialog, "upvotes", 2);
        choose(*dialog, "title", 3);
        QVERIFY(s.f.waitFor([&] { return FeedStage::countOf(*dialog) == "2 of 4 rows usable"; }));
        QCOMPARE(part<TextLabel>(*dialog, "leftOut")->text(), QString("Left out: 1 upvotes invalid, 1 image missing"));
        const auto *rows = dialog->findChild<FeedRows *>();
        QCOMPARE(rows->model()->rowCount(), 4);
        QCOMPARE(rows->model()->index(0, 0).data().toString(), QString("one"));
        QVERIFY(rows->model()->index(2, 0).data(Qt::AccessibleTextRole).toString().contains("the text \"many\""));
        QVERIFY(part(*dialog, "use")->isEnabled());
        QTest::keyClick(part<QComboBox>(*dialog, "title"), Qt::Key_Return);
        QVERIFY(s.opened(file));
        QVERIFY(!s.dialog());
        const auto dataset = s.f.session->data().dataset();
        QCOMPARE(dataset->records().size(), std::size_t(2));
        QCOMPARE(dataset->skipped().size(), std::size_t(2));
        QCOMPARE(dataset->records()[1].title, std::string("two"));
        QCOMPARE(dataset->records()[1].upvotes, std::int64_t(34));
        QCOMPARE(part<TextLabel>(*s.window->pageWidget(Page::Dataset), "readAs")->text(),
                 QString("CSV: id = x, upvotes = y, title = z"));

        // The next file of the same columns opens without asking, also in another window.
        s.start();
        const QString next = s.write("more.csv", "z,x,y\nfive,m5,55\n");
        s.f.session->data().open(next);
        QVERIFY(s.opened(next));
        QVERIFY(!s.dialog());
        QCOMPARE(s.f.session->data().dataset()->records().size(), std::size_t(1));
        QCOMPARE(s.f.session->data().dataset()->records()[0].title, std::string("five"));
        // One of other columns is asked about.
        QVERIFY(s.ask(s.write("other.csv", "x,y\nm1,1\n")));
    }

    void cancelLeavesAllAsItWas()
    {
        FeedStage s;
        QVERIFY(s.f.load());
        const auto before = s.f.session->data().dataset();
        FeedDialog *dialog = s.ask(s.write("posts.csv", kTable));
        QVERIFY(dialog);
        choose(*dialog, "id", 1);
        choose(*dialog, "upvotes", 2);
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(!s.dialog());
        QCOMPARE(s.f.session->data().dataset(), before);
        QCOMPARE(s.f.session->data().recents().size(), 1);
        QVERIFY(s.ask(s.write("posts.csv", kTable)));  // nothing was remembered
    }

    /// What is guessed for sure opens at once; its columns can be looked at and changed, and the guess comes back.
    void changedLater()
    {
        FeedStage s;
        const QString file = s.write("likes.csv", "id,likes,shares,title\nm1,5,70,a\nm2,6,80,b\n");
        s.f.session->data().open(file);
        QVERIFY(s.opened(file));
        QVERIFY(!s.dialog());
        const QString hash = QString::fromStdString(s.f.session->data().dataset()->contentHash());
        part(*s.window->pageWidget(Page::Dataset), "columnsButton")->click();
        FeedDialog *dialog = s.waitForTrial();
        QVERIFY(dialog);
        QVERIFY(!dialog->findChild<TextLabel *>("why"));
        QCOMPARE(part<QComboBox>(*dialog, "upvotes")->currentIndex(), 2);
        QVERIFY(!part(*dialog, "guess")->isEnabled());
        QVERIFY(dialog->chosen().empty());
        choose(*dialog, "upvotes", 3);
        choose(*dialog, "title", 0);
        QVERIFY(part(*dialog, "guess")->isEnabled());
        part(*dialog, "use")->click();
        QVERIFY(s.f.waitFor([&] {
            const auto dataset = s.f.session->data().dataset();
            return s.f.settled() && !dataset->source().options.empty();
        }));
        auto dataset = s.f.session->data().dataset();
        QCOMPARE(dataset->records()[1].upvotes, std::int64_t(80));
        QCOMPARE(dataset->records()[1].title, std::string());
        QVERIFY(QString::fromStdString(dataset->contentHash()) != hash);
        QVERIFY(commandFor(*s.f.session, JobKind::Load).contains("--map upvotes=shares --map title=-"));

        s.window->findChild<QAction *>("columns")->trigger();
        dialog = s.waitForTrial();
        QVERIFY(dialog);
        QCOMPARE(part<QComboBox>(*dialog, "upvotes")->currentIndex(), 3);
        QCOMPARE(part<QComboBox>(*dialog, "title")->currentIndex(), 0);
        part(*dialog, "guess")->click();
        QCOMPARE(part<QComboBox>(*dialog, "title")->currentIndex(), 4);
        part(*dialog, "use")->click();
        QVERIFY(s.f.waitFor([&] { return s.f.settled() && s.f.session->data().dataset()->source().options.empty(); }));
        QCOMPARE(QString::fromStdString(s.f.session->data().dataset()->contentHash()), hash);
    }

    void picturesOfAnotherFolder()
    {
        FeedStage s;
        const QString elsewhere = s.f.folder.path() + "/elsewhere";
        QVERIFY(QDir().rename(QString::fromStdString(s.f.db.parent_path().string()) + "/memes", elsewhere));
        // No row can be used: asked although the columns are certain.
        FeedDialog *dialog = s.ask(QString::fromStdString(s.f.db.string()));
        QVERIFY(dialog);
        QCOMPARE(FeedStage::countOf(*dialog), QString("0 of 10 rows usable"));
        dialog->setPictures(elsewhere.toStdString());
        QVERIFY(s.f.waitFor([&] { return FeedStage::countOf(*dialog) == "10 of 10 rows usable"; }));
        dialog->setPictures("/nowhere/at all");
        QVERIFY(s.f.waitFor([&] { return !part(*dialog, "use")->isEnabled(); }));
        QVERIFY(part<TextLabel>(*dialog, "leftOut")->text().contains("Cannot find the folder of pictures"));
        dialog->setPictures(elsewhere.toStdString());
        QVERIFY(s.f.waitFor([&] { return part(*dialog, "use")->isEnabled(); }));
        part(*dialog, "use")->click();
        QVERIFY(s.opened(QString::fromStdString(s.f.db.string())));
        QCOMPARE(s.f.session->data().dataset()->records().size(), std::size_t(10));
        s.start();
        QVERIFY(s.f.load());  // the folder is remembered for the file
        QVERIFY(!s.dialog());
        QCOMPARE(s.f.session->data().dataset()->records().size(), std::size_t(10));
    }

    /// What is not usable can be opened nevertheless, by saying so: its pictures may come later.
    void usedWithoutUsableRows()
    {
        FeedStage s;
        const QString file = s.write("none.csv", "id,ups\nq1,1\nq2,2\n");
        FeedDialog *dialog = s.ask(file);
        QVERIFY(dialog);
        part(*dialog, "use")->click();
        QVERIFY(s.opened(file));
        QVERIFY(!s.dialog());
        QCOMPARE(s.f.session->data().dataset()->skipped().size(), std::size_t(2));
    }

    void changedBetweenPreviewAndUse()
    {
        FeedStage s;
        QVERIFY(s.f.load());
        const auto before = s.f.session->data().dataset();
        const QString file = s.write("posts.csv", kTable);
        FeedDialog *dialog = s.ask(file);
        QVERIFY(dialog);
        choose(*dialog, "id", 1);
        choose(*dialog, "upvotes", 2);
        s.write("posts.csv", "x,w,z\nm1,12,one\n");
        part(*dialog, "use")->click();
        QVERIFY(s.f.waitFor([&] { return s.f.settled() && s.f.session->workplace().message(); }));
        const auto message = s.f.session->workplace().message();
        QVERIFY(message->text.contains("has no column 'y'"));
        QCOMPARE(s.f.session->data().dataset(), before);
        message->action();
        dialog = s.waitForTrial();
        QVERIFY(dialog);
        QCOMPARE(part<QComboBox>(*dialog, "id")->currentIndex(), 1);  // what is still there
        QCOMPARE(part<QComboBox>(*dialog, "upvotes")->currentIndex(), 0);
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(QFile::remove(file));
        s.f.session->data().open(FeedQuestion{file.toStdString(), {}, {}});
        QVERIFY(s.f.waitFor([&] { return s.f.settled() && s.f.session->workplace().message(); }));
        QCOMPARE(s.f.session->data().dataset(), before);
    }

    /// A file that goes away while it is asked about.
    void goneWhileAsked()
    {
        FeedStage s;
        const QString file = s.write("posts.csv", kTable);
        s.f.session->data().open(file);
        QVERIFY(s.f.waitFor([&] { return s.dialog() != nullptr; }));
        QTest::keyClick(s.dialog(), Qt::Key_Escape);
        QVERIFY(QFile::remove(file));
        FeedDialog gone(*s.f.session, {file.toStdString(), {}, {}}, s.window.get());
        gone.show();
        QVERIFY(s.f.waitFor([&] { return !part<TextLabel>(gone, "leftOut")->text().isEmpty(); }));
        QVERIFY(!part(gone, "use")->isEnabled());
        QVERIFY(gone.chosen().map.empty());
    }

    void hostileNames()
    {
        FeedStage s;
        QByteArray names = "\xe2\x80\xaegpj.exe,a\x1b[31m,&amp;,-,\"\",\"a\nb\",<b>x</b>," + QByteArray(900'000, 'n');
        QByteArray cells = "m1,7,\xe2\x80\xaetxt,d,e,f,g,h";
        for (int i = 0; i < 9'900; ++i) {
            names += ",c" + QByteArray::number(i);
            cells += ",v";
        }
        const QString file = s.write("wide.csv", names + '\n' + cells + '\n');
        FeedDialog *dialog = s.ask(file);
        QVERIFY(dialog);
        QCOMPARE(dialog->size(), QSize(880, 580));
        QCOMPARE(faults(*dialog), QStringList());
        auto *list = part<QComboBox>(*dialog, "id");
        QCOMPARE(list->count(), 9'907);  // "none", and all but one without a name and the one that means none
        for (int i = 0; i < 12; ++i) {
            const QString text = list->itemText(i);
            QVERIFY(text.size() < 110);
            for (const QChar c : text)
                QVERIFY2(!isControl(c.unicode()), qPrintable(text));
        }
        choose(*dialog, "id", 1);
        choose(*dialog, "upvotes", 2);
        part<QComboBox>(*dialog, "title")->setCurrentIndex(3);
        choose(*dialog, "title", 3);
        QVERIFY(s.f.waitFor([&] { return FeedStage::countOf(*dialog) == "1 of 1 row usable"; }));
        for (const QChar c : dialog->findChild<FeedRows *>()->model()->index(0, 0).data().toString())
            QVERIFY(!isControl(c.unicode()));
        part(*dialog, "use")->click();
        QVERIFY(s.opened(file));
        for (const QChar c : part<TextLabel>(*s.window->pageWidget(Page::Dataset), "readAs")->text())
            QVERIFY(!isControl(c.unicode()));
        QCOMPARE(s.f.session->data().dataset()->records().size(), std::size_t(1));
    }

    /// Without a window there is nobody to ask.
    void withoutAWindow()
    {
        Fixture f;
        const QString file = QString::fromStdString(f.db.parent_path().string()) + "/posts.csv";
        QFile table(file);
        QVERIFY(table.open(QIODevice::WriteOnly) && table.write(kTable) > 0 && table.flush());
        f.session->data().open(file);
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->data().dataset(); }));
        QCOMPARE(f.session->data().dataset()->skipped().size(), std::size_t(4));
    }

private:
    QTemporaryDir m_config;
};

QTEST_MAIN(FeedDialogTest)
#include "feed_dialog_test.moc"
