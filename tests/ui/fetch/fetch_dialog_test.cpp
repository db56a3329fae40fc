// Missing pictures: what is told before, the download, and what becomes of the dataset.

#include <QPointer>
#include <QPushButton>
#include <QTableWidget>
#include <QTest>

#include "tests/ui/session_fixture.h"
#include "ui/fetch/fetch_dialog.h"
#include "ui/widgets/set_up.h"

using namespace dank;
using namespace dank::test;

namespace {

/// The fixture's ten memes, of which three have lost their picture: two are on web hosts, one is at this machine.
struct Stage {
    Fixture f;
    std::atomic<bool> hold{false};
    std::atomic<int> calls{0};
    QPointer<FetchDialog> dialog;

    Stage()
    {
        QByteArray rows;
        for (int i = 1; i <= kRows; ++i) {
            const QByteArray n = QByteArray::number(i);
            rows += (i > 1 ? "," : "") + ("{\"id\": \"m" + n + "\", \"ups\": " + n + ", \"media\": \"")
                    + (i == 9   ? "http://127.0.0.1/x.png"
                       : i == 2 ? "https://b.example/2.png"
                                : "https://a.example/1.png")
                    + "\"}";
        }
        QFile file(QString::fromStdString(f.db.string()));
        if (!file.open(QIODevice::WriteOnly) || file.write('[' + rows + ']') < 0)
            qFatal("The test's dataset cannot be written.");
        file.close();
        for (const char *id : {"m1", "m2", "m9"})
            if (!QFile::rename(picture(id), picture(id) + QStringLiteral(".away")))
                qFatal("The test's picture cannot be put away.");
        f.engine->fetchMissing = [this](const FetchPlan &plan, const JobContext &job) {
            ++calls;
            FetchReport report;
            report.anyAnswer = true;
            report.refused = plan.refused;
            for (const WantedPicture &wanted : plan.wanted) {
                const QString path = picture(QString::fromStdString(wanted.id));
                job.report("fetch", report.fetched.size(), plan.wanted.size());
                if (wanted.id == "m2") {
                    while (hold) {
                        job.cancel.check();
                        QThread::msleep(1);
                    }
                    report.failed.push_back({wanted.id, "the server answered 404"});
                    continue;
                }
                QFile::rename(path + QStringLiteral(".away"), path);
                report.fetched.push_back(wanted.id);
                report.bytes += 2048;
                job.report("fetch", report.fetched.size(), plan.wanted.size());
            }
            return report;
        };
        if (!f.load())
            qFatal("The test's dataset does not open.");
    }
    ~Stage() { delete dialog; }  // before its session
    QString picture(const QString &id) const
    {
        return QString::fromStdString((f.db.parent_path() / "memes").string()) + '/' + id + ".png";
    }
    void ask()
    {
        dialog = openDialog<FetchDialog>(*f.session);
        f.waitFor([this] { return !status().startsWith("Looking"); });
    }
    QString status() const { return dialog->findChild<TextLabel *>(QStringLiteral("fetchStatus"))->text(); }
    QString rest() const { return dialog->findChild<TextLabel *>(QStringLiteral("fetchRest"))->text(); }
    QPushButton *go() const { return dialog->findChild<QPushButton *>(QStringLiteral("fetchGo")); }
    QString table() const
    {
        const auto *rows = dialog->findChild<QTableWidget *>();
        QStringList text;
        for (int row = 0; row < rows->rowCount(); ++row)
            text << rows->item(row, 0)->text() + ' ' + rows->item(row, 1)->text();
        return text.join(", ");
    }
    std::size_t usable() const { return f.session->data().dataset()->records().size(); }
};

}  // namespace

class FetchDialogTest : public QObject {
    Q_OBJECT

private slots:
    void tellsBeforeItAsksAnybody()
    {
        Stage s;
        s.ask();
        QCOMPARE(s.status(), QString("2 pictures can be fetched. Nothing is asked of these hosts before you say so."));
        QCOMPARE(s.table(), QString("a.example 1, b.example 1"));
        QCOMPARE(s.rest(), QString("7 pictures there already, 1 at addresses that are not asked."));
        QCOMPARE(s.go()->text(), QString("&Fetch 2 pictures"));
        s.dialog->reject();
        QVERIFY(s.f.settled());
        QCOMPARE(s.calls.load(), 0);
        QCOMPARE(s.usable(), 7u);
    }

