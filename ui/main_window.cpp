#include "ui/main_window.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QRegularExpression>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/charts/loss_chart.h"
#include "ui/drop_target.h"
#include "ui/message_bar.h"
#include "ui/navigation.h"
#include "ui/next_step.h"
#include "ui/pages/dataset_page.h"
#include "ui/pages/evaluate_page.h"
#include "ui/pages/features_page.h"
#include "ui/pages/rate_page.h"
#include "ui/pages/reproduce_dialog.h"
#include "ui/pages/train_page.h"
#include "ui/run_bar.h"
#include "ui/top_bar.h"
#include "ui/widgets/text_format.h"
#include "ui/window_actions.h"
#include "ui/window_dialogs.h"
#include "ui/widgets/window_settings.h"
#include "ui/window_verbs.h"

namespace dank::ui {

namespace {

constexpr auto kGeometryKey = "geometry";
constexpr auto kThemeKey = "theme";

}  // namespace

MainWindow::MainWindow(Session &session, QWidget *parent) : QMainWindow(parent), m_session(session)
{
    m_theme = static_cast<ThemeMode>(std::clamp(windowSettings()->value(QLatin1String(kThemeKey), 0).toInt(), 0, 2));
    applyTheme(*qApp, m_theme);
    setMinimumSize(900, 600);
    setWindowIcon(icon(QStringLiteral("dank-learning"), tokensFor(palette()).accent));

    m_actions = new WindowActions(session, *menuBar(), this);
    m_actions->setTheme(m_theme);
    auto *central = new QWidget(this);
    m_top = new TopBar(m_actions->exportMenu(), central);
    m_navigation = new Navigation(central);
    m_messages = new MessageBar(central);
    m_pages = new QStackedWidget(central);
    const auto features = new FeaturesPage(session);
    for (QWidget *page : std::initializer_list<QWidget *>{new DatasetPage(session), features, new TrainPage(session),
                                                          new EvaluatePage(session), new RatePage(session)})
        m_pages->addWidget(page);
    m_run = new RunBar(central);

    auto *content = new QVBoxLayout;
    content->setSpacing(0);
    content->addWidget(m_messages);
    content->addWidget(m_pages, 1);
    content->addWidget(m_run);
    auto *row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(m_navigation);
    row->addLayout(content, 1);
    auto *all = new QVBoxLayout(central);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(m_top);
    all->addLayout(row, 1);
    setCentralWidget(central);
    m_drop = new DropTarget(this);
    m_verbs = new WindowVerbs(session, *this);
    // A file dropped on a text field is still a file for the window.
    for (QLineEdit *edit : findChildren<QLineEdit *>())
        edit->setAcceptDrops(false);

    connect(m_verbs, &WindowVerbs::pageRequested, this, &MainWindow::showPage);
    connect(features, &FeaturesPage::pageRequested, this, &MainWindow::showPage);
    connect(m_drop, &DropTarget::dropped, m_verbs, &WindowVerbs::use);
    connect(m_navigation, &Navigation::pageChosen, this, &MainWindow::showPage);
    connect(m_top, &TopBar::openClicked, m_verbs, &WindowVerbs::openAny);
    connect(m_top, &TopBar::primaryClicked, this, &MainWindow::doPrimary);
    connect(m_top, &TopBar::deviceClicked, this, [this] { showPage(Page::Features); });
    connect(m_messages, &MessageBar::dismissed, &session, &Session::dismissMessage);
    connect(m_run, &RunBar::pauseClicked, &session, &Session::pause);
    connect(m_run, &RunBar::resumeClicked, &session, &Session::resume);
    connect(m_run, &RunBar::stopAndKeepClicked, &session, &Session::stopAndKeep);
    connect(m_run, &RunBar::stopAndDiscardClicked, m_verbs, &WindowVerbs::confirmDiscard);
    connect(m_actions, &WindowActions::openDatasetRequested, m_verbs, &WindowVerbs::openDataset);
    connect(m_actions, &WindowActions::openModelRequested, m_verbs, &WindowVerbs::openModel);
    connect(m_actions, &WindowActions::openSampleRequested, &session, &Session::openSample);
    connect(m_actions, &WindowActions::recentRequested, &session, &Session::openDataset);
    connect(m_actions, &WindowActions::rateRequested, m_verbs, &WindowVerbs::rateFiles);
    connect(m_actions, &WindowActions::pasteRequested, m_verbs, &WindowVerbs::paste);
    connect(m_actions, &WindowActions::discardRequested, m_verbs, &WindowVerbs::confirmDiscard);
    connect(m_actions, &WindowActions::copyCommandRequested, this, [this] { m_verbs->copyCommand(currentPage()); });
    connect(m_actions, &WindowActions::excludeRequested, this, [this] {
        if (auto *exclude = m_pages->currentWidget()->findChild<QAction *>(QStringLiteral("exclude")))
            exclude->trigger();
    });
    connect(m_actions, &WindowActions::logAxisRequested, this, [this] {
        for (LossChart *chart : m_pages->currentWidget()->findChildren<LossChart *>())
            chart->toggleAxis();
        if (auto *scale = m_pages->currentWidget()->findChild<QAction *>(QStringLiteral("logBins")))
            scale->trigger();
    });
    connect(m_actions, &WindowActions::resetZoomRequested, this, [this] {
        for (Plot *plot : m_pages->currentWidget()->findChildren<Plot *>())
            plot->resetView();
    });
    connect(m_actions, &WindowActions::reproduceRequested, this, [this] { showReproduceDialog(m_session, this); });
    connect(m_actions, &WindowActions::pageRequested, this, &MainWindow::showPage);
    connect(m_actions, &WindowActions::themeRequested, this, &MainWindow::setTheme);
    connect(m_actions, &WindowActions::shortcutsRequested, this, [this] { showShortcuts(this, *menuBar()); });
    connect(m_actions, &WindowActions::aboutRequested, this, [this] { showAbout(this); });
    connect(m_actions, &WindowActions::quitRequested, this, &QWidget::close);
    connect(m_actions->exportMenu(), &QMenu::aboutToShow, this, &MainWindow::fillExport);
    connect(&session, &Session::changed, this, &MainWindow::onChanged);

    restore();
    m_navigation->setFocus();
    for (const Change change : {Change::Dataset, Change::Engine, Change::Job, Change::Message})
        onChanged(change);
}

void MainWindow::showPage(Page page)
{
    m_pages->setCurrentIndex(static_cast<int>(page));
    m_navigation->setCurrent(page);
    m_actions->update(page);
    updatePrimary();
}

Page MainWindow::currentPage() const
{
    return static_cast<Page>(m_pages->currentIndex());
}

QWidget *MainWindow::pageWidget(Page page) const
{
    return m_pages->widget(static_cast<int>(page));
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
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::ThemeChange && m_theme == ThemeMode::System)
        applyTheme(*qApp, m_theme);
    QMainWindow::changeEvent(event);
}

