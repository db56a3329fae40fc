#include "ui/widgets/first_paint.h"

#include <QEvent>
#include <QTimer>
#include <QWidget>

#include <utility>

namespace dank::ui {

AfterFirstPaint::AfterFirstPaint(QWidget &window, std::function<void()> then)
    : QObject(&window), m_then(std::move(then))
{
    window.installEventFilter(this);
    QTimer::singleShot(1500, this, [this] { go(); });
}

bool AfterFirstPaint::eventFilter(QObject *, QEvent *event)
{
    if (event->type() == QEvent::Paint)
        QTimer::singleShot(0, this, [this] { go(); });
    return false;
}

void AfterFirstPaint::go()
{
    parent()->removeEventFilter(this);
    if (const auto then = std::exchange(m_then, nullptr))
        then();
}

}  // namespace dank::ui
