#pragma once

#include <QFrame>

#include <optional>

#include "ui/session/session.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace dank::ui {

class TextLabel;

/// One inline message above the page: severity as a shape and a colour, the text, the fix, and a way to close it.
class MessageBar : public QFrame {
    Q_OBJECT
public:
    explicit MessageBar(QWidget *parent = nullptr);

    void setMessage(const std::optional<Message> &message);

signals:
    void dismissed();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void recolour();

    Message m_message;
    QLabel *m_icon;
    TextLabel *m_text;
    QPushButton *m_action;
    QToolButton *m_close;
};

}  // namespace dank::ui
