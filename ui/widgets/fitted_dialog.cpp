#include "ui/widgets/fitted_dialog.h"

#include <QEvent>
#include <QLayout>

#include <algorithm>

namespace dank::ui {

FittedDialog::FittedDialog(int width, QWidget *parent) : QDialog(parent), m_width(width)
{
    setFixedWidth(width);
}

bool FittedDialog::event(QEvent *event)
{
    const bool done = QDialog::event(event);
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Show)
        fit();
    return done;
}

void FittedDialog::fit()
{
    if (!layout())
        return;
    // A field's height may follow from its width: the second pass knows both.
    for (int pass = 0; pass < 2; ++pass) {
        const int needed =
            layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(m_width) : layout()->totalSizeHint().height();
        setFixedSize(m_width, needed);
        layout()->activate();
    }
    // Grown out of its window: up again, so that the buttons stay on the screen.
    if (!isVisible() || !parentWidget())
        return;
    const QRect within = parentWidget()->window()->frameGeometry();
    const int over = frameGeometry().bottom() - within.bottom();
    if (over > 0 && frameGeometry().top() > within.top())
        move(x(), std::max(within.top(), y() - over));
}

}  // namespace dank::ui
