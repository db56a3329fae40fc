#pragma once

#include <QWidget>

#include <functional>
#include <optional>

#include "ui/dataset/last_place.h"
#include "ui/session/session.h"

class QAction;
class QBoxLayout;
class QPushButton;

namespace dank::ui {

class Card;
class TextLabel;

/// What the Dataset page shows while nothing is open: where one was last, to go on there by Enter; else, or besides,
/// the three ways to begin, side by side, and what was open lately.
class Welcome : public QWidget {
    Q_OBJECT
public:
    Welcome(Session &session, std::function<void(Page)> goTo, QWidget *parent = nullptr);

    /// Looks again at what was open lately; a place that was taken, or passed by, is offered no more.
    void refresh();
    /// Something is being opened: the place is no offer any more.
    void passPlaceBy();

signals:
    void placeTaken(const dank::ui::LastPlace &place);

private:
    Card *addWay(QBoxLayout *row, const QString &iconName, const QString &title, const QString &text,
                 QPushButton *button);
    void showPlace();

    Session &m_session;
    std::optional<LastPlace> m_place;
    Card *m_placeCard;
    TextLabel *m_placeText;
    QAction *m_goOn;
    QPushButton *m_open;
    QWidget *m_recents;
};

}  // namespace dank::ui
