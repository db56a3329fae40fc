#include "ui/window/window_actions.h"

#include <QDir>
#include <QFileInfo>
#include <QMainWindow>
#include <QMenuBar>
#include <QUndoStack>

#include "ui/fetch/fetch_dialog.h"
#include "ui/templates/templates_dialog.h"
#include "ui/train/reproduce_dialog.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/window_dialogs.h"
#include "ui/window/library_dialog.h"
#include "ui/window/navigation.h"
#include "ui/window/page_stack.h"
#include "ui/window/window_verbs.h"

namespace dank::ui {

WindowActions::WindowActions(Session &session, WindowVerbs &verbs, PageStack &pages, QMainWindow &window)
    : QObject(&window), m_session(session)
{
    QMenuBar &bar = *window.menuBar();
    QMenu *file = bar.addMenu(QStringLiteral("&File"));
    m_open = add(file, "open", QStringLiteral("&Open a dataset…"), QKeySequence(Qt::CTRL | Qt::Key_O),
                 [&verbs] { verbs.openDataset(); });
    add(file, "openModel", QStringLiteral("Open &model…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O),
        [&verbs] { verbs.openModel(); });
    m_sample = add(file, "openSample", QStringLiteral("Open &sample"), {}, [&session] { session.openSample(); });
    m_recent = file->addMenu(QStringLiteral("Open &recent"));
    m_columns = add(file, "columns", QStringLiteral("&Columns…"), {}, [&session] { session.data().askColumns(); });
    m_fetch = add(file, "fetch", QStringLiteral("&Fetch missing pictures…"), {},
                  [&session, &window] { openDialog<FetchDialog>(session, &window); });
    file->addSeparator();
    m_export = file->addMenu(QStringLiteral("&Export"));
    add(file, "library", QStringLiteral("&Library…"), {},
        [&session, &window] { openDialog<LibraryDialog>(session, &window); });
    file->addSeparator();
    QAction *quit =
        add(file, "quit", QStringLiteral("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), [&window] { window.close(); });
    quit->setMenuRole(QAction::QuitRole);

    QMenu *edit = bar.addMenu(QStringLiteral("&Edit"));
    QAction *undo = session.workplace().undo().createUndoAction(this, QStringLiteral("&Undo"));
    undo->setObjectName(QStringLiteral("undo"));
    undo->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Z));
    QAction *redo = session.workplace().undo().createRedoAction(this, QStringLiteral("&Redo"));
    redo->setObjectName(QStringLiteral("redo"));
    redo->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z));
    edit->addActions({undo, redo});
    edit->addSeparator();
    m_paste = add(edit, "paste", QStringLiteral("&Paste to rate"), QKeySequence(Qt::CTRL | Qt::Key_V),
                  [&verbs] { verbs.paste(); });
    m_exclude =
        add(edit, "excludeSelected", QStringLiteral("E&xclude selected memes"), {}, [&pages] { pages.exclude(); });

