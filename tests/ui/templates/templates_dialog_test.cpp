// Templates in the window: found, shown, named, and known afterwards.

#include <QLineEdit>
#include <QListWidget>
#include <QPointer>
#include <QPushButton>
#include <QTest>

#include <random>

#include "core/base/hash.h"
#include "tests/ui/session_fixture.h"
#include "ui/templates/templates_dialog.h"
#include "ui/widgets/set_up.h"

using namespace dank;
using namespace dank::test;

namespace {

/// The same number, the same looks.
PictureSignature looksOf(unsigned number)
{
    std::mt19937 random(number);
    PictureSignature signature;
    for (std::size_t w = 0; w < PictureSignature::kWindows; ++w) {
        std::vector<double> means(SignatureWindow::kMeans * SignatureWindow::kMeans);
        for (double &mean : means)
            mean = static_cast<double>(random() % 256);
        signature.windows.push_back(SignatureWindow::of(means));
    }
    return signature;
}

/// Of the fixture's memes 1 to 4 are of one template, 5 and 6 of another; the ninth cannot be read.
struct TemplateEngine : FakeEngine {
    std::atomic<bool> hold{false};
    std::atomic<int> described{0};

    PictureSignatures signatures(std::span<const std::filesystem::path> files, const std::filesystem::path &,
                                 const JobContext &job) override
    {
        ++described;
        while (hold) {
            job.report("signatures", 3, files.size());
            job.cancel.check();
            QThread::msleep(1);
        }
        PictureSignatures signatures;
        for (const std::filesystem::path &file : files) {
            const int number = std::stoi(file.stem().string().substr(1));
            signatures.skipped.emplace_back(number == 9 ? "it holds no picture" : "");
            signatures.pictureOf.push_back(number == 9 ? std::nullopt : std::optional(signatures.pictures.size()));
            if (number == 9)
                continue;
            signatures.pictures.push_back(looksOf(number <= 4 ? 1u : number <= 6 ? 5u : unsigned(number)));
            signatures.hashes.push_back(hashText(file.stem().string()));
        }
        return signatures;
    }
};

struct Stage {
    Fixture f;
    std::shared_ptr<TemplateEngine> engine = std::make_shared<TemplateEngine>();
    QPointer<TemplatesDialog> dialog;

    Stage()
    {
        f.engine = engine;
        f.open();
        if (!f.load())
            qFatal("The test's dataset does not open.");
    }
    ~Stage() { delete dialog; }  // before its session
    void ask() { dialog = openDialog<TemplatesDialog>(*f.session); }
    void find()
    {
        ask();
        f.waitFor([this] { return groups()->count() > 0; });
    }
    QString status() const { return dialog->findChild<TextLabel *>(QStringLiteral("templatesStatus"))->text(); }
    QListWidget *groups() const { return dialog->findChild<QListWidget *>(QStringLiteral("templateGroups")); }
    QListWidget *members() const { return dialog->findChild<QListWidget *>(QStringLiteral("templateMembers")); }
    QLineEdit *name() const { return dialog->findChild<QLineEdit *>(QStringLiteral("templateName")); }
    QPushButton *set() const { return dialog->findChild<QPushButton *>(QStringLiteral("nameTemplate")); }
    QString group(int row) const { return groups()->item(row)->text().replace(u'\n', u'|'); }
    void call(const QString &text) const
    {
        name()->setText(text);
        QTest::mouseClick(set(), Qt::LeftButton);
    }
};

}  // namespace

class TemplatesDialogTest : public QObject {
    Q_OBJECT

private slots:
    void showsWhatIsShared()
    {
        Stage s;
        s.find();
        QCOMPARE(s.groups()->count(), 2);
        QVERIFY2(s.group(0).startsWith("template 1|4 memes · percentile 20 ("), qPrintable(s.group(0)));
        QCOMPARE(s.group(1), QString("template 2|2 memes · percentile 50"));
        QCOMPARE(s.status(), QString("6 memes of 10 share their picture with others, 2 templates. Percentiles: the "
                                     "median of their upvotes among all. 1 picture could not be looked at."));
        QCOMPARE(s.members()->count(), 4);
        QCOMPARE(s.members()->item(0)->text(), QString("▲ 400"));  // the most upvotes first
        QVERIFY(!s.set()->isEnabled());
        s.groups()->setCurrentRow(1);
        QCOMPARE(s.members()->count(), 2);
        s.dialog->reject();
    }

    void aNameIsKnownFromThenOn()
    {
        Stage s;
        s.find();
        s.groups()->setCurrentRow(1);
        s.call(" Two Buttons ");
        QVERIFY(s.f.waitFor([&] { return s.group(1).startsWith("Two Buttons|"); }));
        QCOMPARE(s.groups()->currentRow(), 1);
        QCOMPARE(s.engine->described.load(), 1);  // pictures are looked at once
        const KnownTemplates known = KnownTemplates::load(s.f.library);
        QCOMPARE(known.templates().size(), 1u);
        QCOMPARE(known.match(looksOf(5))->name, std::string("Two Buttons"));
        QVERIFY(!known.match(looksOf(7)));
        QVERIFY(!s.set()->isEnabled());  // it is called so
        s.dialog->reject();
        s.find();
        QVERIFY(s.group(1).startsWith("Two Buttons|"));
        s.dialog->reject();
    }

    void anotherNameReplacesTheFirst_data()
    {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::newRow("another") << "Old"
                                 << "New";
        QTest::newRow("another case") << "two buttons"
                                      << "Two Buttons";
    }
    void anotherNameReplacesTheFirst()
    {
        QFETCH(QString, before);
        QFETCH(QString, after);
        Stage s;
        KnownTemplates known;
        known.add(before.toStdString(), {hashText("m5"), looksOf(5)});
        known.add(before.toStdString(), {hashText("elsewhere"), looksOf(77)});
        known.write(s.f.library);
        s.find();
        s.groups()->setCurrentRow(1);
        QCOMPARE(s.name()->text(), before);
        s.call(after);
        QVERIFY(s.f.waitFor([&] { return s.group(1).startsWith(after + '|'); }));
        known = KnownTemplates::load(s.f.library);
        QCOMPARE(known.templates().size(), 1u);
        QCOMPARE(known.templates()[0].looks.size(), 2u);  // with the look that this dataset does not show
        s.dialog->reject();
    }

    void stopsWithItsDialog()
    {
        Stage s;
        s.engine->hold = true;
        s.ask();
        QVERIFY(s.f.waitFor([&] { return s.status() == "Describing the pictures…"; }));
        delete s.dialog;  // else the engine would go on for ever
    }

    void saysWhyItCannot()
    {
        Stage s;
        QFile file(QString::fromStdString(KnownTemplates::fileIn(s.f.library).string()));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("no JSON") > 0);
        file.close();
        s.ask();
        QVERIFY(s.f.waitFor([&] { return s.status().contains("templates.json"); }));
        s.dialog->reject();
    }
};

QTEST_MAIN(TemplatesDialogTest)
#include "templates_dialog_test.moc"
