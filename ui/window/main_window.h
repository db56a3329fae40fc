#pragma once

#include <QMainWindow>

#include "ui/session/session.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

class DropTarget;
class MessageBar;
class Navigation;
class PageStack;
class RunBar;
class TopBar;
class WindowActions;
class WindowVerbs;

/// The window: menus, toolbar, page list, the five pages, message bar, run bar and the drop overlay. It only wires
/// them to the Session; what is shown comes from there. Theme and geometry are remembered. Pages that are not seen are
/// built once the window was painted.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(Session &session, QWidget *parent = nullptr);

    void showPage(Page page);
    Page currentPage() const;
    /// Built now if it was not seen yet.
    QWidget *pageWidget(Page page) const;
    /// Switches live and remembers it.
    void setTheme(ThemeMode mode);

signals:
    /// Sent once: the window was painted, and the pages that nobody asked for yet were built behind that.
    void ready();

protected:
    void closeEvent(QCloseEvent *event) override;
    void changeEvent(QEvent *event) override;
    bool focusNextPrevChild(bool next) override;

private:
    void onChanged(Change change);
    void updatePrimary();
    void updateNavigation();
    void doPrimary();
    void onPageBuilt(QWidget *page);

    Session &m_session;
    WindowActions *m_actions;
    TopBar *m_top;
    Navigation *m_navigation;
    MessageBar *m_messages;
    PageStack *m_pages;
    RunBar *m_run;
    DropTarget *m_drop;
    WindowVerbs *m_verbs;
    ThemeMode m_theme = ThemeMode::System;
};

}  // namespace dank::ui
