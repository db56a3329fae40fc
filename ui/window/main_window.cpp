#include "ui/window/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QLineEdit>
#include <QMenuBar>
#include <QScreen>

#include "core/base/file.h"
#include "ui/dataset/dataset_page.h"
#include "ui/dataset/last_place.h"
#include "ui/session/next_step.h"
#include "ui/widgets/first_paint.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/window_settings.h"
#include "ui/window/device_dialog.h"
#include "ui/window/drop_target.h"
#include "ui/window/message_bar.h"
#include "ui/window/navigation.h"
#include "ui/window/page_stack.h"
#include "ui/window/run_bar.h"
#include "ui/window/top_bar.h"
#include "ui/window/window_actions.h"
#include "ui/window/window_verbs.h"

namespace dank::ui {

namespace {

constexpr auto kGeometryKey = "geometry";
constexpr auto kThemeKey = "theme";

}  // namespace

MainWindow::MainWindow(Session &session, QWidget *parent) : QMainWindow(parent), m_session(session)
{
    m_theme = static_cast<ThemeMode>(std::clamp(windowSettings()->value(QLatin1String(kThemeKey), 0).toInt(), 0, 2));
    applyTheme(*qApp, m_theme);
    const QSize available = screen()->availableSize();
    setMinimumSize(QSize(900, 560).boundedTo(available));
    setWindowIcon(icon(QStringLiteral("dank-learning"), tokensFor(palette()).accent));

    auto *central = new QWidget(this);
    m_verbs = new WindowVerbs(session, *this);
    m_pages = new PageStack(session, central);
    m_actions = new WindowActions(session, *m_verbs, *m_pages, *this);
    m_actions->setTheme(m_theme);
    m_top = new TopBar(m_actions->exportMenu(), central);
    m_navigation = new Navigation(central);
    m_messages = new MessageBar(central);
    m_run = new RunBar(session, *m_verbs, central);

    auto *content = newBox<QVBoxLayout>(0);
    content->addWidget(m_messages);
    content->addWidget(m_pages, 1);
    content->addWidget(m_run);
    auto *row = newBox<QHBoxLayout>(0);
    row->addWidget(m_navigation);
    row->addLayout(content, 1);
    auto *all = newBox<QVBoxLayout>(0, central);
    all->addWidget(m_top);
    all->addLayout(row, 1);
    setCentralWidget(central);
    m_drop = new DropTarget(this);

    connect(m_verbs, &WindowVerbs::pageRequested, this, &MainWindow::showPage);
    connect(m_pages, &PageStack::pageRequested, this, &MainWindow::showPage);
    connect(m_pages, &PageStack::built, this, &MainWindow::onPageBuilt);
    connect(m_pages, &PageStack::complete, this, &MainWindow::ready);
    connect(m_drop, &DropTarget::dropped, m_verbs, &WindowVerbs::use);
    connect(m_navigation, &Navigation::pageChosen, this, &MainWindow::showPage);
    connect(m_top, &TopBar::openClicked, m_verbs, &WindowVerbs::openAny);
    connect(m_top, &TopBar::primaryClicked, this, &MainWindow::doPrimary);
    connect(m_top, &TopBar::deviceClicked, this, [this] {
        connect(openDialog<DeviceDialog>(m_session, this), &DeviceDialog::chooseRequested, this,
                [this] { showPage(Page::Features); });
    });
    connect(m_messages, &MessageBar::dismissed, &session, [&session] { session.workplace().dismissMessage(); });
    connect(m_actions, &WindowActions::pageRequested, this, &MainWindow::showPage);
    connect(m_actions, &WindowActions::themeRequested, this, &MainWindow::setTheme);

    if (!restoreGeometry(windowSettings()->value(QLatin1String(kGeometryKey)).toByteArray()))
        resize(QSize(1200, 800).boundedTo(available));
    m_pages->show(Page::Dataset);
    m_navigation->setFocus();
    for (const Change change : {Change::Dataset, Change::Engine, Change::Job, Change::Message})
        onChanged(change);
    new AfterFirstPaint(*this, [this] { m_pages->buildRest(); });
}

void MainWindow::showPage(Page page)
{
    m_pages->show(page);
    m_navigation->setCurrent(page);
    m_actions->update(page);
    updatePrimary();
}

Page MainWindow::currentPage() const
{
    return m_pages->current();
}

QWidget *MainWindow::pageWidget(Page page) const
{
    return m_pages->page(page);
}

void MainWindow::onPageBuilt(QWidget *page)
{
    // A file dropped on a text field is still a file for the window.
    for (QLineEdit *edit : page->findChildren<QLineEdit *>())
        edit->setAcceptDrops(false);
    // Told of a change after the page: the window looks at what the page makes of it.
    disconnect(&m_session, &Session::changed, this, &MainWindow::onChanged);
    connect(&m_session, &Session::changed, this, &MainWindow::onChanged);
}

void MainWindow::setTheme(ThemeMode mode)
{
    m_theme = mode;
    m_actions->setTheme(mode);
    windowSettings()->setValue(QLatin1String(kThemeKey), static_cast<int>(mode));
    applyTheme(*qApp, mode);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    windowSettings()->setValue(QLatin1String(kGeometryKey), saveGeometry());
    if (const auto dataset = m_session.data().dataset())
        LastPlace{.dataset = toQString(dataset->path()),
                  .memes = static_cast<qint64>(dataset->records().size()),
                  .page = currentPage(),
                  .search = searchedOn(*pageWidget(Page::Dataset)),
                  .left = QDateTime::currentDateTime()}
            .keep(m_session.workplace().folder());
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::ThemeChange && m_theme == ThemeMode::System)
        applyTheme(*qApp, m_theme);
    QMainWindow::changeEvent(event);
}