void MainWindow::onChanged(Change change)
{
    switch (change) {
    case Change::Dataset: {
        const auto dataset = m_session.dataset();
        setWindowTitle(dataset ? QStringLiteral("%1 — Dank Learning").arg(
                                     menuText(QString::fromStdString(dataset->name())).replace("&&", "&"))
                               : QStringLiteral("Dank Learning"));
        break;
    }
    case Change::Engine:
    case Change::Weights:
        m_top->setDevice(m_session.deviceText());
        m_top->setDownloading(m_session.weightsJob().isBusy() && m_session.weightsJob().file.isEmpty());
        break;
    case Change::Message:
        m_messages->setMessage(m_session.message());
        return;
    case Change::Job:
        m_run->setJob(m_session.job(), m_session.actions());
        break;
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
    if (const auto model = m_session.ratingModel())
        m_navigation->setCaption(QString::fromStdString(model->name),
                                 QStringLiteral("epoch %1%2").arg(model->epoch).arg(
                                     model->untrainedBackbone ? QStringLiteral(" · untrained") : QString()));
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

void MainWindow::fillExport()
{
    QMenu *menu = m_actions->exportMenu();
    menu->clear();
    QWidget *page = m_pages->currentWidget();
    for (QAction *action : page->findChildren<QAction *>(QRegularExpression(QStringLiteral("^export"))))
        menu->addAction(action);
    for (Plot *plot : page->findChildren<Plot *>())
        if (plot->isVisible()) {
            const QString title = menuText(plot->exportTitle());
            menu->addAction(QStringLiteral("Chart “%1”…").arg(title), plot, &Plot::exportRequested);
        }
    if (menu->isEmpty())
        menu->addAction(QStringLiteral("Nothing to export on this page yet"))->setEnabled(false);
}

void MainWindow::restore()
{
    if (!restoreGeometry(windowSettings()->value(QLatin1String(kGeometryKey)).toByteArray()))
        resize(1200, 800);
}

}  // namespace dank::ui
