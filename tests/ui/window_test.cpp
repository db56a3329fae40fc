// The window itself: what a drop does, where keys lead, and that the theme switches live.

#include <QAction>
#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QSettings>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTemporaryDir>
#include <QTest>
#include <QUndoStack>

#include "staged_engine.h"
#include "ui/memes/meme_model.h"
#include "ui/widgets/drop_content.h"
#include "ui/widgets/text_format.h"
#include "ui/window/drop_target.h"
#include "ui/window/main_window.h"
#include "ui/window/navigation.h"
#include "ui/window/page_stack.h"

using namespace dank;
using namespace dank::ui;
using dank::test::StagedEngine;

namespace {

constexpr int kPatience = 20000;

/// Counts windows that come up.
class WindowWatch : public QObject {
public:
    WindowWatch() { qApp->installEventFilter(this); }
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        shown +=
            event->type() == QEvent::Show && watched->isWidgetType() && static_cast<QWidget *>(watched)->isWindow();
        return false;
    }
    int shown = 0;
};

}  // namespace

class WindowTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void init();
    void cleanup();

    void dropOnTheWindowRates();
    void droppedWeightsAreInstalled();
    void droppedDatasetCanBeTakenBack();
    void keysLeadToPages();
    void excludeAndUndo();
    void filterNarrowsTheGrid();
    void sortsByNumberNotByText();
    void themeSwitchesLiveAndIsRemembered();
    void hostileNamesStayText();
    void pagesAreBuiltBehindTheFirstFrame();
    void tabEndsInTheRunBar();

private:
    QString file(const QString &name, const QByteArray &bytes = "x") const;
    QString dataset(const QString &name, int rows) const;
    static std::unique_ptr<QMimeData> urls(const QStringList &paths);
    void waitForDataset(const QString &path);

    QTemporaryDir m_folder, m_config;
    int m_libraries = 0;
    std::shared_ptr<StagedEngine> m_engine;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<MainWindow> m_window;
};

void WindowTest::initTestCase()
{
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_config.path());
}