    void fetchesAndOpensAnew()
    {
        Stage s;
        s.ask();
        QTest::mouseClick(s.go(), Qt::LeftButton);
        QVERIFY(s.f.waitFor([&] { return s.status().contains("did not come"); }));
        QCOMPARE(s.status(), QString("1 picture fetched (2\u00a0kB), 2 did not come:"));
        QVERIFY(s.table().startsWith("m2 the server answered 404, m9 "));
        QCOMPARE(s.go()->text(), QString("&Try again"));
        QTest::mouseClick(s.go(), Qt::LeftButton);  // of what did not come alone
        QVERIFY(s.f.waitFor([&] { return s.status().startsWith("0 pictures fetched"); }));
        QVERIFY(s.table().startsWith("m2 the server answered 404, m9 "));
        s.dialog->reject();
        QVERIFY(s.f.waitFor([&] { return s.f.settled() && s.usable() == 8; }));
    }

    void whatHasComeStaysWhenItIsStopped()
    {
        Stage s;
        s.ask();
        s.hold = true;
        QTest::mouseClick(s.go(), Qt::LeftButton);
        QVERIFY(s.f.waitFor([&] { return s.status() == "1 of 2 pictures asked for…"; }));
        QCOMPARE(s.go()->text(), QString("&Stop"));
        QTest::mouseClick(s.go(), Qt::LeftButton);
        QVERIFY(s.f.waitFor([&] { return s.status().startsWith("1 picture can be fetched."); }));
        QCOMPARE(s.table(), QString("b.example 1"));
        s.dialog->reject();
        QVERIFY(s.f.waitFor([&] { return s.f.settled() && s.usable() == 8; }));
    }

    void endsWithItsDialog()
    {
        Stage s;
        s.ask();
        s.hold = true;
        QTest::mouseClick(s.go(), Qt::LeftButton);
        QVERIFY(s.f.waitFor([&] { return s.status() == "1 of 2 pictures asked for…"; }));
        s.dialog->reject();  // stops it: else its download would hang for ever
        QVERIFY(s.f.waitFor([&] { return s.f.settled() && s.usable() == 8; }));
    }

    /// Another dataset was opened meanwhile: it stays open.
    void anotherDatasetStays()
    {
        Stage s;
        s.ask();
        QTest::mouseClick(s.go(), Qt::LeftButton);
        QVERIFY(s.f.waitFor([&] { return s.status().contains("did not come"); }));
        const auto other = writeDataset(s.f.folder.path().toStdString() + "/other", 3);
        s.f.session->data().open(QString::fromStdString(other.string()));
        QVERIFY(s.f.waitFor([&] { return s.f.settled() && s.usable() == 3; }));
        s.dialog->reject();
        QTest::qWait(50);
        QVERIFY(s.f.waitFor([&] { return s.f.settled(); }));
        QCOMPARE(s.usable(), 3u);
    }

    void nothingToFetch()
    {
        Stage s;
        for (const char *id : {"m1", "m2"})
            QVERIFY(QFile::rename(s.picture(id) + QStringLiteral(".away"), s.picture(id)));
        s.ask();
        QCOMPARE(s.status(), QString("There is nothing to fetch."));
        QVERIFY(!s.go()->isVisible());
        s.dialog->reject();
    }

    void saysWhyItCannot()
    {
        Stage s;
        s.f.engine->fetchMissing = [](const FetchPlan &, const JobContext &) -> FetchReport {
            throw Error(ErrorKind::Disk, "The disk is full.");
        };
        s.ask();
        QTest::mouseClick(s.go(), Qt::LeftButton);
        QVERIFY(s.f.waitFor([&] { return s.status() == "The disk is full."; }));
        QCOMPARE(s.go()->text(), QString("&Try again"));
        s.dialog->reject();
    }
};

QTEST_MAIN(FetchDialogTest)
#include "fetch_dialog_test.moc"
