#pragma once

#include <QObject>

#include <functional>

class QWidget;

namespace dank::ui {

/// Does something once, in the turn of the event loop after a window was painted for the first time; after 1.5 seconds
/// where it is not, as when it was started minimised. Belongs to the window.
class AfterFirstPaint : public QObject {
public:
    AfterFirstPaint(QWidget &window, std::function<void()> then);
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void go();
    std::function<void()> m_then;
};

}  // namespace dank::ui
