#pragma once

#include <QActionGroup>
#include <QObject>

#include <functional>

#include "ui/session/session.h"
#include "ui/widgets/theme.h"

class QAction;
class QMenu;
class QMainWindow;

namespace dank::ui {

class PageStack;
class WindowVerbs;

/// The window's menus and the actions in them.
class WindowActions : public QObject {
    Q_OBJECT
public:
    /// `window` gets the menus.
    WindowActions(Session &session, WindowVerbs &verbs, PageStack &pages, QMainWindow &window);

    /// Enabled states and texts from what the Session allows now.
    void update(Page page);
    void setTheme(ThemeMode mode);
    QMenu *exportMenu() const { return m_export; }

signals:
    void pageRequested(dank::ui::Page page);
    void themeRequested(dank::ui::ThemeMode mode);

private:
    QAction *add(QMenu *menu, const char *name, const QString &text, const QKeySequence &keys,
                 std::function<void()> act);
    void fillRecent();

    Session &m_session;
    QMenu *m_recent = nullptr, *m_export = nullptr;
    QAction *m_open, *m_sample, *m_columns, *m_fetch, *m_templates, *m_exclude, *m_logAxis;
    QAction *m_extract, *m_read, *m_train, *m_pause, *m_keep, *m_discard, *m_command, *m_rate, *m_paste;
    QAction *m_themes[3];
};

}  // namespace dank::ui
