#include <QAction>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include "tests/ui/session_fixture.h"
#include "ui/dataset/last_place.h"
#include "ui/memes/meme_model.h"
#include "ui/widgets/window_settings.h"
#include "ui/window/main_window.h"

using namespace dank;
using namespace dank::test;

namespace {

/// A window on the fixture's library, as a start of the program makes one.
std::unique_ptr<MainWindow> start(Fixture &f)
{
    f.open();
    auto window = std::make_unique<MainWindow>(*f.session);
    window->show();
    if (!QTest::qWaitForWindowActive(window.get()))
        qFatal("The window does not come up.");
    return window;
}

QPushButton *goOnButton(const MainWindow &window)
{
    return window.pageWidget(Page::Dataset)->findChild<QPushButton *>(QStringLiteral("goOnButton"));
}

/// Opens the fixture's dataset in a window, looks for something, goes to a page and closes it.
void leaveAt(Fixture &f, Page page, const QString &search = {})
{
    const auto window = start(f);
    QVERIFY(f.load());
    window->pageWidget(Page::Dataset)->findChild<QLineEdit *>()->setText(search);
    window->showPage(page);
    window->close();
}

}  // namespace

/// Going on where the window was closed.
class WelcomeTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_config.path()); }
    void init() { windowSettings()->clear(); }
    void enterGoesOn();
    void theFirstStartOffersNothing();
    void notInAnotherLibrary();
    void forgotten();
    void opensAnotherInstead();
    void aDatasetThatIsGone();
    void nonsenseIsNoPlace_data();
    void nonsenseIsNoPlace();
    void columnsAndViewComeBack();

private:
    QTemporaryDir m_config;
};

void WelcomeTest::enterGoesOn()
{
    Fixture f;
    leaveAt(f, Page::Train, QStringLiteral("a1"));
    const auto window = start(f);
    QVERIFY(goOnButton(*window)->isVisible());
    QCOMPARE(window->currentPage(), Page::Dataset);
    QVERIFY(!f.session->data().dataset());
    QTest::keyClick(window->focusWidget(), Qt::Key_Return);
    QVERIFY(f.waitFor([&] { return f.session->data().dataset() && window->currentPage() == Page::Train; }));
    QCOMPARE(f.session->data().dataset()->path(), f.db);
    QCOMPARE(window->pageWidget(Page::Dataset)->findChild<QLineEdit *>()->text(), QStringLiteral("a1"));
    // Enter belongs to the page again.
    QVERIFY(!window->pageWidget(Page::Dataset)->findChild<QAction *>(QStringLiteral("goOn"))->isEnabled());
}

void WelcomeTest::theFirstStartOffersNothing()
{
    Fixture f;
    const auto window = start(f);
    QVERIFY(!goOnButton(*window)->isVisible());
    for (const char *way : {"sampleButton", "modelButton"})
        QVERIFY(window->pageWidget(Page::Dataset)->findChild<QPushButton *>(QLatin1String(way))->isVisible());
    QTest::keyClick(window->focusWidget(), Qt::Key_Return);
    QTest::qWait(50);
    QVERIFY(f.settled() && !f.session->data().dataset());
    window->close();
    QVERIFY(!LastPlace::in(f.library));  // nothing was open
}

void WelcomeTest::notInAnotherLibrary()
{
    Fixture f, other;
    leaveAt(f, Page::Rate);
    QVERIFY(!goOnButton(*start(other))->isVisible());
    QVERIFY(goOnButton(*start(f))->isVisible());
}

void WelcomeTest::forgotten()
{
    Fixture f;
    leaveAt(f, Page::Rate);
    LastPlace::forget();
    QVERIFY(!goOnButton(*start(f))->isVisible());
}

void WelcomeTest::opensAnotherInstead()
{
    Fixture f;
    leaveAt(f, Page::Rate);
    const auto window = start(f);
    f.db = writeDataset(f.folder.path().toStdString() + "/other", kRows + 1);
    QVERIFY(f.load());
    QCOMPARE(window->currentPage(), Page::Dataset);
    QVERIFY(!goOnButton(*window)->isVisible());
    window->close();
    QCOMPARE(LastPlace::in(f.library)->dataset, QString::fromStdString(f.db.string()));
    QCOMPARE(LastPlace::in(f.library)->memes, kRows + 1);
}

void WelcomeTest::aDatasetThatIsGone()
{
    Fixture f;
    leaveAt(f, Page::Train);
    std::filesystem::remove(f.db);
    const auto window = start(f);
    goOnButton(*window)->click();
    QVERIFY(f.waitFor([&] {
        return f.settled() && f.session->workplace().message()
               && f.session->workplace().message()->severity == Message::Severity::Error;
    }));
    QCOMPARE(window->currentPage(), Page::Dataset);
    QVERIFY(!goOnButton(*window)->isVisible());  // it would fail again
}

void WelcomeTest::nonsenseIsNoPlace_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QVariant>("value");
    QTest::newRow("relative") << "dataset" << QVariant("data/db.json");
    QTest::newRow("no dataset") << "dataset" << QVariant();
    QTest::newRow("page beyond the last") << "page" << QVariant(5);
    QTest::newRow("negative page") << "page" << QVariant(-1);
    QTest::newRow("words for a page") << "page" << QVariant(QStringLiteral("rate"));
}

void WelcomeTest::nonsenseIsNoPlace()
{
    QFETCH(QString, key);
    QFETCH(QVariant, value);
    LastPlace{.dataset = "/memes/db.json", .memes = 3, .page = Page::Rate, .search = {}, .left = {}}.keep("/library");
    QVERIFY(LastPlace::in("/library"));
    windowSettings()->setValue("place/" + key, value);
    const auto place = LastPlace::in("/library");
    QVERIFY(!place || (key == "page" && place->page == Page::Dataset));
}

void WelcomeTest::columnsAndViewComeBack()
{
    Fixture f;
    {
        const auto window = start(f);
        QVERIFY(f.load());
        auto *table = window->pageWidget(Page::Dataset)->findChild<QTableView *>();
        table->sortByColumn(MemeModel::Author, Qt::DescendingOrder);
        table->setColumnWidth(MemeModel::Size, 77);
        for (auto *button : window->pageWidget(Page::Dataset)->findChildren<QPushButton *>())
            if (button->text() == QStringLiteral("Ta&ble"))
                button->click();
        QVERIFY(table->isVisible());
    }
    const auto window = start(f);
    QVERIFY(f.load());
    auto *table = window->pageWidget(Page::Dataset)->findChild<QTableView *>();
    QVERIFY(table->isVisible());
    QCOMPARE(table->columnWidth(MemeModel::Size), 77);
    QCOMPARE(table->horizontalHeader()->sortIndicatorSection(), static_cast<int>(MemeModel::Author));
    QCOMPARE(table->model()->index(0, MemeModel::Author).data().toString(), QStringLiteral("a9"));
}

QTEST_MAIN(WelcomeTest)
#include "welcome_test.moc"