    QMenu *view = bar.addMenu(QStringLiteral("&View"));
    for (int i = 0; i < kPageCount; ++i) {
        const auto page = static_cast<Page>(i);
        QAction *go = view->addAction(QLatin1Char('&') + pageName(page));
        go->setObjectName(QStringLiteral("page%1").arg(i + 1));
        go->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + i)));
        connect(go, &QAction::triggered, this, [this, page] { emit pageRequested(page); });
    }
    view->addSeparator();
    m_logAxis = add(view, "logAxis", QStringLiteral("&Log axis on or off"), QKeySequence(Qt::CTRL | Qt::Key_L),
                    [&pages] { pages.toggleAxis(); });
    add(view, "resetZoom", QStringLiteral("Reset &zoom"), QKeySequence(Qt::CTRL | Qt::Key_0),
        [&pages] { pages.resetZoom(); });
    view->addSeparator();
    m_templates = add(view, "templates", QStringLiteral("Te&mplates…"), {},
                      [&session, &window] { openDialog<TemplatesDialog>(session, &window); });
    view->addSeparator();
    QMenu *theme = view->addMenu(QStringLiteral("&Theme"));
    auto *group = new QActionGroup(this);
    const QString themes[] = {QStringLiteral("&System"), QStringLiteral("&Light"), QStringLiteral("&Dark")};
    for (int i = 0; i < 3; ++i) {
        m_themes[i] = theme->addAction(themes[i]);
        m_themes[i]->setCheckable(true);
        m_themes[i]->setObjectName(QStringLiteral("theme%1").arg(i));
        group->addAction(m_themes[i]);
        connect(m_themes[i], &QAction::triggered, this, [this, i] { emit themeRequested(static_cast<ThemeMode>(i)); });
    }

    QMenu *run = bar.addMenu(QStringLiteral("&Run"));
    m_extract =
        add(run, "extract", QStringLiteral("&Extract features"), {}, [&session] { session.features().extract(); });
    m_read = add(run, "read", QStringLiteral("Read the te&xt"), {}, [&session] { session.texts().read(); });
    m_train = add(run, "train", QStringLiteral("&Train"), QKeySequence(Qt::CTRL | Qt::Key_Return), [this, &session] {
        emit pageRequested(Page::Train);
        session.training().train();
    });
    run->addSeparator();
    m_pause = add(run, "pause", QStringLiteral("&Pause"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P),
                  [&session] { session.actions().resume ? session.training().resume() : session.training().pause(); });
    m_keep = add(run, "stop", QStringLiteral("Stop and &keep"), QKeySequence(Qt::CTRL | Qt::Key_Period),
                 [&session] { session.jobs().stopAndKeep(); });
    m_discard = add(run, "discard", QStringLiteral("Stop and &discard…"), {}, [&verbs] { verbs.confirmDiscard(); });
    run->addSeparator();
    add(run, "reproduce", QStringLiteral("&Reproduce the paper…"), {},
        [&session, &window] { openDialog<ReproduceDialog>(session, &window); });
    m_command = add(run, "copyCommand", QStringLiteral("&Copy as command"), {},
                    [&verbs, &pages] { verbs.copyCommand(pages.current()); });

    QMenu *rate = bar.addMenu(QStringLiteral("R&ate"));
    m_rate = add(rate, "rateFiles", QStringLiteral("&Rate files…"), QKeySequence(Qt::CTRL | Qt::Key_R),
                 [&verbs] { verbs.rateFiles(); });
    rate->addAction(m_paste);

    QMenu *help = bar.addMenu(QStringLiteral("&Help"));
    QAction *shortcuts =
        add(help, "shortcuts", QStringLiteral("&Shortcuts"), {}, [&window, &bar] { showShortcuts(&window, bar); });
    shortcuts->setShortcuts({QKeySequence(QStringLiteral("Ctrl+?")), QKeySequence(QStringLiteral("Ctrl+Shift+/"))});
    QAction *about = add(help, "about", QStringLiteral("&About Dank Learning"), {}, [&window] { showAbout(&window); });
    about->setMenuRole(QAction::AboutRole);

    connect(m_recent, &QMenu::aboutToShow, this, &WindowActions::fillRecent);
    connect(m_export, &QMenu::aboutToShow, this, [this, &pages] { pages.listExports(*m_export); });
}

QAction *WindowActions::add(QMenu *menu, const char *name, const QString &text, const QKeySequence &keys,
                            std::function<void()> act)
{
    QAction *action = menu->addAction(text, this, std::move(act));
    action->setObjectName(QLatin1String(name));
    if (!keys.isEmpty())
        action->setShortcut(keys);
    return action;
}

void WindowActions::fillRecent()
{
    m_recent->clear();
    const QStringList recent = m_session.data().recents();
    for (const QString &path : recent) {
        const QFileInfo info(path);
        QAction *action = m_recent->addAction(
            QStringLiteral("%1  –  %2").arg(menuText(info.dir().dirName(), 40), menuText(path, 60)));
        connect(action, &QAction::triggered, this, [this, path] { m_session.data().open(path); });
    }
    if (recent.isEmpty())
        m_recent->addAction(QStringLiteral("Nothing opened yet"))->setEnabled(false);
}

void WindowActions::update(Page page)
{
    const Actions &can = m_session.actions();
    const JobStatus &job = m_session.jobs().status();
    m_open->setEnabled(can.open);
    m_sample->setEnabled(can.open);
    m_recent->setEnabled(can.open);
    m_extract->setEnabled(can.extract);
    m_read->setEnabled(can.read);
    m_train->setEnabled(can.train);
    m_pause->setEnabled(can.pause || can.resume);
    m_pause->setText(can.resume ? QStringLiteral("&Resume") : QStringLiteral("&Pause"));
    m_keep->setEnabled(can.stop);
    m_keep->setText(job.kind == JobKind::Train ? QStringLiteral("Stop and &keep") : QStringLiteral("&Stop"));
    m_discard->setEnabled(can.stop && job.kind == JobKind::Train);
    m_rate->setEnabled(can.rate);
    m_paste->setEnabled(can.rate);
    m_exclude->setEnabled(page == Page::Dataset && m_session.data().dataset());
    m_logAxis->setEnabled(page == Page::Train || page == Page::Dataset);
    m_command->setEnabled(m_session.data().dataset() != nullptr);
    m_columns->setEnabled(can.open && m_session.data().dataset());
    m_templates->setEnabled(m_session.data().dataset() != nullptr);
    m_fetch->setEnabled(can.open && m_session.data().dataset());
}

void WindowActions::setTheme(ThemeMode mode)
{
    m_themes[static_cast<int>(mode)]->setChecked(true);
}

}  // namespace dank::ui
