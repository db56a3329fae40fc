#pragma once

#include <QAbstractButton>
#include <QLabel>
#include <QScrollArea>
#include <QStringList>

#include "ui/widgets/card.h"

// What is wrong with a picture of a window, found by its widgets.

namespace dank::test {

using namespace dank::ui;

inline bool insideScrollArea(const QWidget *widget)
{
    for (const QWidget *w = widget->parentWidget(); w; w = w->parentWidget())
        if (qobject_cast<const QAbstractScrollArea *>(w))
            return true;
    return false;
}

/// What is cut or sticks out, in words; empty when all is well.
inline QStringList faults(const QWidget &window)
{
    QStringList found;
    for (const QWidget *widget : window.findChildren<QWidget *>()) {
        if (!widget->isVisible() || widget->isWindow() || widget->size().isEmpty())
            continue;
        const QString name = QString("%1 “%2”").arg(widget->metaObject()->className(), widget->objectName());
        if (!insideScrollArea(widget)) {
            const QRect place(widget->mapTo(&window, QPoint()), widget->size());
            if (!window.rect().contains(place))
                found << QString("%1 sticks out of the window").arg(name);
        }
        if (const auto *area = qobject_cast<const QScrollArea *>(widget);
            area && area->widget() && area->horizontalScrollBarPolicy() == Qt::ScrollBarAlwaysOff
            && area->widget()->width() > area->viewport()->width())
            found << QString("%1 holds %2 pixels in %3")
                         .arg(name)
                         .arg(area->widget()->width())
                         .arg(area->viewport()->width());
        if (const auto *label = qobject_cast<const QLabel *>(widget); label && !label->text().isEmpty()) {
            const auto *ours = qobject_cast<const TextLabel *>(label);
            const bool elided = ours && ours->isElided();
            const int needed = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
            if (!elided && !label->wordWrap() && label->width() < label->sizeHint().width())
                found << QString("label “%1” is cut").arg(label->text().left(60));
            if (label->height() < needed - 1)
                found << QString("label “%1” is %2 high and needs %3")
                             .arg(label->text().left(60))
                             .arg(label->height())
                             .arg(needed);
        }
        if (const auto *button = qobject_cast<const QAbstractButton *>(widget);
            button && !button->text().isEmpty() && button->width() < button->minimumSizeHint().width())
            found << QString("button “%1” is squeezed").arg(button->text());
    }
    return found;
}

}  // namespace dank::test
