#pragma once

#include <QWheelEvent>

namespace dank::ui {

/// A spin or combo box that keeps the wheel for scrolling unless it is being worked on.
template <typename Field>
class Calm : public Field {
public:
    using Field::Field;

protected:
    void wheelEvent(QWheelEvent *event) override
    {
        if (this->hasFocus())
            Field::wheelEvent(event);
        else
            event->ignore();
    }
};

}  // namespace dank::ui
