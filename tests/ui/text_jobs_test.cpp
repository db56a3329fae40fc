// Reading the words in pictures, and the card that shows it.

#include <QProgressBar>
#include <QPushButton>
#include <QTest>

#include "core/base/error.h"
#include "tests/ui/session_fixture.h"
#include "ui/features/text_card.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class TextJobsTest : public QObject {
    Q_OBJECT

private slots:
    void readsWhenAskedTo();
    void goesOnAfterAStop();
    void noOtherJobReads();
    void missingLanguage();
    void cardFollows();
};

void TextJobsTest::readsWhenAskedTo()
{
    Fixture f;
    QVERIFY(!f.session->actions().read);
    f.session->texts().read();  // nothing is open: nothing happens
    QVERIFY(!f.session->jobs().isRunning());
    QVERIFY(f.load());
    QVERIFY(f.waitFor([&] { return f.session->texts().status() != nullptr; }));
    QCOMPARE(f.session->texts().status()->total, std::size_t(kRows));
    QCOMPARE(f.session->texts().status()->read, std::size_t(0));
    QVERIFY(f.session->actions().read && !f.session->texts().areComplete());

    const int told = f.changes[Change::Texts];
    f.session->texts().read();
    QVERIFY(f.session->jobs().isRunning(JobKind::Read));
    QVERIFY(!f.session->actions().open);
    QVERIFY(f.waitFor([&] { return f.settled() && f.session->texts().areComplete(); }));
    QCOMPARE(f.session->jobs().status().state, JobState::Done);
    QVERIFY(f.changes[Change::Texts] > told);
}

void TextJobsTest::goesOnAfterAStop()
{
    Fixture f;
    f.engine->readMs = 20;
    QVERIFY(f.load());
    f.session->texts().read();
    QVERIFY(f.waitFor([&] { return f.engine->textsRead >= 2; }));
    f.session->jobs().stopAndKeep();
    QVERIFY(f.waitFor([&] { return f.settled() && f.session->texts().status(); }));
    QVERIFY(f.waitFor([&] { return f.session->texts().status()->read >= 2; }));
    const std::size_t kept = f.session->texts().status()->read;
    QVERIFY(kept < std::size_t(kRows));
    f.session->texts().read();
    QVERIFY(f.waitFor([&] { return f.settled() && f.session->texts().areComplete(); }));
    QCOMPARE(f.engine->textsRead.load(), std::size_t(kRows));
}

void TextJobsTest::noOtherJobReads()
{
    Fixture f;
    QVERIFY(f.load());
    f.session->features().extract();
    QVERIFY(f.waitFor([&] { return f.settled() && f.session->features().summary(); }));
    f.setEpochs(2);
    f.session->training().train();
    QVERIFY(f.waitFor([&] { return f.settled() && f.session->evaluations().evaluation(); }));
    QCOMPARE(f.engine->textsRead.load(), std::size_t(0));
}

/// Said on the card at once, and in a message when it is asked for.
void TextJobsTest::missingLanguage()
{
    Fixture f;
    f.engine->onRead = [] { throw Error(ErrorKind::File, "Tesseract has no file: install tesseract-ocr-eng."); };
    QVERIFY(f.load());
    TextCard card(*f.session);
    QVERIFY(f.waitFor([&] { return !f.session->texts().problem().isEmpty(); }));
    QVERIFY(!f.session->workplace().message());
    card.refresh();
    bool shown = false;
    for (const TextLabel *label : card.findChildren<TextLabel *>())
        shown = shown || label->text().contains("install tesseract-ocr-eng");
    QVERIFY(shown);
    f.session->texts().read();
    QVERIFY(f.waitFor([&] { return f.session->jobs().status().state == JobState::Failed; }));
}

void TextJobsTest::cardFollows()
{
    Fixture f;
    f.engine->readMs = 20;
    QVERIFY(f.load());
    QVERIFY(f.waitFor([&] { return f.session->texts().status() != nullptr; }));
    TextCard card(*f.session);
    QObject::connect(f.session.get(), &Session::changed, &card, &TextCard::refresh);
    card.refresh();
    auto *button = card.findChild<QPushButton *>("readTextButton");
    auto *bar = card.findChild<QProgressBar *>();
    QCOMPARE(button->text(), QString("Read the text"));
    QVERIFY(button->isEnabled() && bar->isHidden());
    button->click();
    QVERIFY(f.waitFor([&] { return !bar->isHidden() && bar->value() > bar->minimum(); }));
    QCOMPARE(button->text(), QString("Stop reading"));
    button->click();
    QVERIFY(f.waitFor([&] { return f.settled() && button->text() == "Read the rest"; }));
    button->click();
    QVERIFY(f.waitFor([&] { return f.settled() && f.session->texts().areComplete(); }));
    card.refresh();
    QVERIFY(button->isHidden() && bar->isHidden());
}

QTEST_MAIN(TextJobsTest)
#include "text_jobs_test.moc"
