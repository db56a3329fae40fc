#pragma once

#include <QWidget>

#include "ui/widgets/drop_content.h"

namespace dank::ui {

/// Makes a whole window a drop target: while something is dragged over it, an overlay says what a drop would do.
class DropTarget : public QWidget {
    Q_OBJECT
public:
    explicit DropTarget(QWidget *window);

    /// Shows the overlay as for a drag with this content.
    void preview(const DropContent &content);

signals:
    void dropped(const dank::ui::DropContent &content);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    DropContent m_content;
};

}  // namespace dank::ui
