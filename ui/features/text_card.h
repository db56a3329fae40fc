#pragma once

#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QProgressBar;
class QPushButton;

namespace dank::ui {

/// The words in the pictures: how many pictures have been read, and the button that reads the others.
class TextCard : public Card {
    Q_OBJECT
public:
    explicit TextCard(Session &session, QWidget *parent = nullptr);
    void refresh();

private:
    Session &m_session;
    QPushButton *m_button;
    TextLabel *m_text;
    QProgressBar *m_bar;
};

}  // namespace dank::ui
