#pragma once

#include <QActionGroup>
#include <QObject>

#include "ui/session/session.h"
#include "ui/widgets/theme.h"

class QAction;
class QMenu;
class QMenuBar;

namespace dank::ui {

/// The window's menus and the actions in them. What an action does beyond the Session is left to the window.
class WindowActions : public QObject {
    Q_OBJECT
public:
    WindowActions(Session &session, QMenuBar &bar, QObject *parent);

    /// Enabled states and texts from what the Session allows now.
    void update(Page page);
    void setTheme(ThemeMode mode);
    QMenu *exportMenu() const { return m_export; }
    QMenu *recentMenu() const { return m_recent; }

signals:
    void openDatasetRequested();
    void openModelRequested();
    void openSampleRequested();
    void recentRequested(const QString &path);
    void rateRequested();
    void pasteRequested();
    void discardRequested();
    void copyCommandRequested();
    void reproduceRequested();
    void libraryRequested();
    void excludeRequested();
    void logAxisRequested();
    void resetZoomRequested();
    void pageRequested(dank::ui::Page page);
    void themeRequested(dank::ui::ThemeMode mode);
    void shortcutsRequested();
    void aboutRequested();
    void quitRequested();

private:
    QAction *add(QMenu *menu, const char *name, const QString &text, const QKeySequence &keys = {});
    void fillRecent();

    Session &m_session;
    QMenu *m_recent = nullptr, *m_export = nullptr;
    QAction *m_open, *m_openModel, *m_sample, *m_exclude, *m_logAxis, *m_resetZoom;
    QAction *m_extract, *m_train, *m_pause, *m_keep, *m_discard, *m_command, *m_reproduce, *m_rate, *m_paste;
    QAction *m_themes[3];
};

}  // namespace dank::ui
