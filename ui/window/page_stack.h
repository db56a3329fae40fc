#pragma once

#include <QStackedWidget>

#include <array>

#include "ui/session/session.h"

class QMenu;
class QScrollArea;

namespace dank::ui {

/// The five pages, of which one is seen. A page is built when it is first asked for, or by buildRest() before that, so
/// that the window's first frame pays for one page only. In a window that is too small for a page, the page scrolls.
class PageStack : public QStackedWidget {
    Q_OBJECT
public:
    /// Builds no page yet.
    explicit PageStack(Session &session, QWidget *parent = nullptr);

    /// The page, built now if it was not.
    QWidget *page(Page page);
    void show(Page page);
    /// The page that is seen: Dataset until show().
    Page current() const { return m_current; }
    /// Builds the pages that are missing, one a turn of the event loop, then sends complete().
    void buildRest();

    // What the menus do to the page that is seen, where it can.
    void exclude();
    void toggleAxis();
    void resetZoom();
    /// Fills a menu with everything that it exports.
    void listExports(QMenu &menu);

signals:
    /// A page is there and has its place; told before it is seen.
    void built(QWidget *page);
    void complete();
    void pageRequested(dank::ui::Page page);

private:
    QWidget *make(Page page);

    Session &m_session;
    std::array<QScrollArea *, 5> m_places{};
    Page m_current = Page::Dataset;
};

}  // namespace dank::ui