void WindowTest::init()
{
    m_engine = std::make_shared<StagedEngine>();
    const QString library = m_folder.filePath(QString("library%1").arg(++m_libraries));
    m_session =
        std::make_unique<Session>(Session::Options{.library = library.toStdString(), .threads = 1, .engine = m_engine});
    m_window = std::make_unique<MainWindow>(*m_session);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void WindowTest::cleanup()
{
    m_window.reset();
    m_session.reset();
}

QString WindowTest::file(const QString &name, const QByteArray &bytes) const
{
    const QString path = m_folder.filePath(name);
    QDir().mkpath(QFileInfo(path).path());
    QFile out(path);
    if (!out.open(QIODevice::WriteOnly) || out.write(bytes) != bytes.size())
        qFatal("cannot write");
    return path;
}

QString WindowTest::dataset(const QString &name, int rows) const
{
    QByteArray json;
    for (int i = 1; i <= rows; ++i) {
        json += QByteArray(i > 1 ? "," : "") + "\"" + QByteArray::number(i) + "\":{\"id\":\"m" + QByteArray::number(i)
                + "\",\"title\":\"title " + QByteArray::number(i)
                + "\",\"author\":\"a\",\"ups\":" + QByteArray::number(i * 7 % 11 * 900 + i) + "}";
        QDir().mkpath(m_folder.filePath(name + "/memes"));
        test::memePicture(i, {40, 30}).save(m_folder.filePath(QString("%1/memes/m%2.png").arg(name).arg(i)));
    }
    return file(name + "/db.json", "{\"_default\":{" + json + "}}");
}

std::unique_ptr<QMimeData> WindowTest::urls(const QStringList &paths)
{
    auto mime = std::make_unique<QMimeData>();
    QList<QUrl> list;
    for (const QString &path : paths)
        list << QUrl::fromLocalFile(path);
    mime->setUrls(list);
    return mime;
}

void WindowTest::waitForDataset(const QString &path)
{
    QTRY_VERIFY_WITH_TIMEOUT(m_session->data().dataset()
                                 && QString::fromStdString(m_session->data().dataset()->path()) == path
                                 && m_session->jobs().status().state == JobState::Done,
                             kPatience);
}

void WindowTest::dropOnTheWindowRates()
{
    const auto mime = urls({file("x/1.png"), file("x/2.png")});
    auto *overlay = m_window->findChild<DropTarget *>();
    QVERIFY(!overlay->isVisible());
    QDragEnterEvent enter({50, 50}, Qt::CopyAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QVERIFY(overlay->isVisible());
    QCOMPARE(overlay->accessibleName(), QString("Drop 2 images to rate"));
    QDropEvent drop({50, 50}, Qt::CopyAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &drop);
    QVERIFY(!overlay->isVisible());
    QTRY_COMPARE_WITH_TIMEOUT(m_window->currentPage(), Page::Rate, kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(m_session->board().items().size(), std::size_t(2), kPatience);
}

void WindowTest::droppedWeightsAreInstalled()
{
    const auto mime = urls({file("net.pth")});
    QDragEnterEvent enter({50, 50}, Qt::CopyAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &enter);
    QCOMPARE(m_window->findChild<DropTarget *>()->accessibleName(), QString("Drop to install weights"));
    QDropEvent drop({50, 50}, Qt::CopyAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &drop);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->currentPage(), Page::Features, kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(m_session->weights().job().state, WeightsJob::State::Done, kPatience);
    QVERIFY(m_session->workplace().message()->text.contains("net.pth"));
    QCOMPARE(m_session->features().request().backbone, std::string("inception_v3"));
}

void WindowTest::droppedDatasetCanBeTakenBack()
{
    const QString first = dataset("first", 3), second = dataset("second", 4);
    m_session->data().open(first);
    waitForDataset(first);
    const auto mime = urls({second});
    QDragEnterEvent enter({50, 50}, Qt::CopyAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &enter);
    QDropEvent drop({50, 50}, Qt::CopyAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &drop);
    waitForDataset(second);
    QVERIFY(m_session->workplace().message());
    QCOMPARE(m_session->workplace().message()->actionText, QString("Go back"));
    m_session->workplace().message()->action();
    waitForDataset(first);
}

void WindowTest::keysLeadToPages()
{
    for (int i = 4; i >= 0; --i) {
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(Qt::Key_1 + i), Qt::ControlModifier);
        QCOMPARE(static_cast<int>(m_window->currentPage()), i);
    }
    QWidget *list = m_window->findChild<QWidget *>("navigation");
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Down);
    QCOMPARE(m_window->currentPage(), Page::Features);
}

void WindowTest::excludeAndUndo()
{
    const QString db = dataset("undo", 5);
    m_session->data().open(db);
    waitForDataset(db);
    auto *grid = m_window->pageWidget(Page::Dataset)->findChild<QListView *>();
    grid->setFocus();
    grid->setCurrentIndex(grid->model()->index(2, 0));
    QTest::keyClick(grid, Qt::Key_Delete);
    QCOMPARE(m_session->data().dataset()->records().size(), std::size_t(4));
    QCOMPARE(grid->model()->rowCount(), 4);
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(m_session->data().dataset()->records().size(), std::size_t(5));
}

void WindowTest::filterNarrowsTheGrid()
{
    const QString db = dataset("filter", 12);
    m_session->data().open(db);
    waitForDataset(db);
    QWidget *page = m_window->pageWidget(Page::Dataset);
    QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
    auto *search = qobject_cast<QLineEdit *>(QApplication::focusWidget());
    QVERIFY(search);
    const auto shown = [page] { return page->findChild<QListView *>()->model()->rowCount(); };
    QTest::keyClicks(search, "TITLE 1");
    QTRY_COMPARE(shown(), 4);  // 1, 10, 11, 12
    auto *count = page->findChild<QLabel *>(QStringLiteral("found"));
    QTRY_COMPARE(count->text(), QStringLiteral("4 of 12"));
    QTest::keyClicks(search, " nowhere");
    QTRY_COMPARE(shown(), 0);
    QTRY_VERIFY(std::ranges::any_of(page->findChildren<QLabel *>(), [](const QLabel *label) {
        return label->isVisible() && label->text().startsWith(QStringLiteral("No meme has “TITLE 1 nowhere”"));
    }));
    QTest::keyClick(search, Qt::Key_Escape);
    QVERIFY(search->text().isEmpty());
    QTRY_COMPARE(shown(), 12);
    QVERIFY(count->text().isEmpty());
    QTest::keyClick(search, Qt::Key_Escape);
    QVERIFY(!search->hasFocus());
}

void WindowTest::sortsByNumberNotByText()
{
    const QString db = dataset("sort", 11);
    m_session->data().open(db);
    waitForDataset(db);
    auto *memes = m_window->pageWidget(Page::Dataset)->findChild<QListView *>()->model();
    memes->sort(MemeModel::Upvotes, Qt::DescendingOrder);
    const auto *filter = qobject_cast<MemeFilter *>(memes);
    QVERIFY(filter);
    for (int row = 1; row < memes->rowCount(); ++row)
        QVERIFY(filter->record(memes->index(row - 1, 0))->upvotes >= filter->record(memes->index(row, 0))->upvotes);
}

void WindowTest::themeSwitchesLiveAndIsRemembered()
{
    m_window->setTheme(ThemeMode::Dark);
    QVERIFY(tokensFor(m_window->palette()).dark);
    m_window.reset();
    m_window = std::make_unique<MainWindow>(*m_session);
    QVERIFY(tokensFor(m_window->palette()).dark);
    m_window->setTheme(ThemeMode::Light);
    QVERIFY(!tokensFor(m_window->palette()).dark);
}

void WindowTest::hostileNamesStayText()
{
    QCOMPARE(menuText("a & b\nc"), QString("a && b c"));
    QVERIFY(menuText(QString(500, 'x')).size() <= 60);
    QVERIFY(!plainToolTip("<img src=x>").contains("<img"));
    QCOMPARE(aboutDuration(3), QString("a few seconds"));
    QCOMPARE(aboutDuration(125), QString("about 2 min"));
    QCOMPARE(aboutDuration(std::nan("")), QString("some time"));
}

void WindowTest::pagesAreBuiltBehindTheFirstFrame()
{
    MainWindow window(*m_session);
    QSignalSpy ready(&window, &MainWindow::ready);
    const auto built = [&] { return window.findChild<PageStack *>()->count(); };
    QCOMPARE(built(), 1);
    // Asked for before its turn, it is there at once.
    window.showPage(Page::Rate);
    QCOMPARE(built(), 2);
    QVERIFY(window.pageWidget(Page::Rate)->isVisibleTo(&window));
    const WindowWatch watch;
    window.show();
    QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, kPatience);
    QCOMPARE(built(), kPageCount);
    QCOMPARE(window.currentPage(), Page::Rate);
    QVERIFY(!window.pageWidget(Page::Dataset)->isVisible());
    const QString db = dataset("behind", 3);
    m_session->data().open(db);
    waitForDataset(db);
    QCOMPARE(watch.shown, 1);  // nothing flashes up on its way into the window
}

void WindowTest::tabEndsInTheRunBar()
{
    const QString db = dataset("tab", 3);
    m_session->data().open(db);
    waitForDataset(db);
    auto *bar = m_window->findChild<QWidget *>("runBar");
    QTRY_VERIFY_WITH_TIMEOUT(bar->isVisible() && !m_session->features().statuses().empty(), kPatience);
    for (const Page page : {Page::Dataset, Page::Features, Page::Train}) {
        m_window->showPage(page);
        m_window->findChild<QWidget *>("navigation")->setFocus();
        bool inPage = false, inBar = false;
        for (int presses = 0; presses < 100 && !inBar; ++presses) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            QWidget *const now = QApplication::focusWidget();
            QVERIFY(now);
            inPage |= m_window->pageWidget(page)->isAncestorOf(now);
            inBar = bar->isAncestorOf(now);
            QVERIFY2(!inBar || inPage, "the run bar came before the page");
        }
        QVERIFY(inBar);
    }
}

QTEST_MAIN(WindowTest)
#include "window_test.moc"