bool MainWindow::focusNextPrevChild(bool next)
{
    m_run->keepLastInTabOrder();
    return QMainWindow::focusNextPrevChild(next);
}

void MainWindow::onChanged(Change change)
{
    switch (change) {
    case Change::Dataset: {
        const auto dataset = m_session.data().dataset();
        setWindowTitle(dataset ? QStringLiteral("%1 — Dank Learning")
                                     .arg(menuText(QString::fromStdString(dataset->name())).replace("&&", "&"))
                               : QStringLiteral("Dank Learning"));
        break;
    }
    case Change::Engine:
    case Change::Weights:
        m_top->setDevice(m_session.engine().deviceText());
        m_top->setDownloading(m_session.weights().job().isBusy() && m_session.weights().job().file.isEmpty());
        break;
    case Change::Message: m_messages->setMessage(m_session.workplace().message()); return;
    case Change::Job: m_run->setJob(m_session.jobs().status(), m_session.actions()); break;
    case Change::Epochs: return;
    default: break;
    }
    updateNavigation();
    updatePrimary();
    m_actions->update(currentPage());
}

void MainWindow::updateNavigation()
{
    for (int i = 0; i < kPageCount; ++i)
        m_navigation->setState(static_cast<Page>(i), m_session.pageState(static_cast<Page>(i)));
    if (const auto model = m_session.rater().model())
        m_navigation->setCaption(QString::fromStdString(printable(model->name)),
                                 QStringLiteral("epoch %1%2")
                                     .arg(model->epoch)
                                     .arg(model->untrainedBackbone ? QStringLiteral(" · untrained") : QString()));
    else
        m_navigation->setCaption({}, QStringLiteral("no model yet"));
}

void MainWindow::updatePrimary()
{
    const NextStep step = nextStep(m_session);
    m_top->setPrimary(step.text, step.icon, step.enabled, step.why);
    m_top->yieldTo(*m_pages->currentWidget());
}

void MainWindow::doPrimary()
{
    const NextStep step = nextStep(m_session);
    showPage(step.page);
    if (step.pickFiles)
        return m_verbs->rateFiles();
    if (step.run)
        step.run();
}

}  // namespace dank::ui
